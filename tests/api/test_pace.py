"""How requests begin that come all at once."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from callsheet.api.middleware.pace import Pace

HTTP: Scope = {"type": "http", "method": "GET", "path": "/", "headers": []}


class Turns:
    """Counts the turns of the event loop, and notes in which of them each request began."""

    def __init__(self) -> None:
        self.now = 0
        self.began: list[int] = []
        self.answers: list[MutableMapping[str, Any]] = []
        self._handle = asyncio.get_running_loop().call_soon(self._count)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The app behind."""
        self.began.append(self.now)

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Take an answer."""
        self.answers.append(message)

    def stop(self) -> None:
        """Count no more."""
        self._handle.cancel()

    def _count(self) -> None:
        self.now += 1
        self._handle = asyncio.get_running_loop().call_soon(self._count)


async def receive() -> MutableMapping[str, Any]:
    """Nothing comes."""
    return {"type": "http.disconnect"}


@pytest.mark.parametrize("count", [1, 3, 100])
async def test_of_those_that_come_at_once_a_few_begin_in_each_turn_and_all_of_them_begin(count: int) -> None:
    turns = Turns()
    pace = Pace(turns.app, per_turn=3)
    await asyncio.gather(*(pace(HTTP, receive, turns.send) for _ in range(count)))
    turns.stop()

    assert len(turns.began) == count
    assert turns.began == sorted(turns.began)
    assert max(turns.began.count(turn) for turn in set(turns.began)) <= 3
    assert not turns.answers


async def test_those_that_come_one_after_the_other_do_not_wait() -> None:
    turns = Turns()
    pace = Pace(turns.app, per_turn=1, max_waiting=0)
    for _ in range(5):
        await pace(HTTP, receive, turns.send)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    turns.stop()

    assert len(turns.began) == 5


async def test_with_too_many_waiting_the_next_is_told_to_come_again() -> None:
    turns = Turns()
    pace = Pace(turns.app, per_turn=2, max_waiting=5)
    await asyncio.gather(*(pace(HTTP, receive, turns.send) for _ in range(10)))
    turns.stop()

    starts = [message for message in turns.answers if message["type"] == "http.response.start"]
    assert len(turns.began) == 7
    assert [start["status"] for start in starts] == [503] * 3
    assert all((b"retry-after", b"5") in start["headers"] for start in starts)


async def test_one_that_leaves_while_it_waits_costs_the_others_nothing() -> None:
    turns = Turns()
    pace = Pace(turns.app, per_turn=1)
    tasks = [asyncio.create_task(pace(HTTP, receive, turns.send)) for _ in range(4)]
    await asyncio.sleep(0)
    tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    turns.stop()

    assert len(turns.began) == 3


async def test_what_is_no_request_is_passed_on() -> None:
    turns = Turns()
    pace = Pace(turns.app, per_turn=0)
    await pace({"type": "lifespan"}, receive, turns.send)
    turns.stop()

    assert len(turns.began) == 1
