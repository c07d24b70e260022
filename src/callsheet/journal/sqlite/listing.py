"""The list of runs: filters and pages as SQL."""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callsheet.access.patterns import Patterns
from callsheet.errors.runs import RunDamaged
from callsheet.journal.cursor import Position, read_cursor, write_cursor
from callsheet.journal.projection import sortable
from callsheet.journal.searching import folded
from callsheet.journal.sqlite.rows import COLUMNS, Row, summary_of
from callsheet.runs.events import RunSummary
from callsheet.runs.ports import RunFilter, RunPage

# SQLite's lower() folds ASCII alone, as `folded` does.
_SOUGHT: Final = "(instr(lower(run_id), :q) OR instr(lower(scenario_id), :q) OR instr(lower(message), :q))"

_SPECIAL: Final = re.compile(r"[?[]")
"""What means something to GLOB beside `*`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """One page of the list, ready to be asked of a connection.

    Attributes:
        branches: of which conditions a run fits one; each walks its index in order and stops at the limit, whatever the
            table's size.
        index: that of the branches, when SQLite does not find it by itself.

    Raises:
        CursorInvalid: in `parse`, for a cursor that no list gave out.
    """

    conditions: tuple[str, ...]
    branches: tuple[str, ...]
    index: str
    values: dict[str, str | int]
    limit: int

    @classmethod
    def parse(cls, where: RunFilter, limit: int, cursor: str | None) -> "PageQuery":
        """The query for `limit` runs after `cursor`."""
        values: dict[str, str | int] = {"rows": limit + 1}
        conditions: list[str] = []
        if where.scenario_id is not None:
            conditions.append("scenario_id = :scenario_id")
            values["scenario_id"] = where.scenario_id
        if where.started_after is not None:
            conditions.append("started_at > :started_after")
            values["started_after"] = sortable(where.started_after)
        if where.started_before is not None:
            conditions.append("started_at < :started_before")
            values["started_before"] = sortable(where.started_before)
        if where.finished_before is not None:
            conditions.append("finished_at < :finished_before")
            values["finished_before"] = sortable(where.finished_before)
        if where.parent_run_id is not None:
            conditions.append("parent_run_id = :parent_run_id")
            values["parent_run_id"] = where.parent_run_id
        if where.owner is not None:
            conditions.append("owner = :owner")
            values["owner"] = where.owner
        if where.scenarios is not None and not where.scenarios.allow_all:
            conditions.append(_allowed(where.scenarios, values))
        if where.q is not None:
            conditions.append(_SOUGHT)
            values["q"] = folded(where.q).decode()
        if cursor is not None:
            conditions.append("(started_at, number) < (:cursor_start, :cursor_number)")
            values["cursor_start"], values["cursor_number"] = read_cursor(cursor)
        branches, index = _branches(where, values)
        return cls(conditions=tuple(conditions), branches=branches, index=index, values=values, limit=limit)

    def __call__(self, connection: sqlite3.Connection) -> RunPage:
        """Ask; rows that are damaged are left out, `summary` says what is the matter with them."""
        rows = connection.execute(self.statement(), self.values).fetchall()
        shown = _readable(rows[: self.limit])
        cursor = write_cursor(shown[-1][1]) if len(rows) > self.limit and shown else None
        return RunPage(runs=tuple(run for run, _ in shown), next_cursor=cursor)

    def statement(self) -> str:
        """What it asks, with names for its values."""
        if len(self.branches) == 1:
            return self._part(self.branches[0])
        union = " UNION ALL ".join(f"SELECT * FROM ({self._part(branch)})" for branch in self.branches)  # noqa: S608 - see _part
        return f"{union} ORDER BY started_at DESC, number DESC LIMIT :rows"

    def _part(self, branch: str) -> str:
        where = " AND ".join((branch, *self.conditions))
        # Constants of this module only; what callers send is bound.
        return (
            f"SELECT {COLUMNS}, number FROM runs{self.index} WHERE {where}"  # noqa: S608 - see above
            " ORDER BY started_at DESC, number DESC LIMIT :rows"
        )


def _branches(where: RunFilter, values: dict[str, str | int]) -> tuple[tuple[str, ...], str]:
    statuses = None if where.status is None else [f"status = '{status.value}'" for status in sorted(where.status)]
    if where.error_code is None:
        return (("TRUE",) if statuses is None else tuple(statuses) or ("FALSE",)), ""
    if not where.error_code:
        return ("FALSE",), ""
    codes = {f"error_code_{index}": code for index, code in enumerate(sorted(where.error_code))}
    values.update(codes)
    found = [f"error_code = :{name}" for name in codes]
    also = "" if statuses is None else f" AND ({' OR '.join(statuses) or 'FALSE'})"
    # INDEXED BY, for without statistics SQLite takes another index as well, with every run of a status in it. Of an
    # owner it is theirs: how long the answer takes must not tell of the codes of others' runs.
    if where.owner is not None:
        return (f"({' OR '.join(found)}){also}",), " INDEXED BY runs_by_owner"
    return tuple(f"{condition}{also}" for condition in found), " INDEXED BY runs_by_error_code"


def _allowed(patterns: Patterns, values: dict[str, str | int]) -> str:
    """The condition that one of the patterns fits."""
    names = {f"pattern_{index}": _SPECIAL.sub(r"[\g<0>]", text) for index, text in enumerate(patterns.texts)}
    values.update(names)
    return f"({' OR '.join(f'scenario_id GLOB :{name}' for name in names) or 'FALSE'})"


def _readable(rows: Sequence[Row]) -> list[tuple[RunSummary, Position]]:
    runs: list[tuple[RunSummary, Position]] = []
    for row in rows:
        try:
            run = summary_of(row[:-1])
            runs.append((run, Position(sortable(run.started_at), row[-1])))
        except RunDamaged:  # A damaged row must not hide the others.
            continue
    return runs
