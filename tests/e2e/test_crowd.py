"""Many subscribers, some that never read, and more submissions than there is room for."""

from pathlib import Path

import pytest

from tests.e2e.load import report
from tests.support.crowd.scene import Size, play, scenarios, servers
from tests.support.service import serving

MIB = 2**20
SIZE = Size(watched=5, run_streams=40, feed_streams=40, stalled=20, rate=300, seconds=5)
MEMORY = 384 * MIB
"""It has some 150 MiB."""


@pytest.mark.timeout(180)
async def test_in_a_burst_all_accepted_runs_end_and_subscribers_miss_nothing(tmp_path: Path) -> None:
    documents = scenarios(SIZE)
    settings = {"max_queued_runs": 60}
    with serving(tmp_path / "service", scenarios=documents, servers=servers(), settings=settings) as service:
        outcome = await play(service, SIZE)

    report(f"{outcome.flood['answers']}, {outcome.memory}, {outcome.watching}")
    assert outcome.accepted == outcome.ended > 0
    assert outcome.flood["answers"].keys() - {"202"}, "nothing was refused, so nothing was shown"
    assert outcome.flood["impatient"] == 0
    assert outcome.watching["faults"] == {}
    assert (outcome.unlike, outcome.watching["incomplete"], outcome.watching["missing"]) == (0, 0, 0)
    assert outcome.watching["run_ages"]["count"] > 0
    assert outcome.watching["feed_ages"]["count"] >= 40 * outcome.accepted
    assert len(outcome.watching["cut_after"]) >= SIZE.stalled // 2
    assert outcome.memory["peak"] < MEMORY
    assert outcome.descriptors[1] <= outcome.descriptors[0] + 10
    assert outcome.subscribers in {None, 0.0}
