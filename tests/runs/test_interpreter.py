"""What a run does, driven through the in-memory system."""

import asyncio
from datetime import timedelta

import pytest

from callsheet.errors.runs import InputInvalid, RunNotFound
from callsheet.errors.scenarios import ScenarioInvalid, ScenarioNotFound
from callsheet.errors.tools import ToolFailed
from callsheet.runs.events import RunId, RunStatus, StepPath, StepStatus
from callsheet.runs.ports import RunFilter
from callsheet.runs.steps.tool import LARGE_TEXT, MAX_ERROR_BYTES
from callsheet.runs.tools import TextBlock, ToolResult
from callsheet.scenario.json import JsonObject
from callsheet.testing import Json, MemorySystem, ToolCall, memory_system
from tests.support.scenarios import scenario, step


async def echo(call: ToolCall) -> Json:
    return call.arguments


async def fail(call: ToolCall) -> Json:
    raise ToolFailed("the kettle is cold", server="test", tool=call.tool, data={"degrees": 12})


async def text(call: ToolCall) -> ToolResult:
    return ToolResult(content=(TextBlock(text=str(call.arguments["say"])),))


async def many(call: ToolCall) -> ToolResult:
    return ToolResult(content=(TextBlock(text="a"), TextBlock(text="b")))


async def large(call: ToolCall) -> Json:
    return "x" * (5 * 2**20)


TOOLS = {"test": {"echo": echo, "fail": fail, "text": text, "many": many, "large": large}}


async def test_steps_run_in_order_and_see_what_came_before() -> None:
    document = scenario(
        step("first", tool="echo", input={"greeting": {"from": "input.word"}, "n": 3}),
        step(
            "second",
            tool="echo",
            input={"line": {"template": "${steps.first.output.greeting}, ${steps.first.output.n}"}},
        ),
        output={"said": {"from": "steps.second.output.line"}, "run": {"from": "run.id"}},
    )
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test", {"word": "hello"})
    assert state.status is RunStatus.SUCCESS
    assert state.message == ""
    assert state.output == {"said": "hello, 3", "run": state.run_id}
    assert [each.index for each in state.steps.values()] == [0, 1]
    assert {each.status for each in state.steps.values()} == {StepStatus.SUCCESS}


async def test_the_output_is_the_last_steps_when_the_document_says_nothing() -> None:
    async with memory_system([scenario(step("only", tool="echo", input={"a": 1}))], TOOLS) as system:
        assert (await system.run("test")).output == {"a": 1}


async def test_a_failed_step_fails_the_run_with_what_and_where() -> None:
    document = scenario(step("boil", tool="fail"), step("pour", tool="echo"))
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test")
    assert state.status is RunStatus.FAILED
    assert state.message == "Step 'boil' failed: the kettle is cold"
    assert state.error is not None
    assert (state.error.code, state.error.step, state.error.attempt) == ("ToolError", "boil", 1)
    assert state.error.data == {"degrees": 12}
    assert list(state.steps) == ["boil"]


async def test_a_step_may_fail_and_the_run_go_on() -> None:
    document = scenario(
        step("boil", tool="fail", on_error="continue"),
        step(
            "look",
            tool="echo",
            input={"status": {"from": "steps.boil.status"}, "why": {"from": "steps.boil.error.message"}},
        ),
    )
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test")
    assert state.status is RunStatus.SUCCESS
    assert state.output == {"status": "failed", "why": "the kettle is cold"}
    assert state.steps[StepPath("boil")].status is StepStatus.FAILED
    assert state.steps[StepPath("boil")].output is None


async def test_the_documents_on_error_runs_with_the_error_in_scope_and_the_run_still_fails() -> None:
    document = scenario(
        step("boil", tool="fail"),
        on_error=[step("tell", tool="echo", input={"what": {"from": "error.code"}, "where": {"from": "error.step"}})],
    )
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test")
    assert state.status is RunStatus.FAILED
    assert state.error is not None
    assert state.error.code == "ToolError"
    assert state.steps[StepPath("tell")].output == {"what": "ToolError", "where": "boil"}


async def test_what_fails_among_the_on_error_steps_does_not_hide_the_first_error() -> None:
    document = scenario(step("boil", tool="fail"), on_error=[step("tell", tool="nothing_like_it")])
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test")
    assert state.error is not None
    assert state.error.step == "boil"


