"""Removing runs: the row at once, so that nobody sees the run any more, and its events some at a time.

A long run has tens of thousands of events; to remove them in one transaction would hold up everybody whose changes are
in the same batch.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from callsheet.journal.changes import MoreToRemove
from callsheet.journal.postgres.connections import Connection, Row
from callsheet.runs.events import RunId

MOST_EVENTS: Final = 1_000
"""Events that one transaction removes: some 10 ms."""

HIDDEN: Final = (
    "SELECT run, run_id, first_seq, last_seq FROM callsheet.removals WHERE run_id = ANY(%s) ORDER BY run FOR UPDATE"
)
_SLOTS: Final = (
    # Else who drives open slots on would take the run for one that never began.
    "UPDATE callsheet.slots SET decision = 'started' WHERE decision = 'starting'"
    " AND run_id IN (SELECT run_id FROM callsheet.runs WHERE number = ANY(%s))"
)
_MESSAGES: Final = "DELETE FROM callsheet.messages WHERE run = ANY(%s)"
_RUNS: Final = "DELETE FROM callsheet.runs WHERE number = ANY(%s)"
_EVENTS: Final = (
    "DELETE FROM callsheet.events AS e USING unnest(%s::bigint[], %s::int[], %s::int[]) AS part (run, first, upto)"
    " WHERE e.run = part.run AND e.seq >= part.first AND e.seq < part.upto"
)
_KEEP: Final = (
    "INSERT INTO callsheet.removals (run, run_id, first_seq, last_seq)"
    " SELECT * FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[])"
    " ON CONFLICT (run) DO UPDATE SET first_seq = excluded.first_seq"
)
_DONE: Final = "DELETE FROM callsheet.removals WHERE run = ANY(%s)"
_LEFT: Final = (
    "SELECT run, run_id, first_seq, last_seq FROM callsheet.removals ORDER BY run LIMIT 1 FOR UPDATE SKIP LOCKED"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """The events of a removed run that are still there."""

    number: int
    run_id: RunId
    first_seq: int
    last_seq: int


class Removals:
    """What one transaction removes; mutable, filled while a batch is settled.

    Attributes:
        runs: the numbers of those whose rows go, by run id.
    """

    def __init__(self) -> None:
        self.runs: dict[RunId, int] = {}
        self._left = MOST_EVENTS
        self._parts: list[tuple[int, int, int]] = []
        self._kept: dict[int, tuple[int, str, int, int]] = {}
        self._done: set[int] = set()

    def remove(self, number: int, run_id: RunId, last_seq: int) -> MoreToRemove | None:
        """Let the row of a run go, and as many of its events as this transaction takes."""
        self.runs[run_id] = number
        return self._take(Remains(number=number, run_id=run_id, first_seq=1, last_seq=last_seq))

    def go_on(self, remains: Remains) -> MoreToRemove | None:
        """Remove as much of `remains` as this transaction takes."""
        if remains.number in self._kept or remains.number in self._done:
            return MoreToRemove()  # somebody else asked for it in the same batch
        more = self._take(remains)
        if more is None:
            self._done.add(remains.number)
        return more

    def write(self, connection: Connection) -> None:
        """Say it to the database, in a transaction of the caller's."""
        if self.runs:
            numbers = list(self.runs.values())
            connection.execute(_SLOTS, (numbers,))
            connection.execute(_MESSAGES, (numbers,))
            connection.execute(_RUNS, (numbers,))
        if self._parts:
            connection.execute(_EVENTS, _columns(self._parts))
        if self._kept:
            connection.execute(_KEEP, _columns(self._kept.values()))
        if self._done:
            connection.execute(_DONE, (list(self._done),))

    def _take(self, remains: Remains) -> MoreToRemove | None:
        upto = min(remains.last_seq + 1, remains.first_seq + self._left)
        self._left -= upto - remains.first_seq
        self._parts.append((remains.number, remains.first_seq, upto))
        if upto > remains.last_seq:
            return None
        self._kept[remains.number] = (remains.number, remains.run_id, upto, remains.last_seq)
        return MoreToRemove()


def remains_of(rows: Sequence[Row]) -> Mapping[str, Remains]:
    """The rows that `HIDDEN` gives, by run id."""
    return {
        run_id: Remains(number=number, run_id=RunId(run_id), first_seq=first, last_seq=last)
        for number, run_id, first, last in rows
    }


def finish_removals(connection: Connection) -> None:
    """Remove what a process left behind that ended in the middle, but for what another process is removing.

    Raises:
        psycopg.Error: it cannot be done now.
    """
    while True:
        with connection.transaction():
            found = remains_of(connection.execute(_LEFT).fetchall())
            removals = Removals()
            for remains in found.values():
                removals.go_on(remains)
            removals.write(connection)
        if not found:
            return


def _columns(rows: Iterable[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]
