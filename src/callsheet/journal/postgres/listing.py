"""The list of runs: filters and pages as SQL."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

from callsheet.errors.runs import RunDamaged
from callsheet.journal.cursor import Position, read_cursor, write_cursor
from callsheet.journal.postgres.connections import AsyncConnection, Row
from callsheet.journal.postgres.rows import COLUMNS, summary_of
from callsheet.journal.projection import as_stored, sortable
from callsheet.journal.searching import folded
from callsheet.runs.events import RunStatus, RunSummary
from callsheet.runs.ports import RunFilter, RunPage

# Under the collation of these columns, "C", lower() folds ASCII alone, as `folded` does.
_SOUGHT: Final[LiteralString] = (
    "(strpos(lower(run_id), %(q)s) > 0 OR strpos(lower(scenario_id), %(q)s) > 0 OR strpos(lower(message), %(q)s) > 0)"
)

_SPECIAL: Final = re.compile(r"[%_\\]")
"""What means something to LIKE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """One page of the list, ready to be asked of a connection.

    Raises:
        CursorInvalid: in `parse`, for a cursor that no list gave out.
    """

    conditions: tuple[LiteralString, ...]
    status: tuple[RunStatus, ...] | None
    by_code: bool
    values: dict[str, str | int | datetime | list[str]]
    limit: int

    @classmethod
    def parse(cls, where: RunFilter, limit: int, cursor: str | None) -> "PageQuery":
        """The query for `limit` runs after `cursor`."""
        values: dict[str, str | int | datetime | list[str]] = {"rows": limit + 1}
        conditions: list[LiteralString] = []

        def restrict(condition: LiteralString, name: str, value: str | datetime | None) -> None:
            if isinstance(value, str) and "\0" in value:
                conditions.append("FALSE")  # PostgreSQL has no such text, nor can it be asked for
            elif value is not None:
                conditions.append(condition)
                values[name] = as_stored(value) if isinstance(value, datetime) else value

        restrict("scenario_id = %(scenario_id)s", "scenario_id", where.scenario_id)
        restrict("started_at > %(started_after)s", "started_after", where.started_after)
        restrict("started_at < %(started_before)s", "started_before", where.started_before)
        restrict("finished_at < %(finished_before)s", "finished_before", where.finished_before)
        restrict("parent_run_id = %(parent_run_id)s", "parent_run_id", where.parent_run_id)
        restrict("owner = %(owner)s", "owner", where.owner)
        if where.error_code is not None:
            conditions.append(_OF_CODE)
            values["error_code"] = sorted(code for code in where.error_code if "\0" not in code)
            if where.status is not None:
                conditions.append("status = ANY(%(status)s::text[])")
                values["status"] = sorted(where.status)
        if where.scenarios is not None and not where.scenarios.allow_all:
            conditions.append("scenario_id LIKE ANY(%(scenarios)s::text[])")
            values["scenarios"] = [_like(text) for text in where.scenarios.texts]
        restrict(_SOUGHT, "q", None if where.q is None else folded(where.q).decode())
        if cursor is not None:
            conditions.append("(started_at, number) < (%(cursor_start)s, %(cursor_number)s)")
            position = read_cursor(cursor)
            values["cursor_start"] = datetime.fromisoformat(position.started_at)
            values["cursor_number"] = position.number
        status = None if where.status is None else tuple(sorted(where.status))
        return cls(
            conditions=tuple(conditions),
            status=status,
            by_code=where.error_code is not None,
            values=values,
            limit=limit,
        )

    async def __call__(self, connection: AsyncConnection) -> RunPage:
        """Ask; rows that are damaged are left out, `summary` says what is the matter with them."""
        rows = await (await connection.execute(self.statement(), self.values)).fetchall()
        shown = _readable(rows[: self.limit])
        cursor = write_cursor(shown[-1][1]) if len(rows) > self.limit and shown else None
        return RunPage(runs=tuple(run for run, _ in shown), next_cursor=cursor)

    def statement(self) -> LiteralString:
        """What it asks, with names for its values."""
        if self.by_code:
            return self._part(self.conditions, "error_code DESC, ").join((_OF_EACH_CODE, _AFTER))
        if self.status is None:
            return self._part(self.conditions)
        # A branch per status: each walks its index in order and stops at the limit, whatever the table's size.
        parts: list[LiteralString] = [self._part((_WITH_STATUS[status], *self.conditions)) for status in self.status]
        return _UNION.join(parts or [_NONE]).join((_BEFORE, _AFTER))

    def _part(self, conditions: Sequence[LiteralString], order: LiteralString = "") -> LiteralString:
        where = " AND ".join(conditions) if conditions else "TRUE"
        # Constants of this module only; what callers send is bound.
        return (
            f"SELECT {COLUMNS}, number FROM callsheet.runs WHERE {where}"  # noqa: S608
            f" ORDER BY {order}started_at DESC, number DESC LIMIT %(rows)s"
        )


_NONE: Final[LiteralString] = f"SELECT {COLUMNS}, number FROM callsheet.runs WHERE FALSE"  # noqa: S608 (constant)
_BEFORE: Final = "SELECT * FROM ("
_OF_EACH_CODE: Final = "SELECT found.* FROM unnest(%(error_code)s::text[]) AS code CROSS JOIN LATERAL ("
_OF_CODE: Final = "error_code BETWEEN code AND code"
"""Not `=`: then the order would be that of `runs_by_start` as well, which PostgreSQL takes for a code that is rare
among frequent ones, and reads all runs."""
_UNION: Final = ") AS found UNION ALL SELECT * FROM ("
_AFTER: Final = ") AS found ORDER BY started_at DESC, number DESC LIMIT %(rows)s"

_WITH_STATUS: Final[dict[RunStatus, LiteralString]] = {
    RunStatus.QUEUED: "status = 'queued'",
    RunStatus.RUNNING: "status = 'running'",
    RunStatus.WAITING: "status = 'waiting'",
    RunStatus.SUCCESS: "status = 'success'",
    RunStatus.FAILED: "status = 'failed'",
    RunStatus.CANCELLED: "status = 'cancelled'",
}


def _like(pattern: str) -> str:
    """A pattern of `Patterns` as LIKE writes it."""
    return _SPECIAL.sub(r"\\\g<0>", pattern).replace("*", "%")


def _readable(rows: Sequence[Row]) -> list[tuple[RunSummary, Position]]:
    runs: list[tuple[RunSummary, Position]] = []
    for row in rows:
        try:
            run = summary_of(row[:-1])
            runs.append((run, Position(sortable(run.started_at), row[-1])))
        except RunDamaged:  # A damaged row must not hide the others.
            continue
    return runs