async def test_a_required_field_without_a_value_fails_before_the_call() -> None:
    document = scenario(step("only", tool="echo", input={"url": {"from": "input.url"}}, required_input_fields=["url"]))
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test", {})
    assert state.error is not None
    assert state.error.code == "InputInvalid"
    assert "'url'" in state.error.message


async def test_a_missing_value_takes_its_default_or_leaves_its_key_out() -> None:
    document = scenario(
        step(
            "only",
            tool="echo",
            input={
                "a": {"from": "input.a"},
                "b": {"from": "input.b", "default": {"from": "input.c"}},
                "d": {"const": {"from": "as it is"}},
            },
        )
    )
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test", {"c": 5})
    assert state.output == {"b": 5, "d": {"from": "as it is"}}


async def test_a_steps_output_is_what_later_steps_see() -> None:
    document = scenario(step("only", tool="echo", input={"n": [1, 2, 3]}, output={"sum": {"from": "sum(result.n)"}}))
    async with memory_system([document], TOOLS) as system:
        assert (await system.run("test")).output == {"sum": 6}


async def test_a_null_hole_of_a_template_is_an_error_and_not_the_word_none() -> None:
    document = scenario(step("only", tool="echo", input={"a": {"template": "x${input.nothing}"}}))
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test")
    assert state.error is not None
    assert state.error.code == "ExpressionError"


@pytest.mark.parametrize(
    ("tool", "say", "form", "output"),
    [
        ("text", '{"a": 1}', "auto", {"a": 1}),
        ("text", "plain", "auto", {"text": "plain"}),
        ("text", '{"a": NaN}', "auto", {"text": '{"a": NaN}'}),
        ("text", '{"a": 1}', "text", {"text": '{"a": 1}'}),
        ("text", "[1]", "json", [1]),
        ("many", "", "auto", {"text": "a\nb"}),
        ("echo", "x", "structured", {"say": "x"}),
    ],
)
async def test_a_result_becomes_the_output_in_the_form_the_step_asks_for(
    tool: str, say: str, form: str, output: Json
) -> None:
    document = scenario(step("only", tool=tool, input={"say": say}, result_format=form))
    async with memory_system([document], TOOLS) as system:
        assert (await system.run("test")).output == output


@pytest.mark.parametrize(("tool", "form"), [("text", "json"), ("text", "structured")])
async def test_a_result_in_another_form_is_an_error(tool: str, form: str) -> None:
    document = scenario(step("only", tool=tool, input={"say": "{"}, result_format=form))
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test")
    assert state.error is not None
    assert state.error.code == "OutputInvalid"


async def test_a_value_over_the_limit_fails_the_run_and_cannot_be_caught() -> None:
    document = scenario(step("only", tool="large", on_error="continue"), step("next", tool="echo"))
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test")
    assert state.status is RunStatus.FAILED
    assert state.error is not None
    assert state.error.code == "LimitExceeded"


async def test_a_large_text_is_read_beside_the_event_loop_and_gives_the_same() -> None:
    async def rows(call: ToolCall) -> ToolResult:
        return ToolResult(content=(TextBlock(text=f"[{','.join(['1'] * LARGE_TEXT)}]"),))

    async with memory_system([scenario(step("a", tool="rows"))], {"test": {"rows": rows}}) as system:
        assert (await system.run("test")).output == [1] * LARGE_TEXT


async def test_a_large_value_beside_a_tools_error_is_not_kept() -> None:
    async def fail(call: ToolCall) -> Json:
        raise ToolFailed("It is full.", server="test", tool="fail", data={"rows": "x" * MAX_ERROR_BYTES})

    async with memory_system([scenario(step("a", tool="fail"))], {"test": {"fail": fail}}) as system:
        state = await system.run("test")
        assert state.error is not None
        assert (state.error.code, state.error.message) == ("ToolError", "It is full.")
        assert state.error.data == {"limit": "error", "value": MAX_ERROR_BYTES, "bytes": MAX_ERROR_BYTES + 11}
        stored = sum(len(record.data) for record in await system.journal.read(state.run_id))
        assert stored < MAX_ERROR_BYTES


