"""Branches that wait beside one that fails: the failure counts now, not when the waiting is over."""

from collections.abc import Mapping

import pytest

from callsheet.errors.tools import ToolFailed
from callsheet.runs.events import RunStatus
from callsheet.runs.tools import ToolCall
from callsheet.scenario.json import Json, JsonObject
from callsheet.testing import memory_system

WAITS: JsonObject = {"name": "waits", "type": "wait", "duration": "7d"}
ASKS: JsonObject = {"name": "asks", "type": "approval", "message": "May I?"}
FAILS: JsonObject = {"name": "fails", "type": "tool", "tool": "fail", "input": {}}
TIDY: JsonObject = {"name": "tidy", "type": "transform", "output": "tidied"}


async def fail(call: ToolCall) -> Json:
    """Fail as a tool does."""
    raise ToolFailed("It is broken.", server="demo", tool=call.tool)


async def ended(*steps: JsonObject) -> Mapping[str, str]:
    """How the steps of a failed run ended, by path; nobody moves the clock."""
    document: JsonObject = {"schema_version": "1", "scenario_id": "s", "name": "S", "steps": list(steps)}
    async with memory_system([document], {"demo": {"fail": fail}}) as system:
        state = await system.run("s")
        assert state.status is RunStatus.FAILED
        return {path: step.status.value for path, step in state.steps.items()}


@pytest.mark.parametrize("waiting", [WAITS, ASKS], ids=["wait", "approval"])
async def test_a_branch_that_fails_ends_one_that_waits(waiting: JsonObject) -> None:
    both: JsonObject = {"name": "both", "type": "parallel", "branches": {"left": [waiting], "right": [FAILS]}}
    assert await ended(both) == {
        "both": "failed",
        f"both.left.{waiting['name']}": "cancelled",
        "both.right.fails": "failed",
    }


async def test_the_branch_that_waited_tidies_up() -> None:
    careful: JsonObject = {"name": "careful", "type": "try", "steps": [WAITS], "finally": [TIDY]}
    both: JsonObject = {"name": "both", "type": "parallel", "branches": {"left": [careful], "right": [FAILS]}}
    assert (await ended(both))["both.left.careful.tidy"] == "success"


async def test_an_item_that_fails_ends_those_that_wait() -> None:
    waits: JsonObject = {**WAITS, "when": "item == `0`"}
    fails: JsonObject = {**FAILS, "when": "item == `1`"}
    each: JsonObject = {
        "name": "each",
        "type": "foreach",
        "items": [0, 1],
        "max_concurrency": 2,
        "steps": [waits, fails],
    }
    assert (await ended(each))["each[0].waits"] == "cancelled"
