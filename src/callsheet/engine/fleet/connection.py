"""How procrastinate reaches PostgreSQL: each query on its own, and those of a worker with patience."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from loguru import logger
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from callsheet.errors.journal import JournalUnavailable

T = TypeVar("T")

SCHEMA: Final = "callsheet"
"""Where the tables are, with those of the journal."""

_PAUSE: Final = 0.25
"""Seconds between two attempts while the database is away."""

_OUTAGES: Final = ("08", "40", "53", "57")
"""Classes of SQLSTATE that say nothing about the query: connections, conflicts, resources, an operator's doing."""

_WAITS: Final = 3.0
"""Seconds that a query waits for a connection."""

_CONNECTIONS: Final = 4


def connector(url: str) -> PsycopgConnector:
    """A connector for what somebody waits for: it fails when the database is away."""
    return PsycopgConnector(
        conninfo=url,
        configure=_configure,
        min_size=1,
        max_size=_CONNECTIONS,
        timeout=_WAITS,
        reconnect_timeout=1.0,  # then the next query tries, instead of after a pause that becomes longer and longer
    )


def is_outage(error: ConnectorException) -> bool:
    """Whether the same query would work when the database is back."""
    state = getattr(error.__cause__, "sqlstate", None)
    return error.__cause__ is not None and (state is None or str(state).startswith(_OUTAGES))


class PatientConnector(PsycopgConnector):
    """A connector for a worker, which lives on when the database goes away and comes back.

    procrastinate ends a worker when a single heartbeat or its listener fails. A query that was interrupted may have
    been executed: a job that was fetched like this is at work nowhere, and `Audit` finds it.

    Attributes:
        asked_at: when the worker asked for anything last, in the event loop's time; its heartbeat alone does often.
    """

    def __init__(self) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType] - the library's own
        self.asked_at = 0.0
        self._until: float | None = None

    def hurry(self, seconds: float) -> None:
        """Have patience for so long, from now on and altogether."""
        self._until = _now() + seconds

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """See `PsycopgConnector`; that a job is gone which shall be finished is no error: others took it over."""

        async def ask() -> None:
            await PsycopgConnector.execute_query_async(self, query, **arguments)

        try:
            await self._patiently(ask)
        except ConnectorException as exc:
            if "Job was not found" not in str(exc.__cause__):
                raise

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """See `PsycopgConnector`."""

        async def ask() -> dict[str, Any]:
            return await PsycopgConnector.execute_query_one_async(self, query, **arguments)

        return await self._patiently(ask)

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        """See `PsycopgConnector`."""

        async def ask() -> list[dict[str, Any]]:
            return await PsycopgConnector.execute_query_all_async(self, query, **arguments)

        return await self._patiently(ask)

    async def listen_notify(self, on_notification: Any, channels: Iterable[str]) -> None:
        """See `PsycopgConnector`; whoever listens polls as well, so what is missed meanwhile is found."""
        names = tuple(channels)
        while True:
            try:
                await PsycopgConnector.listen_notify(self, on_notification, names)
            except ConnectorException as exc:
                if not is_outage(exc):
                    raise
            await asyncio.sleep(_PAUSE)

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        said = False
        while True:
            self.asked_at = _now()
            try:
                return await ask()
            except ConnectorException as exc:
                if not is_outage(exc) or (self._until is not None and _now() > self._until):
                    raise
                if not said:
                    logger.warning("The queue of runs cannot be reached: {}", exc.__cause__)
                said = True
            await asyncio.sleep(_PAUSE)


async def _configure(connection: Any) -> None:
    """Let each query stand alone and wait for no disk: what a crash takes from the queue, the journal knows.

    Jobs are read in the order of an index, whatever the server knows of the table. It is empty most of the time, and
    when thousands of jobs come at once, a plan for an empty one (read all, then sort) takes seconds for each.
    """
    await connection.set_autocommit(True)
    for setting in ("synchronous_commit", "enable_sort", "enable_bitmapscan", "enable_seqscan"):
        await connection.execute(f"SET {setting} = off")
    await connection.execute(f"SET search_path TO {SCHEMA}")


def _now() -> float:
    return asyncio.get_running_loop().time()


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[PsycopgConnector]:
    """A connection to the queue in the database at `url`, while the block lasts.

    Raises:
        JournalUnavailable: the database cannot be reached, or has no tables for the queue.
    """
    connection = connector(url)
    try:
        await connection.open_async()
        ready = await App(connector=connection).check_connection_async()
    except Exception as exc:
        await connection.close_async()
        why = exc.__cause__ or exc
        raise JournalUnavailable(f"The database for the queue of runs cannot be reached: {why}") from exc
    try:
        if not ready:
            raise JournalUnavailable("The database has no tables for the queue of runs. Run 'callsheet db upgrade'.")
        yield connection
    finally:
        await connection.close_async()
