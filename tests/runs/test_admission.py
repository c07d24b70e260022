"""Room for runs: of one owner, and in this process."""

import asyncio

import pytest

from callsheet.errors.runs import QueueFull, TooManyRuns
from callsheet.runs.admission import Admission, Room


class Counted:
    """A journal that knows how many runs of each owner are unfinished, and takes its time to say it."""

    def __init__(self) -> None:
        self.runs: dict[str, int] = {}

    async def unfinished(self, owner: str, limit: int) -> int:
        found = self.runs.get(owner, 0)
        await asyncio.sleep(0)
        return min(found, limit)

    def add(self, owner: str) -> None:
        self.runs[owner] = self.runs.get(owner, 0) + 1


async def create(admission: Admission, journal: Counted, owner: str) -> bool:
    try:
        async with admission.admitted(owner):
            await asyncio.sleep(0)
            journal.add(owner)
            return True
    except TooManyRuns:
        return False


async def test_an_owner_gets_as_many_as_they_may_however_many_ask_at_once() -> None:
    journal = Counted()
    admission = Admission(journal, lambda: 0, Room(per_owner=5))
    found = await asyncio.gather(*(create(admission, journal, "key:ci") for _ in range(50)))
    assert found == [True] * 5 + [False] * 45
    assert journal.runs["key:ci"] == 5
    assert await create(admission, journal, "key:other")


async def test_a_run_that_has_ended_makes_room() -> None:
    journal = Counted()
    admission = Admission(journal, lambda: 0, Room(per_owner=1))
    assert await create(admission, journal, "a")
    assert not await create(admission, journal, "a")
    journal.runs["a"] = 0
    assert await create(admission, journal, "a")


async def test_what_failed_to_be_created_takes_no_room() -> None:
    admission = Admission(Counted(), lambda: 0, Room(per_owner=1, queued=1))
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with admission.admitted("a"):
                raise ZeroDivisionError
    async with admission.admitted("a"):
        pass


async def test_no_more_wait_than_may_also_counting_those_that_come() -> None:
    queued = 2
    admission = Admission(Counted(), lambda: queued, Room(queued=3))
    async with admission.admitted("a"):
        with pytest.raises(QueueFull, match="3 runs wait"):
            async with admission.admitted("b"):
                pytest.fail("there was no room")
    async with admission.admitted("b"):
        pass


async def test_without_a_limit_nobody_counts() -> None:
    class NeverAsked:
        async def unfinished(self, owner: str, limit: int) -> int:
            raise AssertionError(owner, limit)

    async with Admission(NeverAsked(), lambda: 0, Room()).admitted("a"):
        pass
