"""What the contract of `Journal.changed_runs` cannot show of every adapter: lost news, and the end."""

import asyncio

import pytest

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.announcements import Announcements
from tests.support.events import new_id


async def test_lost_news_may_concern_any_run() -> None:
    announcements = Announcements()
    with announcements.subscribed() as changed:
        announcements.announce(new_id())
        announcements.announce_any()
        announcements.announce(new_id())
        assert await changed.next() is None
        announcements.announce(run_id := new_id())
        assert await changed.next() == (run_id,)


async def test_a_closed_journal_tells_those_who_wait_and_those_who_come() -> None:
    announcements = Announcements()
    with announcements.subscribed() as changed:
        waiting = asyncio.ensure_future(changed.next())
        await asyncio.wait([waiting], timeout=0)
        announcements.close("It is closed.")
        with pytest.raises(JournalUnavailable, match="It is closed"):
            await waiting
        with pytest.raises(JournalUnavailable, match="It is closed"):
            await changed.next()
    with pytest.raises(JournalUnavailable, match="It is closed"), announcements.subscribed():
        pass
    assert not announcements
