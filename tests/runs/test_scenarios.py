"""The scenarios of runs at work."""

import asyncio
from datetime import UTC, datetime

from callsheet.journal.memory import MemoryJournal
from callsheet.runs.events import Revision, RunId, RunStarted
from callsheet.runs.ports import NewRun
from callsheet.runs.scenarios import PinnedScenarios
from callsheet.scenario.codec import canonical
from tests.support.scenarios import scenario


class Asked(MemoryJournal):
    """A journal that counts who wants a definition, and lets others go on meanwhile."""

    times = 0

    async def definition(self, revision: Revision) -> bytes:
        self.times += 1
        await asyncio.sleep(0)
        return await super().definition(revision)


async def test_many_runs_of_one_revision_that_begin_together_read_it_once() -> None:
    journal = Asked()
    started = RunStarted(
        run_id=RunId("r"),
        scenario_id="s",
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        revision=Revision("1"),
        input={},
    )
    await journal.create(NewRun(started=started, definition=canonical(scenario())))
    pinned = PinnedScenarios(journal)
    found = await asyncio.gather(*(pinned.get(Revision("1")) for _ in range(100)))
    assert journal.times == 1
    assert all(each is found[0] for each in found)
