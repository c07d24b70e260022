"""A slot whose run was removed before anybody noted that it began is not open any more, so nothing fires it again."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.journal import PostgresJournal
from callsheet.journal.postgres.trigger_store import open_triggers
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.runs.events import RunId
from callsheet.runs.ports import Journal
from callsheet.runs.triggers.slots import Decision, Slot
from callsheet.runs.triggers.store import TriggerStore
from tests.support.events import NOON, after_noon, new_run, run_finished


@pytest.fixture(params=["sqlite", "postgres"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[tuple[Journal, TriggerStore]]:
    """A journal and the store of triggers in the same database."""
    async with AsyncExitStack() as stack:
        if request.param == "sqlite":
            journal = await stack.enter_async_context(SqliteJournal.open(tmp_path / "data" / "journal.db"))
            yield journal, journal.triggers
        else:
            url = request.getfixturevalue("postgres_url")
            journal = await stack.enter_async_context(PostgresJournal.open(url))
            yield journal, await stack.enter_async_context(open_triggers(Address.parse(url)))


async def ended(journal: Journal) -> RunId:
    run_id = (await journal.create(new_run())).run_id
    await journal.append(run_id, 1, [run_finished(run_id)])
    return run_id


async def test_the_slot_of_a_removed_run_counts_as_started(stores: tuple[Journal, TriggerStore]) -> None:
    journal, store = stores
    removed, kept = await ended(journal), await ended(journal)
    for seconds, run_id, decision in (
        (0, removed, Decision.STARTING),
        (1, kept, Decision.STARTING),
        (2, removed, Decision.QUEUED),
    ):
        slot = Slot(schedule="often", at=after_noon(seconds), decision=decision, run_id=run_id, decided_at=NOON)
        assert await store.claim(slot)
    await journal.delete(removed)
    found = [slot.decision for slot in await store.slots("often", 10)]
    assert found == [Decision.QUEUED, Decision.STARTING, Decision.STARTED]
    assert [slot.run_id for slot in await store.open_slots()] == [kept, removed]
    assert not await store.settle("often", NOON, Decision.STARTING, Decision.FAILED), "who was late changes nothing"
