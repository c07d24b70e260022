"""Runs that wait for a person: the client that called is asked."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, ElicitRequest, ElicitResult, InputRequiredResult

from callsheet.journal.memory import MemoryJournal
from callsheet.runs.answers import Answer
from callsheet.runs.events import RunId, RunStatus, StepPath
from callsheet.runs.ports import RunFilter
from callsheet.runs.tools import Elicitation, InputRequired, ToolCall, ToolOutcome
from callsheet.scenario.json import Json, JsonObject
from tests.mcp_endpoint.house import (
    LEGACY,
    MODERN,
    House,
    approval,
    books,
    document,
    eras,
    house,
    run_id_of,
    text_of,
    wired,
)

FORM: JsonObject = {
    "type": "object",
    "properties": {"amount": {"type": "integer", "minimum": 1, "multipleOf": 5}, "note": {"type": "string"}},
    "required": ["amount"],
}
DEEP: JsonObject = {"type": "object", "properties": {"place": {"type": "object"}}}


class Person:
    """Answers what a client asks, one answer after the other."""

    def __init__(self, *answers: ElicitResult) -> None:
        self.asked: list[Any] = []
        self._answers: Sequence[ElicitResult] = answers

    async def __call__(self, _context: Any, params: Any) -> ElicitResult:
        self.asked.append(params)
        return self._answers[len(self.asked) - 1]


def says(action: Any = "accept", **content: Any) -> ElicitResult:
    """What a person does."""
    return ElicitResult(action=action, content=content or None)


@eras
async def test_an_approval_is_asked_of_the_client_that_called(era: str) -> None:
    person = Person(says(approved=True, comment="fine"))
    async with asyncio.timeout(20), house(document("a", approval())) as at:
        async with at.client(era, elicitation_callback=person) as client:
            result = await client.call_tool("a", {})
        runs = (await at.system.runs.list(RunFilter(), 9)).runs
    assert len(runs) == 1
    assert result.structured_content == {"approved": True, "by": "", "comment": "fine", "data": None}
    assert person.asked[0].message == "Go on?"
    assert list(person.asked[0].requested_schema["properties"]) == ["approved", "comment"]


@eras
async def test_the_fields_of_a_flat_form_stand_beside_the_decision_and_are_checked(era: str) -> None:
    person = Person(says(approved=True, amount=3), says(approved=True, amount=10, note="n"))
    async with (
        asyncio.timeout(20),
        house(document("a", approval(form_schema=FORM))) as at,
        at.client(era, elicitation_callback=person) as client,
    ):
        result: Any = await client.call_tool("a", {})
    assert result.structured_content["data"] == {"amount": 10, "note": "n"}
    assert "multipleOf" not in person.asked[0].requested_schema["properties"]["amount"]
    assert "/data/amount" in person.asked[1].message


@eras
@pytest.mark.parametrize("unclear", [says(approved="yes"), says(), says(comment="c")])
async def test_an_answer_that_says_neither_yes_nor_no_decides_nothing(era: str, unclear: ElicitResult) -> None:
    person = Person(unclear, says(approved=True))
    async with (
        asyncio.timeout(20),
        house(document("a", approval())) as at,
        at.client(era, elicitation_callback=person) as client,
    ):
        result: Any = await client.call_tool("a", {})
    assert result.structured_content["approved"] is True
    assert "/approved" in person.asked[1].message


@eras
async def test_who_may_answer_is_asked_for(era: str) -> None:
    person = Person(says(approved=True, by="eve"))
    async with (
        asyncio.timeout(20),
        house(document("a", approval(assignees=["eve", "bob"]))) as at,
        at.client(era, elicitation_callback=person) as client,
    ):
        result: Any = await client.call_tool("a", {})
    assert result.structured_content["by"] == "eve"
    assert person.asked[0].requested_schema["properties"]["by"]["enum"] == ["eve", "bob"]


@eras
@pytest.mark.parametrize("answer", [says("decline"), says(approved=False)])
async def test_a_refusal_rejects(era: str, answer: ElicitResult) -> None:
    async with (
        asyncio.timeout(20),
        house(document("a", approval())) as at,
        at.client(era, elicitation_callback=Person(answer)) as client,
    ):
        result = await client.call_tool("a", {})
    assert result.is_error
    assert "ApprovalRejected" in text_of(result)


@eras
async def test_a_person_who_dismisses_the_question_leaves_the_run_waiting(era: str) -> None:
    async with asyncio.timeout(20), house(document("a", approval())) as at:
        async with at.client(era, elicitation_callback=Person(says("cancel"))) as client:
            result = await client.call_tool("a", {})
            state = await at.system.runs.state(RunId(run_id_of(result)))
            assert state.status is RunStatus.WAITING
            await client.call_tool(
                "callsheet_answer", {"run_id": state.run_id, "step_path": "ask", "approved": True, "by": "me"}
            )
        assert (await at.system.finished(state.run_id)).status is RunStatus.SUCCESS
    assert result.is_error
    assert "callsheet_answer" in text_of(result)


@pytest.mark.parametrize(
    "answer", [{"error": {"code": -32601, "message": "no dialog here"}}, {"result": {"action": "perhaps"}}]
)
async def test_a_client_that_fails_to_ask_is_told_where_the_run_waits(answer: JsonObject) -> None:
    async with asyncio.timeout(20), house(document("a", approval())) as at, wired(at) as wire:
        await wire.send(id=2, method="tools/call", params={"name": "a", "arguments": {}})
        asked = await wire.receive()
        assert asked.method == "elicitation/create"
        await wire.send(id=asked.id, **answer)
        result = CallToolResult.model_validate((await wire.receive()).result)
    assert result.is_error
    for part in (run_id_of(result), "step ask", "failed to ask", "callsheet_answer"):
        assert part in text_of(result)


@eras
@pytest.mark.parametrize("form", [None, DEEP])
async def test_a_client_that_cannot_ask_is_told_where_the_run_waits(era: str, form: Json) -> None:
    options: dict[str, Any] = {} if form is None else {"elicitation_callback": Person()}
    async with (
        asyncio.timeout(20),
        house(document("a", approval(form_schema=form))) as at,
        at.client(era, **options) as client,
    ):
        result = await client.call_tool("a", {})
    assert result.is_error
    for part in (run_id_of(result), "step ask", "Go on?", "callsheet_answer"):
        assert part in text_of(result)


@eras
async def test_the_approval_of_a_child_run_is_asked_too(era: str) -> None:
    parent = document("parent", {"name": "c", "type": "scenario", "scenario_id": "child"})
    person = Person(says(approved=True))
    async with (
        asyncio.timeout(20),
        house(parent, document("child", approval())) as at,
        at.client(era, elicitation_callback=person) as client,
    ):
        result: Any = await client.call_tool("parent", {})
    assert result.structured_content["approved"] is True


@eras
async def test_branches_that_ask_at_once_are_all_answered(era: str) -> None:
    both: JsonObject = {"name": "p", "type": "parallel", "branches": {"x": [approval("x1")], "y": [approval("y1")]}}
    person = Person(says(approved=True, comment="1"), says(approved=True, comment="2"))
    async with (
        asyncio.timeout(20),
        house(document("a", both)) as at,
        at.client(era, elicitation_callback=person) as client,
    ):
        result = await client.call_tool("a", {})
    assert not result.is_error
    assert len(person.asked) == 2


@eras
async def test_a_branch_that_asks_does_not_wait_for_one_that_works(era: str) -> None:
    answered = asyncio.Event()

    async def work(_call: ToolCall) -> Json:
        await answered.wait()
        return "done"

    async def person(_context: Any, _params: Any) -> ElicitResult:
        answered.set()
        return says(approved=True)

    working: JsonObject = {"name": "w", "type": "tool", "tool": "work"}
    both: JsonObject = {"name": "p", "type": "parallel", "branches": {"x": [approval("x1")], "y": [working]}}
    async with (
        asyncio.timeout(20),
        house(document("a", both), tools={"t": {"work": work}}) as at,
        at.client(era, elicitation_callback=person) as client,
    ):
        result = await client.call_tool("a", {})
    assert not result.is_error


@eras
async def test_one_question_after_the_other_is_asked(era: str) -> None:
    person = Person(says(approved=True), says(approved=True, comment="last"))
    async with (
        asyncio.timeout(20),
        house(document("a", approval("one"), approval("two"))) as at,
        at.client(era, elicitation_callback=person) as client,
    ):
        result: Any = await client.call_tool("a", {})
    assert result.structured_content["comment"] == "last"


@eras
@pytest.mark.parametrize("two", [False, True])
async def test_the_question_of_a_tool_is_passed_on_with_its_schema(era: str, two: bool) -> None:
    booking = document("book", {"name": "b", "type": "tool", "tool": "books", "input": {"two": two}})
    person = Person(says(seat="4A"), says(name="Eve"))
    async with (
        asyncio.timeout(20),
        house(booking, tools={"t": {"books": books}}) as at,
        at.client(era, elicitation_callback=person) as client,
    ):
        result = await client.call_tool("book", {})
    assert [each.message for each in person.asked] == (["Which seat?", "Which name?"] if two else ["Which seat?"])
    assert result.structured_content == ({"seat": {"seat": "4A"}} | ({"name": {"name": "Eve"}} if two else {}))


@eras
@pytest.mark.parametrize(
    ("form", "is_shown"),
    [
        ({}, True),
        ({"type": "object"}, True),
        ({"properties": {"n": {"type": "integer"}}}, True),
        ({"type": "array"}, False),
        ({"type": "object", "properties": {"n": True}}, False),
        ({"type": "object", "properties": {}, "required": "n"}, False),
    ],
)
async def test_a_sloppy_form_of_a_tool_is_completed_or_left_to_others(
    era: str, form: JsonObject, is_shown: bool
) -> None:
    async def tool(call: ToolCall) -> Json | ToolOutcome:
        question = Elicitation(key="k", message="Which?", form_schema=form)
        return {"seen": True} if call.answers else InputRequired(requests=(question,), continuation="c")

    person = Person(says(n=1))
    asking = document("s", {"name": "a", "type": "tool", "tool": "tool"})
    async with (
        asyncio.timeout(20),
        house(asking, tools={"t": {"tool": tool}}) as at,
        at.client(era, elicitation_callback=person) as client,
    ):
        result = await client.call_tool("s", {})
    assert len(person.asked) == is_shown
    assert result.is_error is not is_shown
    assert is_shown or run_id_of(result) in text_of(result)


async def test_somebody_else_may_be_faster_than_the_person_who_was_asked() -> None:
    asked = asyncio.Event()

    async def never(context: Any, params: Any) -> ElicitResult:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with (
        asyncio.timeout(20),
        house(document("a", approval())) as at,
        at.client(LEGACY, elicitation_callback=never) as client,
    ):
        call = asyncio.create_task(client.call_tool("a", {}))
        await asked.wait()
        (run,) = (await at.system.runs.list(RunFilter(), 1)).runs
        await at.system.answers.answer(run.run_id, StepPath("ask"), Answer(approved=True, by="eve"))
        result: Any = await call
    assert result.structured_content["by"] == "eve"


async def first_leg(at: House, client: Client, arguments: JsonObject) -> InputRequiredResult:
    """What a modern client is asked, before its SDK answers by itself."""
    result = await client.session.call_tool("a", arguments, allow_input_required=True)
    assert isinstance(result, InputRequiredResult)
    return result


async def test_the_answer_may_come_to_another_process_that_has_the_key() -> None:
    journal = MemoryJournal()
    asking = document("a", approval())
    async with asyncio.timeout(20):
        async with house(asking, journal=journal) as at, at.client(MODERN, elicitation_callback=Person()) as client:
            asked = await first_leg(at, client, {"n": 1})
        (key,) = asked.input_requests or {}
        assert isinstance((asked.input_requests or {})[key], ElicitRequest)
        async with house(asking, journal=journal) as at, at.client(MODERN, elicitation_callback=Person()) as client:
            result: Any = await client.session.call_tool(
                "a", {"n": 1}, input_responses={key: says(approved=True)}, request_state=asked.request_state
            )
            assert len((await at.system.runs.list(RunFilter(), 9)).runs) == 1
    assert result.structured_content["approved"] is True


@pytest.mark.parametrize("wrong", ["arguments", "state", "tool"])
async def test_a_state_serves_only_the_call_it_was_made_for(wrong: str) -> None:
    async with (
        asyncio.timeout(20),
        house(document("a", approval()), document("b", approval())) as at,
        at.client(MODERN, elicitation_callback=Person()) as client,
    ):
        asked = await first_leg(at, client, {"n": 1})
        (key,) = asked.input_requests or {}
        with pytest.raises(MCPError) as raised:
            await client.session.call_tool(
                "b" if wrong == "tool" else "a",
                {"n": 2 if wrong == "arguments" else 1},
                input_responses={key: says(approved=True)},
                request_state=f"{asked.request_state}{'x' if wrong == 'state' else ''}",
            )
        assert len((await at.system.runs.list(RunFilter(), 9)).runs) == 1
    assert raised.value.error.code == -32602
    assert raised.value.error.data == {"reason": "invalid_request_state"}


@pytest.mark.parametrize("declared", [[], ["KEY"]])
async def test_a_call_with_a_secret_in_it_goes_on_with_its_run(declared: list[Json]) -> None:
    environment = {"CALLSHEET_SECRET_KEY": "hunter22 and more", "CALLSHEET_SECRET_OTHER": "another-secret"}
    arguments: JsonObject = {"n": "hunter22 and more", "m": ["another-secret"]}
    async with (
        asyncio.timeout(20),
        house(document("a", approval(), secrets=declared), environment=environment) as at,
        at.client(MODERN, elicitation_callback=Person()) as client,
    ):
        asked = await first_leg(at, client, arguments)
        (key,) = asked.input_requests or {}
        with pytest.raises(MCPError):
            await client.session.call_tool("a", {**arguments, "n": "x"}, request_state=asked.request_state)
        result: Any = await client.session.call_tool(
            "a", arguments, input_responses={key: says(approved=True)}, request_state=asked.request_state
        )
        assert len((await at.system.runs.list(RunFilter(), 9)).runs) == 1
    assert result.structured_content["approved"] is True


async def test_a_repeated_call_without_an_answer_is_asked_again() -> None:
    async with (
        asyncio.timeout(20),
        house(document("a", approval())) as at,
        at.client(MODERN, elicitation_callback=Person()) as client,
    ):
        asked = await first_leg(at, client, {})
        again = await client.session.call_tool("a", {}, request_state=asked.request_state, allow_input_required=True)
    assert isinstance(again, InputRequiredResult)
    assert list(again.input_requests or {}) == list(asked.input_requests or {})