async def test_a_retry_waits_and_calls_again_with_the_same_key() -> None:
    keys: list[tuple[str, int]] = []

    async def flaky(call: ToolCall) -> Json:
        keys.append((call.idempotency_key, call.attempt))
        if call.attempt < 3:
            raise ToolFailed("not yet", server="test", tool="flaky")
        return "done"

    document = scenario(step("only", tool="flaky", retry={"max_attempts": 3, "initial_interval": "10s"}))
    async with memory_system([document], {"test": {"flaky": flaky}}) as system, asyncio.timeout(5):
        summary = await system.runs.submit("test", {})
        await system.clock.asked_to_sleep.wait()
        system.clock.asked_to_sleep.clear()
        assert len(keys) == 1
        system.clock.advance(10)
        await system.clock.asked_to_sleep.wait()
        system.clock.advance(19)
        assert len(keys) == 2, "the second wait is twice the first"
        system.clock.advance(1)
        state = await system.finished(summary.run_id)
    assert state.output == "done"
    assert len({key for key, _ in keys}) == 1
    assert [attempt for _, attempt in keys] == [1, 2, 3]
    assert state.steps[StepPath("only")].attempts == 3


async def test_a_code_that_is_not_listed_is_not_tried_again() -> None:
    document = scenario(step("only", tool="fail", retry={"errors": ["Timeout"]}))
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test")
    assert state.steps[StepPath("only")].attempts == 1


async def test_the_runs_timeout_fails_the_step_at_work() -> None:
    hanging = asyncio.Event()

    async def hang(call: ToolCall) -> Json:
        hanging.set()
        await asyncio.Event().wait()

    document = scenario(step("only", tool="hang"), on_error=[step("tell", tool="echo")], timeout="1h")
    async with memory_system([document], {"test": {"hang": hang, "echo": echo}}) as system, asyncio.timeout(5):
        summary = await system.runs.submit("test", {})
        await hanging.wait()
        system.clock.advance(timedelta(hours=1).total_seconds())
        state = await system.finished(summary.run_id)
    assert state.error is not None
    assert state.error.code == "Timeout"
    assert state.steps[StepPath("tell")].status is StepStatus.SUCCESS


async def test_nothing_is_recorded_for_input_that_does_not_fit() -> None:
    schema: JsonObject = {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}}
    async with memory_system([scenario(step("only", tool="echo"), input_schema=schema)], TOOLS) as system:
        with pytest.raises(InputInvalid) as caught:
            await system.runs.submit("test", {"url": 5})
        assert [problem.pointer for problem in caught.value.problems] == ["/url"]
        assert await nothing_recorded(system)


async def test_nothing_is_recorded_for_a_scenario_that_is_unknown_or_broken() -> None:
    broken = scenario(step("only", tool="echo"), unknown_key=1)
    async with memory_system([broken], TOOLS) as system:
        with pytest.raises(ScenarioInvalid, match="Unknown key 'unknown_key'"):
            await system.runs.submit("test", {})
        with pytest.raises(ScenarioNotFound):
            await system.runs.submit("tset", {})
        assert await nothing_recorded(system)


async def test_an_unknown_run_is_said_to_be_unknown() -> None:
    async with memory_system([], TOOLS) as system:
        for action in (system.runs.state, system.runs.summary, system.runs.cancel):
            with pytest.raises(RunNotFound):
                await action(RunId("00000000-0000-7000-8000-00000000dead"))


async def nothing_recorded(system: MemorySystem) -> bool:
    return (await system.runs.list(RunFilter(), 10)).runs == ()


async def test_a_large_expression_is_evaluated_beside_the_event_loop_and_gives_the_same() -> None:
    document = scenario(
        step("only", tool="echo", input={"best": {"from": "min_by(input.items, &n).n"}}),
        output={"from": "length(input.items[?n > `4`])"},
    )
    items: list[Json] = [{"n": number} for number in range(3_000)]
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test", {"items": items})
    assert state.steps[StepPath("only")].output == {"best": 0}
    assert state.output == 2_995


async def test_an_expression_over_its_budget_fails_the_run_with_the_limit() -> None:
    document = scenario(step("only", tool="echo", input={"a": {"from": "input.items[*].{a: length(@), b: @}"}}))
    row: Json = [*range(9_000)]
    items: list[Json] = [row] * 60
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test", {"items": items})
    assert state.error is not None
    assert state.error.code == "LimitExceeded"


async def test_an_output_over_the_limit_fails_the_run_with_the_limit() -> None:
    document = scenario(
        step("only", tool="echo", input={"t": "x" * 100}),
        output={"all": [{"from": "input.text"}, {"from": "input.text"}]},
    )
    async with memory_system([document], TOOLS) as system:
        state = await system.run("test", {"text": "x" * 3_000_000})
    assert state.error is not None
    assert (state.status, state.error.code) == (RunStatus.FAILED, "LimitExceeded")
