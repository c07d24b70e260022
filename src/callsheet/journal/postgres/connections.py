"""Connections to the database: bounded in every wait, and cut from outside when nothing comes."""

import asyncio
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, LiteralString, TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.faults import unavailable
from callsheet.journal.postgres.schema import refusal, stored_version

Row: TypeAlias = tuple[Any, ...]
"""What psycopg gives for a row: each function knows the columns that it asked for."""

Connection: TypeAlias = psycopg.Connection[Row]
AsyncConnection: TypeAlias = psycopg.AsyncConnection[Row]

_CONNECT_SECONDS: Final = 5

_SETTINGS: Final[LiteralString] = (
    "SELECT set_config('TimeZone', 'UTC', FALSE), set_config('statement_timeout', %s, FALSE),"
    " set_config('lock_timeout', %s, FALSE), set_config('idle_in_transaction_session_timeout', %s, FALSE),"
    " set_config('default_transaction_read_only', %s, FALSE),"
    # What is promised must be on disk; a stricter setting of the operator's stays.
    " CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', FALSE) END"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the database may take, in seconds.

    Attributes:
        statement: for a statement, or for a batch of changes.
        lock: for rows that another process is changing.
        idle: in the middle of a transaction, before the server ends it: a process that was stopped holds no row longer.
        learning: for the answer whether a commit was made whose connection broke.
    """

    statement: float = 10.0
    lock: float = 4.0
    idle: float = 2.0
    learning: float = 5.0


def connect(address: Address, patience: Patience) -> Connection:
    """A connection for the writer, to tables that this version of Callsheet can work with.

    Raises:
        JournalUnavailable: why there is none.
    """
    try:
        connection = psycopg.connect(**_parameters(address, patience), autocommit=True)
    except psycopg.Error as exc:
        raise unavailable(exc, address) from exc
    try:
        connection.execute(_SETTINGS, _values(patience, read_only=False))
        refused = refusal(stored_version(connection), address)
    except psycopg.Error as exc:
        connection.close()
        raise unavailable(exc, address) from exc
    if refused is not None:
        connection.close()
        raise refused
    return connection


async def connect_for_reading(address: Address, patience: Patience) -> AsyncConnection:
    """A connection for the event loop that cannot write.

    Raises:
        JournalUnavailable: why there is none.
    """
    try:
        connection = await psycopg.AsyncConnection.connect(**_parameters(address, patience), autocommit=True)
    except psycopg.Error as exc:
        raise unavailable(exc, address) from exc
    try:
        with limited(connection, patience.statement):
            await connection.execute(_SETTINGS, _values(patience, read_only=True))
    except psycopg.Error as exc:
        await connection.close()
        raise unavailable(exc, address) from exc
    except BaseException:
        await connection.close()
        raise
    return connection


def cut(connection: Connection | AsyncConnection) -> None:
    """End the connection under whoever waits for it, who gets an `OperationalError`. For any thread."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as wire:
        wire.shutdown(socket.SHUT_RDWR)


@contextmanager
def limited(connection: AsyncConnection, seconds: float) -> Generator[asyncio.TimerHandle]:
    """Cut the connection when the block takes longer: a cancelled psycopg waits for its server."""
    timer = asyncio.get_running_loop().call_later(seconds, cut, connection)
    try:
        yield timer
    finally:
        timer.cancel()


def closed(address: Address) -> JournalUnavailable:
    """What who comes after the end gets."""
    return JournalUnavailable(f"The journal {address.name} is closed: the service is stopping.")


def _parameters(address: Address, patience: Patience) -> dict[str, Any]:
    usual = {
        "application_name": "callsheet",
        "connect_timeout": _CONNECT_SECONDS,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": int(patience.statement * 1000),
    }
    return usual | conninfo_to_dict(address.url)


def _values(patience: Patience, *, read_only: bool) -> tuple[str, ...]:
    limits = (patience.statement, patience.lock, patience.idle)
    return (*(f"{int(seconds * 1000)}ms" for seconds in limits), "on" if read_only else "off")
