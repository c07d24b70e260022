"""How many runs wait in the database of a fleet, known without waiting for the answer."""

import asyncio
from collections.abc import Mapping

import pytest

from callsheet.engine.fleet import queue_length
from callsheet.engine.fleet.queue_length import QueueLength
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.events import RunStatus
from tests.support.events import new_run


async def settled(length: QueueLength) -> int:
    """The number when what was asked for has come."""
    length()
    for _ in range(10):
        await asyncio.sleep(0)
    return length()


async def test_it_is_what_the_journal_says_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_length, "FRESH_SECONDS", 0.0)
    journal = MemoryJournal()
    length = QueueLength(journal)
    for _ in range(3):
        await journal.create(new_run())
    assert length() == 0
    assert await settled(length) == 3
    await length.close()


async def test_however_often_it_is_wanted_the_journal_is_asked_once_a_second() -> None:
    class Counted:
        asked = 0

        async def unfinished_by_status(self) -> Mapping[RunStatus, int]:
            self.asked += 1
            return {RunStatus.QUEUED: 7}

    journal = Counted()
    length = QueueLength(journal)
    for _ in range(100):
        await settled(length)
    assert (journal.asked, length()) == (1, 7)
    await length.close()


async def test_while_the_database_is_away_the_last_number_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_length, "FRESH_SECONDS", 0.0)

    class Flaky:
        away = False

        async def unfinished_by_status(self) -> Mapping[RunStatus, int]:
            if self.away:
                raise JournalUnavailable
            return {RunStatus.QUEUED: 7}

    journal = Flaky()
    length = QueueLength(journal)
    assert await settled(length) == 7
    journal.away = True
    assert await settled(length) == 7
    await length.close()
