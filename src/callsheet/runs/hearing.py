"""What a tool says while it is at work, as events: not every word, but always the last one, and never too many."""

import asyncio
import math
from collections import deque
from contextlib import suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final

import orjson

from callsheet.errors.kinds import Unavailable
from callsheet.errors.runs import RunOwnershipLost
from callsheet.runs.events import StepLog, StepProgress
from callsheet.runs.executor import Attempt
from callsheet.runs.redaction.split import Words
from callsheet.scenario.json import Json, NotJson, check_json

PAUSE: Final = timedelta(seconds=0.5)
"""Between two of a step's `step_progress` events; it grows, so that a call of hours has hundreds and not thousands."""

MOST_LOGS: Final = 500
"""Lines of one step's log; the last of them says that there were more."""

MOST_OF_RUN: Final = 5_000
"""Lines of all steps of a run together; the log of a run is read back with it."""

MOST_AT_ONCE: Final = 20
"""Lines that one append takes; a flood is cut there."""

_SHARE: Final = 200
LONGEST_MESSAGE: Final = 1_000
_LARGEST_LINE: Final = 4_000
LONGEST_NAME: Final = 200
_LEVELS: Final = frozenset({"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"})


class Hearing:
    """The `CallListener` of one attempt's call: listens to one leg of it after the other, each time in `async with`.

    Events are emitted at once when there was silence, else after a pause. What was not told when the leg ends is
    emitted then, and written with what the step does next. What comes between two legs or after the last is not
    heard.
    """

    # Of the leg at hand: nothing is heard before the first.
    _words: Words
    _began: datetime

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self._told: datetime | None = None
        self._progress: tuple[float, float | None, str] | None = None
        self._lines: deque[tuple[str, str, Json]] = deque()
        self._missed = 0
        self._closed = True
        self._committing: asyncio.Task[None] | None = None
        self._stop = _nothing

    async def __aenter__(self) -> None:
        execution = self._attempt.execution
        self._words, self._began, self._told = Words(execution.redactor), execution.now(), None
        self._closed = False

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closed = True
        self._stop()
        self._stop = _nothing
        if self._lines or self._missed or self._progress is not None:
            self._emit()
        if self._committing is not None:
            await asyncio.wait({self._committing})

    def progress(self, progress: float, total: float | None, message: str) -> None:
        """See `callsheet.runs.tools.CallListener`."""
        if math.isfinite(progress) and not self._closed:
            known = total if total is not None and math.isfinite(total) else None
            self._progress = (progress, known, self._bounded(message, LONGEST_MESSAGE))
            self._tell()

    def log(self, level: str, logger: str, data: Json) -> None:
        """See `callsheet.runs.tools.CallListener`."""
        if self._closed:
            return
        execution, waiting = self._attempt.execution, len(self._lines)
        is_full = self._attempt.state.logs + waiting >= MOST_LOGS or execution.lines + waiting >= MOST_OF_RUN
        if is_full or waiting >= MOST_AT_ONCE:
            self._missed += 1
            return
        known = level if level in _LEVELS else "info"
        self._lines.append((known, self._bounded(logger, LONGEST_NAME), self._line(data)))
        self._tell()

    def _tell(self) -> None:
        if self._stop is not _nothing:
            return
        execution = self._attempt.execution
        now = execution.now()
        wait = PAUSE if self._told is None else max(PAUSE, (now - self._began) / _SHARE) - (now - self._told)
        if self._told is None or wait <= timedelta():
            self._emit_and_commit()
        else:
            self._stop = execution.clock.call_later(wait.total_seconds(), self._emit_and_commit)

    def _emit_and_commit(self) -> None:
        self._stop = _nothing
        if self._emit() and (self._committing is None or self._committing.done()):
            self._committing = asyncio.create_task(self._commit(), name="step events")

    async def _commit(self) -> None:
        # What cannot be written now is kept, and the step's own next commit tells what is wrong.
        with suppress(Unavailable, RunOwnershipLost):
            await self._attempt.execution.commit()

    def _emit(self) -> bool:
        execution, state = self._attempt.execution, self._attempt.state
        self._told = execution.now()
        found = bool(self._lines) or self._progress is not None
        execution.lines += len(self._lines)
        while self._lines:
            self._emit_line(*self._lines.popleft())
        may_say_so = self._closed or execution.lines < MOST_OF_RUN
        if self._missed and may_say_so and state.logs < MOST_LOGS + 1:
            self._emit_line("notice", "callsheet", f"{self._missed} more lines were not kept.")
            self._missed = 0
        if self._progress is not None:
            progress, total, message = self._progress
            self._progress = None
            execution.emit(
                StepProgress(
                    run_id=execution.run_id,
                    step_name=state.name,
                    index=state.index,
                    at=self._told,
                    step_path=state.path,
                    progress=progress,
                    total=total,
                    message=message,
                )
            )
        return found

    def _emit_line(self, level: str, logger: str, data: Json) -> None:
        execution, state = self._attempt.execution, self._attempt.state
        execution.emit(
            StepLog(
                run_id=execution.run_id,
                step_name=state.name,
                index=state.index,
                at=execution.now(),
                step_path=state.path,
                level=level,
                logger=logger,
                data=data,
            )
        )

    def _line(self, data: Json) -> Json:
        try:
            known = self._words.json(check_json(data))
        except NotJson as exc:
            return f"(not JSON: {exc})"
        return shortened(known)

    def _bounded(self, text: str, limit: int) -> str:
        return cleaned(self._words.text(text), limit)  # before it is cut: half a secret would not be found


def shortened(data: Json) -> Json:
    """What a line of a log says, unless that is long: then the beginning of its text."""
    text = data if isinstance(data, str) else orjson.dumps(data).decode()
    return data if len(text) <= _LARGEST_LINE else f"{text[:_LARGEST_LINE]}…"


def cleaned(text: str, limit: int = LONGEST_MESSAGE) -> str:
    """A tool's words without what neither a journal nor UTF-8 takes, and not longer than `limit`."""
    clean = text[: limit + 1].replace("\0", "�").encode("utf-8", "replace").decode()
    return clean if len(clean) <= limit else f"{clean[:limit]}…"


def _nothing() -> None:
    """There is no timer to stop."""
