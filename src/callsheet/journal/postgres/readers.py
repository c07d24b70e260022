"""Reading connections on the event loop, a few of them, opened when they are needed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.connections import AsyncConnection, Patience, closed, connect_for_reading, limited
from callsheet.journal.postgres.faults import unavailable

T = TypeVar("T")


class Readers:
    """Up to `connections` queries at a time, each on a connection of its own while it runs.

    A pool that keeps its connections alive in the background would answer late, and without the reason, when there are
    none to be had. Here the one who asks connects, and is told what the server said.
    """

    def __init__(self, address: Address, patience: Patience, *, connections: int) -> None:
        self.address = address
        self._patience = patience
        self._idle: list[AsyncConnection] = []
        self._room = asyncio.Semaphore(connections)
        self._closed = False

    async def query(self, ask: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Return what `ask` makes of a connection. It may be asked twice, when a connection turns out to be dead.

        Raises:
            JournalUnavailable: PostgreSQL could not be asked, or did not answer in time.
        """
        if self._closed:
            raise closed(self.address)
        try:
            async with asyncio.timeout(self._patience.statement):
                await self._room.acquire()
        except TimeoutError:
            raise JournalUnavailable(f"Too much is asked of the journal {self.address.name} at once.") from None
        try:
            return await self._ask(ask)
        finally:
            self._room.release()

    async def close(self) -> None:
        """Close the connections that are idle now, and the others when their queries end."""
        self._closed = True
        while self._idle:
            await self._idle.pop().close()

    async def _ask(self, ask: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        if self._idle:
            connection = self._idle.pop()
            try:
                return await self._ask_one(connection, ask)
            except JournalUnavailable:
                if not connection.closed:
                    raise
                # The server has restarted, or dropped idle connections: the others are dead, too.
                await self._drop()
        return await self._ask_one(await connect_for_reading(self.address, self._patience), ask)

    async def _ask_one(self, connection: AsyncConnection, ask: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        kept = False
        # The server has its own, shorter, limit; this one is for a server that does nothing at all any more.
        with limited(connection, self._patience.statement + 1) as limit:
            try:
                answer = await ask(connection)
                kept = True
            except psycopg.Error as exc:
                kept = exc.sqlstate is not None and not connection.closed
                gave_up = limit.when() <= asyncio.get_running_loop().time()
                raise unavailable(exc, self.address, gave_up=gave_up) from exc
            except Exception:
                kept = True  # what was read was wrong, not the connection
                raise
            finally:
                if kept and not self._closed:
                    self._idle.append(connection)
                else:
                    await connection.close()
        return answer

    async def _drop(self) -> None:
        while self._idle:
            await self._idle.pop().close()
