"""What takes all roots, or all steps, takes them as they are then."""

import pytest

from callsheet.runs.events import RunStatus
from callsheet.testing import memory_system
from tests.support.scenarios import scenario


@pytest.mark.parametrize("expression", ["@", "steps", "root()", "[@, steps]"])
async def test_a_step_may_give_everything_that_it_sees(expression: str) -> None:
    document = scenario(
        {"name": "a", "type": "transform", "output": 1},
        {"name": "all", "type": "transform", "output": {"from": expression}},
        {"name": "c", "type": "transform", "output": {"from": "keys(steps)"}},
        scenario_id="whole",
    )
    async with memory_system([document], {}) as system:
        state = await system.run("whole")
    assert (state.status, state.output) == (RunStatus.SUCCESS, ["a", "all"])
