"""Hearing what other processes did: LISTEN, and a look at the database every second in case nobody says anything."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

import psycopg
from psycopg import sql

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.connections import AsyncConnection, Patience, connect_for_reading, limited
from callsheet.journal.postgres.news import CHANNEL, News, read_news
from callsheet.runs.events import RunId

_LISTEN: Final = sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL))
_BACK_OFF: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
_SILENCE: Final = 15.0
"""Seconds without news after which the connection is asked whether it lives."""


class Listener:
    """Two tasks of the journal, from `start` to `close`.

    Args:
        address: of the database.
        patience: how long anything may take.
        began: called when news begin to come: whatever was told before was not heard.
        heard: called for everything that a process said, this one too, and with the number of the connection it came
            over; 0 for what a look found out.
        waited_for: the runs that somebody waits for now.
        ask: their last seqs.
        poll_interval: seconds between two looks.
        tick: called before every look.
    """

    def __init__(
        self,
        address: Address,
        patience: Patience,
        *,
        began: Callable[[], None],
        heard: Callable[[News, int], None],
        waited_for: Callable[[], Sequence[RunId]],
        ask: Callable[[Sequence[RunId]], Awaitable[Mapping[RunId, int]]],
        poll_interval: float,
        tick: Callable[[], None],
    ) -> None:
        self._address = address
        self._patience = patience
        self._began = began
        self._heard = heard
        self._waited_for = waited_for
        self._ask = ask
        self._poll_interval = poll_interval
        self._tick = tick
        self._look_now = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.listening = asyncio.Event()

    def start(self) -> None:
        """Begin to listen and to look."""
        self._tasks = [
            asyncio.create_task(self._listen(), name="journal:listen"),
            asyncio.create_task(self._poll(), name="journal:poll"),
        ]

    async def close(self) -> None:
        """Hear nothing any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self) -> None:
        failures = 0
        while True:
            try:
                connection = await connect_for_reading(self._address, self._patience)
            except JournalUnavailable:
                await asyncio.sleep(_BACK_OFF[min(failures, len(_BACK_OFF) - 1)])
                failures += 1
                continue
            try:
                with limited(connection, self._patience.statement):
                    await connection.execute(_LISTEN)
                failures = 0
                await self._hear(connection)
            except psycopg.Error:
                failures = max(failures, 1)
                await asyncio.sleep(_BACK_OFF[0])
            finally:
                self.listening.clear()
                await connection.close()

    async def _hear(self, connection: AsyncConnection) -> None:
        self._began()
        self.listening.set()
        self._look_now.set()  # what was said before is not repeated
        while True:
            async for said in connection.notifies(timeout=_SILENCE):
                self._heard(read_news(said.payload), said.pid)
            with limited(connection, self._patience.statement):
                await connection.execute("SELECT 1")

    async def _poll(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_interval):
                    await self._look_now.wait()
            self._look_now.clear()
            self._tick()
            waited_for = self._waited_for()
            if waited_for:
                with suppress(JournalUnavailable):
                    found = await self._ask(waited_for)
                    self._heard(News(appended=found, removed=frozenset(waited_for) - found.keys()), 0)
