"""Runs as they would have gone, told event by event and written through the journal's own adapter."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from callsheet.runs.events import (
    Event,
    Revision,
    RunError,
    RunFinished,
    RunId,
    RunStarted,
    RunStatus,
    RunTrigger,
    RunWaiting,
    StepFinished,
    StepLog,
    StepPath,
    StepProgress,
    StepRetrying,
    StepStarted,
    StepStatus,
    StepWaiting,
    TriggerKind,
)
from callsheet.runs.journal import Journal, NewRun
from callsheet.scenario.codec import canonical, digest
from callsheet.scenario.json import Json, JsonObject


def run_id_of(name: str) -> RunId:
    """The same for the same name."""
    return RunId(str(uuid.uuid5(uuid.NAMESPACE_URL, f"callsheet:{name}")))


class Tale:
    """One run. Times are seconds since it began.

    Args:
        name: what its id is made of.
        began: when it was accepted.
        trigger: the schedule that started it.
    """

    def __init__(
        self, name: str, document: JsonObject, run_input: JsonObject, began: datetime, trigger: str = ""
    ) -> None:
        self.run_id = run_id_of(name)
        self._document = document
        self._began = began
        self._started: dict[str, tuple[datetime, str, int]] = {}
        self._events: list[Event] = [
            RunStarted(
                run_id=self.run_id,
                scenario_id=str(document["scenario_id"]),
                started_at=began,
                revision=Revision(digest(document)),
                input=run_input,
                trigger=RunTrigger(kind=TriggerKind.SCHEDULE, name=trigger, slot=began) if trigger else None,
            )
        ]

    def begin(self, path: str, at: float, step_input: Json = None, *, kind: str = "tool", index: int = 0) -> None:
        """A step begins; its name is the end of its path."""
        name = path.rpartition(".")[2].partition("[")[0]
        self._started[path] = (self._time(at), name, index)
        self._events.append(
            StepStarted(started_at=self._time(at), step_type=kind, input=step_input, **self._step(path))
        )

    def end(self, path: str, at: float, output: Json = None, *, attempts: int = 1, **more: Any) -> None:
        """It ends, well unless `error` says otherwise."""
        error: RunError | None = more.get("error")
        self._events.append(
            StepFinished(
                status=more.get("status", StepStatus.FAILED if error else StepStatus.SUCCESS),
                started_at=self._started[path][0],
                finished_at=self._time(at),
                message=error.message if error else "",
                attempts=attempts,
                output=output,
                error=error,
                errors=more.get("errors"),
                **self._step(path),
            )
        )

    def did(self, path: str, begin: float, end: float, step_input: Json = None, output: Json = None) -> None:
        """A tool step, from its beginning to its end."""
        self.begin(path, begin, step_input)
        self.end(path, end, output)

    def fail_once(self, path: str, at: float, error: RunError, *, attempt: int, delay: float) -> None:
        """An attempt fails, and another one follows."""
        self._events.append(
            StepRetrying(
                at=self._time(at), attempt=attempt, delay=delay, interrupted=False, error=error, **self._step(path)
            )
        )

    def progress(self, path: str, at: float, done: float, total: float, message: str) -> None:
        """The tool says how far it is."""
        step = self._step(path)
        self._events.append(StepProgress(at=self._time(at), progress=done, total=total, message=message, **step))

    def log(self, path: str, at: float, level: str, data: Json) -> None:
        """The tool logs a line."""
        self._events.append(StepLog(at=self._time(at), level=level, logger="desk", data=data, **self._step(path)))

    def wait(self, path: str, at: float, waits_for: JsonObject, until: float) -> None:
        """The step asks a person, and the run is parked."""
        end = self._time(until)
        self._events.append(StepWaiting(at=self._time(at), waits_for=waits_for, until=end, **self._step(path)))
        self._events.append(RunWaiting(run_id=self.run_id, at=self._time(at), until=end, messages=0))

    def finish(self, at: float, output: Json = None, error: RunError | None = None) -> None:
        """The run ends."""
        self._events.append(
            RunFinished(
                run_id=self.run_id,
                status=RunStatus.FAILED if error else RunStatus.SUCCESS,
                finished_at=self._time(at),
                message=error.message if error else "",
                output=output,
                error=error,
            )
        )

    async def write(self, journal: Journal) -> None:
        """Store it."""
        started, *rest = self._events
        assert isinstance(started, RunStarted)
        await journal.create(NewRun(started=started, definition=canonical(self._document)))
        await journal.append(self.run_id, 1, rest)

    def _time(self, seconds: float) -> datetime:
        return self._began + timedelta(seconds=seconds)

    def _step(self, path: str) -> dict[str, Any]:
        _, name, index = self._started[path]
        return {"run_id": self.run_id, "step_name": name, "index": index, "step_path": StepPath(path)}
