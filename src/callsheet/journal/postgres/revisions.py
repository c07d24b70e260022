"""The saved scenarios in the database: the `Revisions` port where several processes serve the same scenarios."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import orjson
import psycopg

from callsheet.errors.scenarios import ScenarioInvalid
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.connections import AsyncConnection, Connection, Patience, Row, connect
from callsheet.journal.postgres.faults import unavailable
from callsheet.journal.postgres.readers import Readers
from callsheet.runs.events import Revision
from callsheet.runs.revisions import (
    MAX_REVISIONS,
    MAX_SCENARIOS,
    DamagedRevision,
    Expected,
    Outcome,
    RevisionRow,
    Saved,
    SavedRevision,
    decide,
    is_scenario_id,
    text_of,
    too_many_revisions,
    too_many_scenarios,
)
from callsheet.scenario.codec import digest
from callsheet.scenario.json import Json, JsonObject, is_object

_WHOLE: Final = "SELECT scenario_id, number, revision, saved_at, document FROM callsheet.scenarios"
_ONE: Final = _WHOLE + " WHERE scenario_id = %s AND number = %s"
_LATEST: Final = _WHOLE + " WHERE scenario_id = %s ORDER BY number DESC LIMIT 1"
_NUMBERS: Final = "SELECT scenario_id, max(number) FROM callsheet.scenarios GROUP BY scenario_id ORDER BY scenario_id"
_THESE: Final = f"{_WHOLE} WHERE (scenario_id, number) IN (SELECT * FROM unnest(%s::text[], %s::int[]))"  # noqa: S608
_ROWS: Final = (
    "SELECT number, revision, saved_at FROM callsheet.scenarios WHERE scenario_id = %s AND number < %s"
    " ORDER BY number DESC LIMIT %s"
)
_COUNT: Final = "SELECT count(DISTINCT scenario_id) FROM callsheet.scenarios"
_SAVE: Final = (
    "INSERT INTO callsheet.scenarios (scenario_id, number, revision, saved_at, document) VALUES (%s, %s, %s, %s, %s)"
)
_ALONE: Final = "LOCK TABLE callsheet.scenarios IN SHARE ROW EXCLUSIVE MODE"
"""People save now and then: one at a time, for all processes, while everybody reads on."""

_NO_LIMIT: Final = 2**31 - 1


@asynccontextmanager
async def open_revisions(address: Address) -> AsyncGenerator["PostgresRevisions"]:
    """The store at `address`, with connections of its own while it is open."""
    patience = Patience()
    readers = Readers(address, patience, connections=2)
    try:
        yield PostgresRevisions(address, readers, patience=patience)
    finally:
        await readers.close()


class PostgresRevisions:
    """The `Revisions` port on a database that many processes share. Current revisions are kept in memory.

    Args:
        address: of the database.
        readers: for everything but `save`; closed by their owner.
        patience: how long a save may take.
    """

    def __init__(
        self,
        address: Address,
        readers: Readers,
        *,
        patience: Patience | None = None,
        max_scenarios: int = MAX_SCENARIOS,
        max_revisions: int = MAX_REVISIONS,
    ) -> None:
        self._address = address
        self._readers = readers
        self._patience = patience or Patience()
        self._max_scenarios = max_scenarios
        self._max_revisions = max_revisions
        self._kept: dict[str, SavedRevision | DamagedRevision] = {}

    async def save(self, scenario_id: str, document: JsonObject, expected: Expected, at: datetime) -> Saved:
        """See `Revisions.save`.

        Raises:
            ScenarioInvalid: also when no scenario can have this id.
        """
        if not is_scenario_id(scenario_id):
            raise ScenarioInvalid(f"No scenario can be called '{scenario_id[:128]}'.")
        text = text_of(document)
        return await asyncio.to_thread(self._save, scenario_id, document, text, expected, at)

    async def list(self, scenario_id: str, limit: int, before: int | None = None) -> Sequence[RevisionRow]:
        """See `Revisions.list`."""
        if not is_scenario_id(scenario_id):
            return []
        below = _NO_LIMIT if before is None else max(0, min(before, _NO_LIMIT))
        rows = await self._ask(_ROWS, (scenario_id, below, limit))
        return [RevisionRow(number=number, revision=Revision(name), saved_at=at) for number, name, at in rows]

    async def get(self, scenario_id: str, number: int) -> SavedRevision | DamagedRevision | None:
        """See `Revisions.get`."""
        if not is_scenario_id(scenario_id) or not 1 <= number <= self._max_revisions:
            return None
        return _first(await self._ask(_ONE, (scenario_id, number)))

    async def latest(self, scenario_id: str) -> SavedRevision | DamagedRevision | None:
        """See `Revisions.latest`."""
        return _first(await self._ask(_LATEST, (scenario_id,))) if is_scenario_id(scenario_id) else None

    async def current(self) -> Mapping[str, SavedRevision | DamagedRevision]:
        """See `Revisions.current`."""
        current: dict[str, int] = dict(await self._ask(_NUMBERS, ()))
        kept = {name: found for name, found in self._kept.items() if current.get(name) == found.number}
        missing = [name for name in current if name not in kept]
        if missing:
            rows = await self._ask(_THESE, (missing, [current[name] for name in missing]))
            kept |= {row[0]: _revision(row) for row in rows}
        self._kept = kept
        return {name: kept[name] for name in current if name in kept}

    async def _ask(self, statement: Any, values: tuple[object, ...]) -> Sequence[Row]:
        async def ask(connection: AsyncConnection) -> Sequence[Row]:
            cursor = connection.cursor(binary=True)
            return await (await cursor.execute(statement, values)).fetchall()

        return await self._readers.query(ask)

    def _save(self, scenario_id: str, document: JsonObject, text: bytes, expected: Expected, at: datetime) -> Saved:
        connection = connect(self._address, self._patience)
        try:
            with connection, connection.transaction():
                connection.execute(_ALONE)
                return self._decide(connection, scenario_id, document, text, expected, at)
        except psycopg.Error as exc:
            raise unavailable(exc, self._address) from exc

    def _decide(
        self,
        connection: Connection,
        scenario_id: str,
        document: JsonObject,
        text: bytes,
        expected: Expected,
        at: datetime,
    ) -> Saved:
        latest = _first(connection.execute(_LATEST, (scenario_id,)).fetchall())
        revision = Revision(digest(document))
        outcome = decide(scenario_id, revision, expected, None if latest is None else latest.revision)
        if outcome is Outcome.UNCHANGED and isinstance(latest, SavedRevision):
            return Saved(outcome=outcome, current=latest)
        number = 1 if latest is None else latest.number + 1
        if latest is None:
            self._require_room(connection)
        if number > self._max_revisions:
            raise too_many_revisions(scenario_id, self._max_revisions)
        connection.execute(_SAVE, (scenario_id, number, revision, at, text))
        current = SavedRevision(
            scenario_id=scenario_id, number=number, revision=revision, saved_at=at.astimezone(UTC), document=document
        )
        return Saved(outcome=outcome, current=current)

    def _require_room(self, connection: Connection) -> None:
        row = connection.execute(_COUNT).fetchone()
        if row is not None and row[0] >= self._max_scenarios:
            raise too_many_scenarios(self._max_scenarios)


def _first(rows: Sequence[Row]) -> SavedRevision | DamagedRevision | None:
    return _revision(rows[0]) if rows else None


def _revision(row: Row) -> SavedRevision | DamagedRevision:
    scenario_id, number, revision, saved_at, text = row
    try:
        document: Json = orjson.loads(bytes(text))
        if not is_object(document):
            raise TypeError(type(document).__name__)
    except (ValueError, TypeError):
        reason = f"The saved revision {number} of '{scenario_id}' is not what was written."
        return DamagedRevision(scenario_id=scenario_id, number=number, reason=reason)
    return SavedRevision(
        scenario_id=scenario_id, number=number, revision=Revision(revision), saved_at=saved_at, document=document
    )
