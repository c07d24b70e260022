"""What appends do to the rows of their runs: the statements, and which append needs which."""

from typing import Final, assert_never

from callsheet.journal.changes import AppendRecords
from callsheet.journal.projection import Parked, Resumed, RunEnd, Turn, sortable
from callsheet.runs.events import RunId

ADVANCE: Final = "UPDATE runs SET last_seq = ? WHERE run_id = ? AND last_seq = ?"
"""The frequent one: it changes no column that an index has."""
_BEGIN: Final = "UPDATE runs SET last_seq = ?, status = 'running' WHERE run_id = ? AND last_seq = ?"
_FINISH: Final = (
    "UPDATE runs SET last_seq = ?, status = ?, finished_at = ?, message = ?, error_code = ?"
    " WHERE run_id = ? AND last_seq = ?"
)
_PARK: Final = (
    "UPDATE runs SET last_seq = ?, status = 'waiting', due_at = ?, messages_seen = ? WHERE run_id = ? AND last_seq = ?"
)


class Moves:
    """What the appends of a wave do to the rows of their runs, by statement, and which runs end.

    Each row of values of a statement in `rows` changes one row of the table, or none when the run is at another seq.
    """

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[object, ...]]] = {}
        self.ends: list[tuple[RunId, RunEnd]] = []

    def add(self, change: AppendRecords) -> None:
        """Take in one append; each run comes once in a wave."""
        last_seq = change.expected_seq + len(change.records)
        if change.turn is None:
            statement = _BEGIN if change.begins else ADVANCE
            row: tuple[object, ...] = (last_seq, change.run_id, change.expected_seq)
        else:
            statement, values = self._turn(change.run_id, change.turn)
            row = (last_seq, *values, change.run_id, change.expected_seq)
        self.rows.setdefault(statement, []).append(row)

    def _turn(self, run_id: RunId, turn: Turn) -> tuple[str, tuple[object, ...]]:
        match turn:
            case RunEnd():
                self.ends.append((run_id, turn))
                return _FINISH, (turn.status, sortable(turn.finished_at), turn.message, turn.error_code)
            case Parked(until=until, messages_seen=seen):
                return _PARK, (None if until is None else sortable(until), seen)
            case Resumed():
                return _BEGIN, ()
            case _:
                assert_never(turn)
