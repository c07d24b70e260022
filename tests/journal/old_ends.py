"""Last events of runs as they were written before a run's row had an error code."""

from dataclasses import dataclass

from callsheet.runs.codec import encode
from callsheet.runs.events import RunError, RunFinished, RunId, RunStatus
from callsheet.scenario.json import JsonObject
from tests.support.events import NOON


@dataclass(frozen=True, slots=True, kw_only=True)
class OldEnd:
    """A run that has ended, its last event as the journal holds it, and the code that it tells; None for none."""

    number: int
    run_id: str
    status: RunStatus
    data: bytes
    code: str | None


def _end(number: int, run_id: str, status: RunStatus, code: str | None, message: str = "No.") -> OldEnd:
    # A tool may write what looks like an error of ours.
    data: JsonObject = {"error": {"code": "NotThis"}, "nul": "\0"}
    error = None if code is None else RunError(code=code, message=message, data=data)
    output: JsonObject | None = {"error": {"code": "NotThis"}} if status is RunStatus.SUCCESS else None
    event = RunFinished(
        run_id=RunId(run_id), status=status, finished_at=NOON, message=message, output=output, error=error
    )
    return OldEnd(number=number, run_id=run_id, status=status, data=encode(event)[1], code=code)


ENDS_OF_OLD = (
    _end(1, "late", RunStatus.FAILED, "Timeout"),
    _end(2, "own", RunStatus.FAILED, "news.no-Source_2", ',"error":{"code":"NotThis"} \0 \\ Übertragung'),
    _end(3, "cancelled", RunStatus.CANCELLED, "Cancelled"),
    _end(4, "well", RunStatus.SUCCESS, None),
    OldEnd(number=5, run_id="damaged", status=RunStatus.FAILED, data=b'{"error":{"co\xff\0', code=None),
)
