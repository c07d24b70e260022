"""`POST /api/runs/{run_id}/steps/{step_path}/answer`, and how the API shows what waits."""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from callsheet.access.scopes import Role
from callsheet.errors.journal import JournalUnavailable
from callsheet.runs.events import (
    Message,
    ParentStep,
    RunId,
    RunStarted,
    RunStatus,
    RunWaiting,
    StepFinished,
    StepPath,
    StepStarted,
    StepStatus,
    StepWaiting,
)
from callsheet.runs.ports import NewRun
from callsheet.scenario.json import JsonObject
from tests.api.credentials import asking_house, bearer, key_of
from tests.api.house import NEWS, House, Watched, problems_of
from tests.support.events import NOON, after_noon, new_id, new_run, run_finished, run_started, step_started

ASKED: JsonObject = {"kind": "approval", "message": "Publish?"}
FORM: JsonObject = {"type": "object", "required": ["tier"], "properties": {"tier": {"enum": ["a", "b"]}}}


def started(run_id: RunId, path: str, index: int = 0) -> StepStarted:
    return StepStarted(
        run_id=run_id,
        step_name="ask",
        index=index,
        started_at=NOON,
        step_path=StepPath(path),
        step_type="approval",
    )


def waiting(run_id: RunId, path: str, index: int = 0, **more: Any) -> StepWaiting:
    return StepWaiting(
        run_id=run_id,
        step_name="ask",
        index=index,
        at=after_noon(1),
        step_path=StepPath(path),
        waits_for={**ASKED, **more},
        until=after_noon(60),
    )


async def asking(house: House, path: str = "ask", **more: Any) -> RunId:
    """A run whose third event says that the step waits."""
    run_id = new_id()
    parked = RunWaiting(run_id=run_id, at=after_noon(1), until=None, messages=0)
    await house.run(started(run_id, path), waiting(run_id, path, **more), parked)
    return run_id


async def answer(client: httpx2.AsyncClient, run_id: str, path: str = "ask", **body: Any) -> httpx2.Response:
    return await client.post(f"/api/runs/{run_id}/steps/{quote(path, safe='')}/answer", json=body)


async def test_an_answer_is_stored_before_200_and_the_run_goes_on(house: House, client: httpx2.AsyncClient) -> None:
    run_id = await asking(house)
    response = await answer(client, run_id, approved=True, comment="fine ✓", data={"n": 1}, by="ada")

    assert response.status_code == 200
    given = response.json()
    assert given == {
        "run_id": run_id,
        "step_path": "ask",
        "approved": True,
        "action": "accept",
        "comment": "fine ✓",
        "data": {"n": 1},
        "by": "ada",
        "at": given["at"],
    }
    message = (await house.journal.messages(run_id))[3]
    assert message.value == {"kind": "answer", "approved": True, "comment": "fine ✓", "data": {"n": 1}}
    assert message.by == "ada"
    assert house.engine.dispatched == [run_id]


async def test_a_caller_who_is_known_answers_in_their_own_name() -> None:
    house = asking_house()
    run_id = await asking(house, assignees=["ada", "grace"])
    async with house.client() as client:
        client.headers = bearer(await key_of(house, Role.OPERATOR, name="bob", every_run=True))
        others = await answer(client, run_id, approved=True)
        pretended = await answer(client, run_id, approved=True, by="ada")
        client.headers = bearer(await key_of(house, Role.OPERATOR, name="ada", every_run=True))
        given = await answer(client, run_id, approved=True)
    assert (others.status_code, others.json()["code"]) == (403, "forbidden")
    assert "'key:bob' may not answer this; those who may: ada, grace." in others.json()["detail"]
    assert (pretended.status_code, problems_of(pretended)[0]["pointer"]) == (422, "/by")
    assert (given.status_code, given.json()["by"]) == (200, "ada")
    assert (await house.journal.messages(run_id))[3].by == "ada"


async def test_a_rejection_needs_no_more_than_that(house: House, client: httpx2.AsyncClient) -> None:
    run_id = await asking(house, form_schema=FORM)
    response = await answer(client, run_id, approved=False)

    assert (response.status_code, response.json()["data"]) == (200, None)


@pytest.mark.parametrize(
    "path", ["ask", "each[3].ask", "both.left.ask", "try@catch.ask", "loop[0].each[12].ask", "a%b"]
)
async def test_every_step_path_can_be_named(house: House, client: httpx2.AsyncClient, path: str) -> None:
    run_id = await asking(house, path)

    assert (await answer(client, run_id, path, approved=True)).json()["step_path"] == path
    assert (await client.get(f"/api/runs/{run_id}/steps/{quote(path, safe='')}")).json()["step_path"] == path


