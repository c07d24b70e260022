"""The feed behind `GET /api/events`, where the stream cannot show it."""

import asyncio
from collections.abc import Collection, Mapping

import pytest

from callsheet.engine.clock import SystemClock
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal import announcements
from callsheet.journal.memory import MemoryJournal
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.runs.events import RunId, RunSummary
from callsheet.runs.fairness import give_way
from callsheet.runs.feed import Feed, FeedItem, News, RunChanged, Watcher
from callsheet.testing import ManualClock
from tests.support.events import new_run


def named(item: FeedItem) -> bytes:
    return (item.row.run_id if isinstance(item, RunChanged) else item.run_id).encode()


async def taken(watcher: Watcher, woken: asyncio.Event) -> News:
    async with asyncio.timeout(5):
        while (news := watcher.take()) is None:
            woken.clear()
            await woken.wait()
    return news


async def taken_later(watcher: Watcher, clock: ManualClock) -> News:
    """What there is to take after a pause of the feed."""
    async with asyncio.timeout(5):
        while (news := watcher.take()) is None:
            clock.advance(1)
            await give_way()
    return news


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


async def test_a_watcher_with_too_many_changed_runs_is_told_to_fetch_the_list(journal: MemoryJournal) -> None:
    woken, other_woken = asyncio.Event(), asyncio.Event()
    feed = Feed(journal, SystemClock(), named, limit=3)
    with feed.watched(woken) as slow, feed.watched(other_woken) as quick:
        for _ in range(5):
            run_id = (await journal.create(new_run())).run_id
            assert await taken(quick, other_woken) == News(refetch=False, items=(run_id.encode(),))
        news = await taken(slow, woken)
    assert news.refetch
    assert len(news.items) <= 1


async def test_everybody_is_told_to_fetch_the_list_when_the_journal_lost_count(
    journal: MemoryJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "MAX_PENDING", 3)
    woken, clock = asyncio.Event(), ManualClock()
    with Feed(journal, clock, named).watched(woken) as watcher:
        first = (await journal.create(new_run())).run_id
        assert await taken(watcher, woken) == News(refetch=False, items=(first.encode(),))
        for _ in range(5):
            await journal.create(new_run())
        assert await taken_later(watcher, clock) == News(refetch=True, items=())
        run_id = (await journal.create(new_run())).run_id
        assert await taken_later(watcher, clock) == News(refetch=False, items=(run_id.encode(),))


async def test_watchers_are_told_when_the_journal_is_closed(tmp_path_factory: pytest.TempPathFactory) -> None:
    woken = asyncio.Event()
    async with SqliteJournal.open(tmp_path_factory.mktemp("data") / "journal.db") as journal:
        feed = Feed(journal, SystemClock(), named)
        with feed.watched(woken) as watcher:
            await asyncio.wait([asyncio.ensure_future(journal.check())])
            await journal.close()
            with pytest.raises(JournalUnavailable, match="closed"):
                await taken(watcher, woken)
        with pytest.raises(JournalUnavailable, match="closed"), feed.watched(woken):
            pass


async def test_it_listens_while_somebody_watches_and_begins_again_for_the_next(journal: MemoryJournal) -> None:
    feed = Feed(journal, SystemClock(), named)
    for _ in range(3):
        woken = asyncio.Event()
        with feed.watched(woken) as watcher:
            run_id = (await journal.create(new_run())).run_id
            assert (await taken(watcher, woken)).items == (run_id.encode(),)


class Damaged(MemoryJournal):
    """A journal that breaks in a way nobody thought of."""

    async def summaries(self, run_ids: Collection[RunId]) -> Mapping[RunId, RunSummary | None]:
        raise ZeroDivisionError


async def test_a_defect_ends_the_watchers_and_leaves_nobody_waiting() -> None:
    journal, woken = Damaged(), asyncio.Event()
    with Feed(journal, SystemClock(), named).watched(woken) as watcher:
        await journal.create(new_run())
        with pytest.raises(JournalUnavailable, match="ZeroDivisionError"):
            await taken(watcher, woken)
