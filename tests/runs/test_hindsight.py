"""The roots of a step, told afterwards, are those that the interpreter gave it."""

import asyncio
from typing import Any

import pytest

from callsheet.errors.runs import StepNotFound
from callsheet.errors.tools import ToolFailed
from callsheet.runs.events import RunStatus, StepPath
from callsheet.runs.hindsight import roots_at
from callsheet.runs.state import RunState
from callsheet.scenario.expressions import parse_expression
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.model import Scenario
from callsheet.scenario.parse import parse_scenario
from callsheet.testing import ToolCall, memory_system
from tests.support.scenarios import scenario

SEEN = (
    "[@] | [0].{input: input, vars: vars, env: env, run: run, error: error, who: who, at: at, item: item, "
    "index: index, names: keys(steps), skipped: steps.skipped, tolerated: steps.tolerated, each: steps.each.errors, "
    "short: steps.short, one: steps.one, turned: steps.turned, flaky: steps.flaky}"
)
"""All roots; of the steps what they are called, and everything of those that are small. The rules that look for names
that are not visible everywhere see no roots in it."""


def look(name: str, **more: Json) -> JsonObject:
    """A step whose output says what its expressions can see."""
    return {"name": name, "type": "transform", "output": {"from": SEEN}, **more}


async def fail(call: ToolCall) -> Json:
    """Always fails."""
    raise ToolFailed("No.", server="kit", tool="fail", data={"n": 1})


FAIL: JsonObject = {"type": "tool", "tool": "fail", "input": {}}
EVERYWHERE = scenario(
    look("first"),
    {"name": "skipped", "type": "transform", "output": 1, "when": "`false`"},
    {"name": "tolerated", **FAIL, "on_error": "continue"},
    {
        "name": "each",
        "type": "foreach",
        "items": {"from": "input.names"},
        "as": "who",
        "index_as": "at",
        "steps": [
            {"name": "short", "type": "transform", "output": {"from": "who"}},
            {
                "name": "again",
                "type": "foreach",
                "items": [1, 2],
                "steps": [{"name": "one", "type": "transform", "output": {"from": "item"}}, look("deep")],
            },
            look("after_again"),
        ],
    },
    {
        "name": "both",
        "type": "parallel",
        "branches": {"left": [look("l1"), look("l2")], "right": [look("r1")]},
    },
    {
        "name": "turns",
        "type": "loop",
        "max_iterations": 3,
        "until": "steps.pass.output.index == `1`",
        "on_exhausted": "continue",
        "steps": [{"name": "turned", "type": "transform", "output": 1}, look("pass")],
    },
    {
        "name": "which",
        "type": "switch",
        "cases": [{"when": "`false`", "steps": [look("never")]}],
        "default": [look("taken")],
    },
    {
        "name": "retried",
        "type": "sequence",
        "retry": {"max_attempts": 2, "initial_interval": "1ms", "errors": ["*"]},
        "steps": [look("in_sequence"), {"name": "flaky", "type": "tool", "tool": "flaky", "input": {}}, look("then")],
    },
    {
        "name": "guarded",
        "type": "try",
        "steps": [look("body"), {"name": "risky", **FAIL}],
        "catch": [{"errors": ["Timeout"], "steps": [look("other")]}, {"steps": [look("handler"), look("handler2")]}],
        "finally": [look("clean")],
    },
    look("last"),
    {"name": "fatal", **FAIL},
    look("unreached"),
    scenario_id="everywhere",
    vars={"v": [1, {"w": 2}]},
    env=["REGION"],
    on_error=[look("told"), look("told2")],
    output={"from": "steps.last.status"},
)


async def performed(document: JsonObject, run_input: JsonObject) -> tuple[Scenario, RunState]:
    """The run of a document, and its scenario."""
    tried: list[int] = []

    async def flaky(call: ToolCall) -> Json:
        tried.append(1)
        if len(tried) == 1:
            raise ToolFailed("Not yet.", server="kit", tool="flaky")
        return len(tried)

    tools = {"kit": {"fail": fail, "flaky": flaky}}
    environment = {"CALLSHEET_ENV_REGION": "north", "CALLSHEET_SECRET_KEY": "sesame"}
    parsed = parse_scenario(document).scenario
    assert parsed is not None
    async with asyncio.timeout(10), memory_system([document], tools, environment=environment) as system:
        run_id = (await system.runs.submit(parsed.scenario_id, run_input)).run_id
        while not (row := await system.journal.summary(run_id)).status.is_terminal:
            system.clock.advance(1)
            await system.journal.wait(run_id, row.last_seq)
        return parsed, await system.runs.state(run_id)


async def test_the_roots_of_every_step_are_those_that_it_saw() -> None:
    parsed, state = await performed(EVERYWHERE, {"names": ["ada", "bob"]})
    looks = {
        path: step.output
        for path, step in state.steps.items()
        if step.step_type == "transform" and isinstance(step.output, dict)
    }
    assert state.status is RunStatus.FAILED
    assert {StepPath("each[1].again[0].deep"), StepPath("retried@2.then"), StepPath("guarded.handler2")} <= set(looks)
    assert {StepPath("both.left.l2"), StepPath("turns[0].pass"), StepPath("told2")} <= set(looks)
    for path, seen in looks.items():
        assert parse_expression(SEEN).evaluate(roots_at(parsed, state, path)) == seen, path


async def test_a_step_that_the_run_never_came_to_has_the_roots_that_it_would_see() -> None:
    parsed, state = await performed(EVERYWHERE, {"names": ["ada"]})
    seen: Any = roots_at(parsed, state, StepPath("unreached"))
    assert set(seen) == {"input", "vars", "env", "steps", "run"}
    assert "last" in seen["steps"]
    assert "fatal" not in seen["steps"]
    inside: Any = roots_at(parsed, state, StepPath("each[7].short"))
    assert (inside["who"], inside["at"]) == (None, 7)
    never: Any = roots_at(parsed, state, StepPath("which.never"))
    assert "turns" in never["steps"]


async def test_at_the_end_every_step_of_the_document_is_visible_and_none_inside_of_blocks() -> None:
    document = scenario(
        {"name": "each", "type": "foreach", "items": [1], "steps": [look("inner")]}, look("b"), scenario_id="short"
    )
    parsed, state = await performed(document, {})
    seen: Any = roots_at(parsed, state, None)
    assert list(seen["steps"]) == ["each", "b"]
    assert seen["run"]["id"] == state.run_id


@pytest.mark.parametrize(
    "path",
    [
        "gone",
        "each.short",
        "each[0].gone",
        "each[x].short",
        "both.l1",
        "both.up.l1",
        "first.inner",
        "first[0]",
        "",
        ".",
    ],
)
async def test_a_path_that_leads_nowhere_is_not_found(path: str) -> None:
    parsed, state = await performed(EVERYWHERE, {"names": []})
    with pytest.raises(StepNotFound, match="no step at this path"):
        roots_at(parsed, state, StepPath(path))