class TestASecondAnswer:
    async def test_is_409_with_the_first(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = await asking(house)
        first = (await answer(client, run_id, approved=True, comment="yes", by="ada")).json()
        second = await answer(client, run_id, approved=False, by="bob")

        assert (second.status_code, second.json()["code"]) == (409, "step.already_answered")
        shown = second.json()["answer"]
        assert (shown["approved"], shown["comment"], shown["by"], shown["at"]) == (True, "yes", "ada", first["at"])
        assert "was approved by 'ada'" in second.json()["detail"]
        assert house.engine.dispatched == [run_id]

    async def test_is_409_after_the_run_has_gone_on_and_ended_too(
        self, house: House, client: httpx2.AsyncClient
    ) -> None:
        run_id = await asking(house)
        await answer(client, run_id, approved=True, by="ada")
        end = StepFinished(
            run_id=run_id,
            step_name="ask",
            index=0,
            status=StepStatus.SUCCESS,
            started_at=NOON,
            finished_at=NOON,
            message="",
            step_path=StepPath("ask"),
            attempts=1,
        )
        await house.journal.append(run_id, 4, [end, run_finished(run_id)])
        second = await answer(client, run_id, approved=False)

        assert (second.status_code, second.json()["answer"]["by"]) == (409, "ada")

    async def test_of_many_at_once_exactly_one_counts(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = await asking(house)
        answers = await asyncio.gather(*(answer(client, run_id, approved=True, by=f"{n}") for n in range(100)))

        [first] = [each.json() for each in answers if each.status_code == 200]
        refused = [each.json() for each in answers if each.status_code == 409]
        assert {each["answer"]["by"] for each in refused} == {first["by"]}
        assert len(refused) == 99

    async def test_after_the_time_was_over_says_so(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = await asking(house)
        await house.journal.deliver(run_id, 3, Message(at=after_noon(60), value={"kind": "timeout"}))
        response = await answer(client, run_id, approved=True)

        assert (response.status_code, response.json()["answer"]["kind"]) == (409, "timeout")
        assert "The time to answer" in response.json()["detail"]


class TestAStepThatDoesNotWait:
    async def test_because_it_is_at_work_is_409(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = new_id()
        await house.run(step_started(run_id, "ask"))
        response = await answer(client, run_id, approved=True)

        assert (response.status_code, response.json()["code"]) == (409, "step.not_waiting")
        assert "it is running" in response.json()["detail"]

    async def test_for_a_person_is_409(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = await asking(house, kind="time")
        response = await answer(client, run_id, approved=True)

        assert (response.status_code, response.json()["code"]) == (409, "step.not_waiting")
        assert "waits for a time, not for an answer" in response.json()["detail"]
        assert await house.journal.messages(run_id) == {}

    async def test_because_its_run_is_over_is_409(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = await asking(house)
        await house.journal.append(run_id, 4, [run_finished(run_id, RunStatus.CANCELLED)])
        response = await answer(client, run_id, approved=True)

        assert (response.status_code, response.json()["code"]) == (409, "step.not_waiting")
        assert "the run is over: cancelled" in response.json()["detail"]

    async def test_because_there_is_none_is_404(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = await asking(house)
        assert (await answer(client, run_id, "other", approved=True)).json()["code"] == "step.not_found"
        for unknown in (new_id(), "x", "x" * 3_000):
            assert (await answer(client, unknown, approved=True)).json()["code"] == "run.not_found"


class TestTheForm:
    async def test_is_checked_when_the_answer_is_yes(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = await asking(house, form_schema=FORM)
        for data, pointer in (({"tier": "c"}, "/data/tier"), ({}, "/data"), (None, "/data")):
            response = await answer(client, run_id, approved=True, data=data)
            assert (response.status_code, response.json()["code"]) == (422, "input.invalid")
            assert [problem["pointer"] for problem in problems_of(response)] == [pointer]
        assert await house.journal.messages(run_id) == {}
        assert (await answer(client, run_id, approved=True, data={"tier": "a"})).status_code == 200


class TestAssignees:
    async def test_are_the_only_ones_who_may_answer(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = await asking(house, assignees=["ada", "bob"])
        for by in ("", "eve", "Ada"):
            response = await answer(client, run_id, approved=False, by=by)
            assert (response.status_code, response.json()["code"]) == (422, "input.invalid")
            assert problems_of(response)[0]["pointer"] == "/by"
            assert "ada, bob" in response.json()["detail"]
        assert (await answer(client, run_id, approved=False, by="bob")).status_code == 200

    async def test_that_are_nobody_leave_it_to_everybody(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = await asking(house, assignees=[])
        assert (await answer(client, run_id, approved=True)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"approved": "yes"},
        {"approved": 1},
        {"approved": None},
        {"approved": True, "comment": 5},
        {"approved": True, "comment": "x" * 10_001},
        {"approved": True, "by": "x" * 257},
        {"approved": True, "surprise": 1},
    ],
)
async def test_an_answer_of_another_form_is_422(house: House, client: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    run_id = await asking(house)
    response = await answer(client, run_id, **body)

    assert (response.status_code, response.json()["code"]) == (422, "request.invalid")
    assert await house.journal.messages(run_id) == {}


async def test_a_body_that_decides_twice_is_refused_in_a_plain_sentence(
    house: House, client: httpx2.AsyncClient
) -> None:
    body = {"approved": True, "action": "accept"}
    response = await client.post(f"/api/runs/{await asking(house)}/steps/ask/answer", json=body)
    sentence = "Say either 'approved' or 'action'."
    assert response.json()["detail"] == f"The body of the request is not valid: {sentence}"
    assert problems_of(response) == [{"in": "body", "pointer": "", "message": sentence}]


async def test_a_full_disk_is_503_and_the_run_is_not_woken() -> None:
    class Full(Watched):
        async def deliver(self, run_id: RunId, seq: int, message: Message) -> None:
            raise JournalUnavailable("The journal cannot be written: no space left on device.")

    house = House(journal=Full())
    async with house.client() as client:
        response = await answer(client, await asking(house), approved=True)

    assert (response.status_code, response.json()["code"]) == (503, "journal.unavailable")
    assert house.engine.dispatched == []


class TestASnapshot:
    async def test_shows_what_is_waited_for(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = await asking(house, form_schema=FORM)
        shown = (await client.get(f"/api/runs/{run_id}")).json()

        assert shown["status"] == "waiting"
        assert shown["waiting"] == {
            "kind": "approval",
            "message": "Publish?",
            "form_schema": FORM,
            "step_path": "ask",
            "since": "2026-04-24T12:00:01.000+00:00",
            "until": "2026-04-24T12:01:00.000+00:00",
        }
        assert shown["waits"] == [shown["waiting"]]
        assert (shown["steps"][0]["status"], shown["steps"][0]["waiting"]) == ("waiting", shown["waiting"])
        step = (await client.get(f"/api/runs/{run_id}/steps/ask")).json()
        assert (step["waiting"], step["errors"]) == (shown["waiting"], None)

    async def test_shows_all_of_several_and_the_first_by_itself(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = new_id()
        events = [event for n in range(2) for event in (started(run_id, f"e[{n}]", n), waiting(run_id, f"e[{n}]", n))]
        await house.run(*events)
        shown = (await client.get(f"/api/runs/{run_id}")).json()

        assert [each["step_path"] for each in shown["waits"]] == ["e[0]", "e[1]"]
        assert shown["waiting"] == shown["waits"][0]

    async def test_that_waits_for_nothing_says_so(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = new_id()
        await house.run(step_started(run_id))
        shown = (await client.get(f"/api/runs/{run_id}")).json()

        assert (shown["waiting"], shown["waits"], shown["steps"][0]["waiting"]) == (None, [], None)

    async def test_leaves_a_very_large_form_out_and_says_how_large(
        self, house: House, client: httpx2.AsyncClient
    ) -> None:
        run_id = await asking(house, form_schema={"description": "x" * 70_000})
        response = await client.get(f"/api/runs/{run_id}")

        assert len(response.content) < 10_000
        assert response.json()["omitted"]["waiting.ask"] > 70_000
        whole = (await client.get(f"/api/runs/{run_id}/steps/ask")).json()
        assert len(whole["waiting"]["form_schema"]["description"]) == 70_000

    async def test_names_the_parent(self, house: House, client: httpx2.AsyncClient) -> None:
        parent, child = await asking(house), new_id()
        first = run_started(child, scenario_id=NEWS)
        linked = RunStarted(
            run_id=child,
            scenario_id=NEWS,
            started_at=first.started_at,
            revision=first.revision,
            input={},
            parent=ParentStep(run_id=parent, seq=3, depth=1),
        )
        await house.journal.create(NewRun(started=linked, definition=new_run().definition))

        assert (await client.get(f"/api/runs/{child}")).json()["parent_run_id"] == parent
        rows = {row["run_id"]: row["parent_run_id"] for row in (await client.get("/api/runs")).json()["runs"]}
        assert rows == {parent: None, child: parent}
