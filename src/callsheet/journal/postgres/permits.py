"""Permits in PostgreSQL: each question is one call of a function there, which decides with the name's row locked."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final, LiteralString

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.postgres.permit_words import PermitWords, written
from callsheet.runs.permits import CALLED_AGAIN_AFTER, COMES_WITHIN, LEASE, Called, Claim, Claimed, Renewal, Word

_CONNECTIONS: Final = 2
_PATIENCE: Final = 5.0
"""Seconds for a question and its answer; then the database counts as away."""

_TRIES: Final = 3
"""How often a question is asked: after a restart of the database, every connection that was kept is broken."""

_PASSING: Final = ("08", "40", "57P")
"""SQLSTATE of what another try may not meet: a lost connection, a conflict, an operator's doing."""

_CLAIM: Final = "SELECT held, contested, entered FROM callsheet.claim_permits(%s, %s, %s, %s, %s, %s, %s, %s)"
_GIVE_BACK: Final = "SELECT holder, priority, is_patient FROM callsheet.give_back_permits(%s, %s, %s, %s)"
_SETTLE: Final = "SELECT holder, priority, is_patient FROM callsheet.settle_permits(%s, %s, %s)"
_CHANGE: Final = "SELECT holder, priority, is_patient FROM callsheet.change_permits(%s, %s)"
_SAY: Final = "SELECT pg_notify(%s, word) FROM unnest(%s::text[]) AS word"
_WAITING: Final = "SELECT name, holder FROM callsheet.permit_line WHERE leaves_at IS NULL"

# Locked in one order. What was over when it is looked at is not renewed: somebody may count on it already.
_RENEW: Final = """
WITH mine AS (
    SELECT name, holder FROM callsheet.permits
    WHERE owner = %s AND holder = ANY(%s) AND expires_at > clock_timestamp()
    ORDER BY name, holder FOR UPDATE
)
UPDATE callsheet.permits p SET expires_at = clock_timestamp() + %s FROM mine
WHERE p.name = mine.name AND p.holder = mine.holder
RETURNING p.name, p.holder, p.amount, EXISTS (
    SELECT FROM callsheet.permit_line l WHERE l.name = p.name AND NOT l.absent AND l.holder <> p.holder
)
"""

_UNSETTLED: Final = """
SELECT n.name FROM callsheet.permit_names n
WHERE EXISTS (SELECT FROM callsheet.permit_line l WHERE l.name = n.name) AND n.most > (
    SELECT coalesce(sum(p.amount), 0) FROM callsheet.permits p
    WHERE p.name = n.name AND p.expires_at > clock_timestamp()
)
ORDER BY n.name
"""


