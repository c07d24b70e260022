"""The tables of procrastinate: made, and brought up to date, beside those of the journal."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.schema import SchemaManager

from callsheet.engine.fleet.connection import SCHEMA
from callsheet.errors.journal import JournalUnavailable

_LOCK: Final = 0x63616C6C73686565
"""The advisory lock of everybody who changes tables of ours, the journal's too."""

_WAITS: Final = 60.0

_SCHEMA: Final = "CREATE SCHEMA IF NOT EXISTS callsheet"

_APPLIED: Final = """
CREATE TABLE IF NOT EXISTS queue_migrations (
    name text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


async def upgrade_queue(url: str) -> Sequence[str]:
    """Make the tables of the queue, or apply what newer versions of procrastinate changed of them; the names of it.

    Safe while workers are at work, and when several processes do it at the same time. Tables that were made by hand,
    by procrastinate's own command, count as those of the installed version.

    Raises:
        JournalUnavailable: the database cannot be reached, or refuses.
    """
    try:
        async with _alone(url) as connection:
            return await _upgrade(connection)
    except ConnectorException as exc:
        raise JournalUnavailable(f"The tables of the queue cannot be made: {exc.__cause__ or exc}.") from exc


async def queue_needs_upgrade(url: str) -> bool:
    """Whether `upgrade_queue` would do something.

    Raises:
        JournalUnavailable: the database cannot be reached, or refuses.
    """
    try:
        async with _alone(url) as connection:
            found = await connection.execute_query_one_async("SELECT to_regclass('queue_migrations') AS found")
            applied = set[str]() if found["found"] is None else await _applied(connection)
    except ConnectorException as exc:
        raise JournalUnavailable(f"The tables of the queue cannot be seen: {exc.__cause__ or exc}.") from exc
    return any(path.name not in applied for path in await asyncio.to_thread(_migrations))


async def _applied(connection: PsycopgConnector) -> set[str]:
    rows = await connection.execute_query_all_async("SELECT name FROM queue_migrations")
    return {str(row["name"]) for row in rows}


async def _upgrade(connection: PsycopgConnector) -> Sequence[str]:
    await connection.execute_query_async(_SCHEMA)
    await connection.execute_query_async(_APPLIED)
    applied = await _applied(connection)
    migrations = await asyncio.to_thread(_migrations)
    if applied:
        new = [path for path in migrations if path.name not in applied]
        for path in new:
            text = await asyncio.to_thread(path.read_text, "utf-8")
            await _apply(connection, text, [path.name])
        return [path.name for path in new]
    known = await App(connector=connection).check_connection_async()
    await _apply(connection, "" if known else SchemaManager.get_schema(), [path.name for path in migrations])
    return [] if known else ["schema"]


async def _apply(connection: PsycopgConnector, text: str, names: Sequence[str]) -> None:
    """Execute SQL and note down what it was; both or none, as several statements in one message are one transaction."""
    values = ", ".join(f"('{name}')" for name in names)
    noted = "INSERT INTO queue_migrations (name) VALUES " + values  # noqa: S608 - names of the library's files
    query: Any = f"{text}\n;\n{noted}".replace("%", "%%")
    await connection.execute_query_async(query)


def _migrations() -> Sequence[Path]:
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


@asynccontextmanager
async def _alone(url: str) -> AsyncGenerator[PsycopgConnector]:
    """One connection, while nobody else has the lock; it ends with the connection."""

    async def configure(connection: Any) -> None:
        await connection.set_autocommit(True)
        await connection.execute(f"SET search_path TO {SCHEMA}")

    connection = PsycopgConnector(conninfo=url, configure=configure, min_size=1, max_size=1, timeout=_WAITS)
    try:
        await connection.open_async()
    except Exception as exc:
        await connection.close_async()
        raise JournalUnavailable(f"The database cannot be reached: {exc.__cause__ or exc}.") from exc
    try:
        await connection.execute_query_async("SELECT pg_advisory_lock(%(key)s)", key=_LOCK)
        yield connection
    finally:
        await connection.close_async()
