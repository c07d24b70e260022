"""A little chaos, for every run of the tests; `make chaos` makes much of it."""

from pathlib import Path

import pytest

from tests.chaos.__main__ import report
from tests.chaos.evidence import Least
from tests.chaos.trial import Plan, attempt
from tests.e2e.load import report as say

LEAST = {
    "sqlite": Least(kills=4, hits=3, freezes=1, terms=1),
    "postgres": Least(kills=3, hits=2, freezes=1, terms=1, databases=1),
}
"""How soon work is taken over is said and not judged: on a busy machine a process takes long to begin."""


@pytest.mark.timeout(330)  # against a hang: 30 s are usual
@pytest.mark.parametrize("fleet", sorted(LEAST))
async def test_a_fleet_keeps_its_promises_while_its_processes_are_killed_frozen_and_ended(
    fleet: str, tmp_path: Path, seed: int
) -> None:
    plan = Plan(fleet=fleet, runs=60, seconds=300, seed=seed, least=LEAST[fleet], folder=tmp_path)
    say(report(plan, await attempt(plan)))