class PostgresPermits:
    """The `Permits` port over a database that all processes share. Use `PostgresPermits.open`."""

    def __init__(self, pool: "AsyncConnectionPool[psycopg.AsyncConnection]", words: PermitWords, lease: float) -> None:
        self._pool = pool
        self._words = words
        self._lease = lease
        self._owner = secrets.token_hex(8)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, *, lease: float = LEASE) -> "AsyncGenerator[PostgresPermits]":
        """The permits of this process. The database need not be there yet; what is held is not given back at the end.

        Args:
            url: of the database, whose tables are of this version.
            lease: seconds.
        """
        pool: AsyncConnectionPool[psycopg.AsyncConnection] = AsyncConnectionPool(
            url,
            min_size=0,
            max_size=_CONNECTIONS,
            open=False,
            timeout=_PATIENCE,
            kwargs={"autocommit": True, "connect_timeout": int(_PATIENCE)},
            configure=_configure,
        )
        async with PermitWords(url) as words:
            await pool.open()
            try:
                yield cls(pool, words, lease)
            finally:
                await pool.close(timeout=1.0)

    @property
    def lease(self) -> float:
        """See `Permits.lease`."""
        return self._lease

    async def claim(self, claim: Claim) -> Claimed:
        """See `Permits.claim`."""
        patience = None if claim.patience is None else timedelta(seconds=claim.patience)
        lease = timedelta(seconds=self._lease)
        counts = (claim.wanted, claim.priority, lease, patience)
        rows = await self._ask(_CLAIM, (claim.name, claim.limit, claim.holder, self._owner, *counts))
        ((held, contested, entered),) = rows
        if entered and patience is not None:
            await self._say([Word(name=claim.name, holder=claim.holder, called=False)])
        return Claimed(held=held, contested=contested)

    async def give_back(self, name: str, holder: str, keep: int = 0) -> Sequence[Called]:
        """See `Permits.give_back`."""
        return await self._call(name, _GIVE_BACK, (name, holder, self._owner, keep))

    async def renew(self, holders: Collection[str]) -> Renewal:
        """See `Permits.renew`."""
        rows = await self._ask(_RENEW, (self._owner, list(holders), timedelta(seconds=self._lease)))
        return Renewal(
            held={(name, holder): amount for name, holder, amount, _ in rows},
            contested=frozenset(name for name, _, _, contested in rows if contested),
        )

    async def sweep(self) -> Sequence[Called]:
        """See `Permits.sweep`."""
        times = (timedelta(seconds=COMES_WITHIN), timedelta(seconds=CALLED_AGAIN_AFTER))
        names = [name for (name,) in await self._ask(_UNSETTLED, ())]
        return [called for name in names for called in await self._call(name, _SETTLE, (name, *times))]

    async def change(self, name: str, limit: int | None) -> Sequence[Called]:
        """See `Permits.change`."""
        return await self._call(name, _CHANGE, (name, limit))

    async def waiting(self) -> Mapping[str, Collection[str]]:
        """See `Permits.waiting`."""
        found: dict[str, list[str]] = {}
        for name, holder in await self._ask(_WAITING, ()):
            found.setdefault(name, []).append(holder)
        return found

    def on_word(self, callback: Callable[[Word], None]) -> Callable[[], None]:
        """See `Permits.on_word`."""
        return self._words.listen(callback)

    async def _call(self, name: str, query: LiteralString, values: Sequence[object]) -> Sequence[Called]:
        rows = await self._ask(query, values)
        await self._say(
            [Word(name=name, holder=holder, called=True) for holder, _, is_patient in rows if not is_patient]
        )
        return [Called(name=name, holder=holder, priority=priority) for holder, priority, _ in rows]

    async def _say(self, words: Sequence[Word]) -> None:
        """Tell everybody. On its own: in the same transaction it would let all commits wait for one another."""
        if not words:
            return
        try:
            await self._ask(_SAY, (PermitWords.CHANNEL, [written(word) for word in words]))
        except JournalUnavailable:  # what was decided stands, and who waits asks by itself soon
            return

    async def _ask(self, query: LiteralString, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """Ask, and once more what can be asked again: every question says what shall be.

        Raises:
            JournalUnavailable: there was no answer.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                for _ in range(_TRIES - 1):
                    try:
                        return await self._ask_once(query, values)
                    except psycopg.Error as exc:
                        if isinstance(exc, PoolTimeout) or not (exc.sqlstate or "08").startswith(_PASSING):
                            raise
                return await self._ask_once(query, values)
        except TimeoutError as exc:
            raise JournalUnavailable("The permits in PostgreSQL could not be asked for in time.") from exc
        except psycopg.Error as exc:
            said = " ".join(str(exc).split())
            raise JournalUnavailable(f"The permits in PostgreSQL cannot be used. (PostgreSQL: {said})") from exc

    async def _ask_once(self, query: LiteralString, values: Sequence[object]) -> list[tuple[Any, ...]]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query, values)
            return await cursor.fetchall()


async def _configure(connection: psycopg.AsyncConnection) -> None:
    # A later statement of a function has to see what was committed while an earlier one waited for the lock.
    await connection.set_isolation_level(psycopg.IsolationLevel.READ_COMMITTED)
    await connection.execute("SET statement_timeout = '5s'")
