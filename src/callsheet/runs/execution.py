"""One run at work: its state, the events that are not written yet, and the messages to its steps."""

import asyncio
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

import orjson

from callsheet.errors.steps import StepFailure
from callsheet.runs.cache import ResultCache
from callsheet.runs.control import Control, Limit, Wish
from callsheet.runs.events import (
    Event,
    Message,
    RunError,
    RunFinished,
    RunId,
    RunResumed,
    RunStarted,
    RunStatus,
    RunWaiting,
)
from callsheet.runs.fairness import Pace
from callsheet.runs.parking import Parking
from callsheet.runs.ports import Cipher, Clock, Engine, Entropy, Environment, Journal
from callsheet.runs.redaction.aside import is_small
from callsheet.runs.redaction.events import clean, clean_value
from callsheet.runs.redaction.known import KnownSecrets
from callsheet.runs.redaction.redactor import NOTHING, Redactor
from callsheet.runs.state import RunState
from callsheet.runs.tools import Tools
from callsheet.scenario.expressions import EvaluationFailed, EvaluationLimitExceeded
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.model import Scenario

if TYPE_CHECKING:
    from callsheet.runs.children import Children
    from callsheet.runs.executor import StepExecutor

MAX_VALUE_BYTES: Final = 4 * 2**20
MAX_STATE_BYTES: Final = 64 * 2**20
MAX_EXECUTIONS: Final = 25_000
"""Steps that one run may execute."""

_MOST_PENDING: Final = 64
_MOST_KNOWN: Final = 64
"""Large values that are known to be without secrets; the run keeps most of them anyway."""

AnyValue = TypeVar("AnyValue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a run needs from outside while it is at work.

    Attributes:
        executors: who executes which type of step, by the type of its model.
        children: the runs that steps of type `scenario` begin.
        secrets: which there are, to be taken out of all that is journaled.
    """

    journal: Journal
    tools: Tools
    clock: Clock
    entropy: Entropy
    environment: Environment
    engine: Engine
    executors: "Mapping[type, StepExecutor]"
    children: "Children"
    cache: ResultCache
    cipher: Cipher
    secrets: KnownSecrets


class Execution:
    """What the executors of steps share while one run is at work.

    `emit` changes the state at once and keeps the event; `commit` makes all kept events durable in one append. A side
    effect may begin only after the commit of the event that announces it. `size` is what the run's journal holds
    already, in bytes.

    Attributes:
        lines: how many lines the tools of the run logged that are kept.
        redactor: takes the secrets that the run may meet out of its events.
    """

    def __init__(self, *, scenario: Scenario, state: RunState, size: int, control: Control, around: Around) -> None:
        self.scenario = scenario
        self.state = state
        self.around = around
        self.clock = around.clock
        self.redactor = around.secrets.of(scenario)
        self.namespace = uuid.UUID(state.run_id)
        self.parking = Parking(around.clock, control)
        self.pace = Pace()
        self._journal = around.journal
        self._pending: list[Event] = []
        self._committed = state.last_seq
        self._writing: asyncio.Event | None = None
        self._size = size
        self._messages: Mapping[int, Message] = {}
        self._stale = True
        self._looking = asyncio.Lock()
        self.lines = sum(step.logs for step in state.steps.values())
        self._parked = state.waiting
        self._knows = self.redactor
        self._known: dict[int, object] = {}

    @property
    def run_id(self) -> RunId:
        """The run's id."""
        return self.state.run_id

    @property
    def messages_seen(self) -> int:
        """How many messages to the run were looked at."""
        return len(self._messages)

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self.clock.now()

    def alarm(self, limit: Limit, control: Control, renewed: Callable[[], Limit] | None = None) -> Callable[[], None]:
        """Ask `control` for `TIMEOUT` at its limit, unless the function that is returned here is called before.

        Args:
            limit: when that is.
            control: what is asked.
            renewed: gives the limit that holds by now; asked when the time seems to be over.
        """
        stop = _nothing

        def over() -> None:
            later = limit if renewed is None else renewed()
            control.extend(later)
            ring(later)

        def ring(limit: Limit) -> None:
            nonlocal stop
            remaining = (limit.deadline - self.now()).total_seconds()
            if remaining > 0:
                stop = self.clock.call_later(remaining, over)
            else:  # at once, so that nothing begins any more
                control.request(Wish.TIMEOUT)

        ring(limit)
        return lambda: stop()

    def emit(self, event: Event) -> None:
        """Apply `event` without the secrets in it; it is durable after the next `commit`.

        What later steps see is what is journaled, so that a run that is taken up again sees the same.
        """
        if self.redactor is not NOTHING:  # of most runs it is; this is asked for every event
            event = clean(event, self.redactor, self._known)
        if not isinstance(event, RunStarted | RunFinished | RunResumed | RunWaiting):
            self.resume()
        self.state.apply(event)
        self._pending.append(event)

    def renew_secrets(self) -> None:
        """Know secrets as they are now; before they are used."""
        self.redactor = self.around.secrets.of(self.scenario)
        if self._known and self._knows is not self.redactor:
            self._known.clear()

    async def cleaned(self, value: AnyValue) -> AnyValue:
        """A text, JSON or an error without the secrets in it, when it is large; a small one is left to `emit`.

        A large one is looked through beside the event loop, and not again in an event.
        """
        redactor = self.redactor
        if not redactor or id(value) in self._known or is_small(value):
            return value
        clean: AnyValue = await asyncio.to_thread(clean_value, value, redactor)
        self._remember(redactor, clean)
        if isinstance(clean, RunError):
            self._remember(redactor, clean.message)
        return clean

    def _remember(self, redactor: Redactor, value: object) -> None:
        if redactor is not self._knows:
            self._known.clear()
            self._knows = redactor
        while len(self._known) >= _MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[id(value)] = value  # it is kept, so that nothing else gets its identity

    def resume(self) -> None:
        """Say that a parked run goes on; before an effect that no event of its own announces."""
        if self.state.status is RunStatus.WAITING:
            self.emit(RunResumed(run_id=self.run_id, at=self.now()))

    def was_parked_before(self, moment: datetime) -> bool:
        """Whether this process found the run parked, since before `moment`: what was to begin then had not begun."""
        return self._parked is not None and self._parked.at < moment

    async def commit(self) -> None:
        """Make every emitted event durable.

        Raises:
            RunOwnershipLost: another worker wrote this run.
            JournalUnavailable: the journal cannot be written.
        """
        goal = self.state.last_seq
        while self._committed < goal:
            if self._writing is None:
                await self._write()
            else:  # what comes meanwhile goes together in the next append
                await self._writing.wait()

    async def commit_some(self) -> None:
        """Commit when many events are kept: steps without effects never do it themselves.

        Raises:
            RunOwnershipLost: another worker wrote this run.
            JournalUnavailable: the journal cannot be written.
        """
        if len(self._pending) >= _MOST_PENDING:
            await self.commit()

    async def _write(self) -> None:
        written = self._writing = asyncio.Event()
        before, events = self._committed, tuple(self._pending)
        try:
            await self._journal.append(self.run_id, before, events)
            self._committed += len(events)
        except asyncio.CancelledError:
            # A branch failed for a fault of ours and took this one with it; whether the append was made is settled.
            if (await self._journal.summary(self.run_id)).last_seq == before + len(events):
                self._committed += len(events)
            raise
        finally:
            # Only now: after an append that failed, no later event may take the place of these.
            del self._pending[: self._committed - before]
            self._writing = None
            written.set()

    def look_again(self) -> None:
        """Something may have been delivered: let the steps that wait look."""
        self._stale = True
        self.parking.wake()

    async def message(self, seq: int) -> Message | None:
        """The message to the step whose `step_waiting` event is number `seq`, when there is one.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        async with self._looking:  # who comes during a look waits for what it finds
            while self._stale:
                self._stale = False
                self._messages = await self._journal.messages(self.run_id)
        return self._messages.get(seq)

    def measure(self, value: Json, what: str) -> None:
        """Count a value that the run keeps.

        Raises:
            StepFailure: `LimitExceeded`, when the value or all of the run's values together are too large.
        """
        size = len(orjson.dumps(value))
        if size > MAX_VALUE_BYTES:
            message = f"{what} has {size} bytes as JSON; the limit for one value is {MAX_VALUE_BYTES}."
            raise StepFailure(message, code="LimitExceeded", data=_limit("value", MAX_VALUE_BYTES, size))
        self._size += size
        if self._size > MAX_STATE_BYTES:
            message = f"{what} makes the values of this run larger than {MAX_STATE_BYTES} bytes together."
            raise StepFailure(message, code="LimitExceeded", data=_limit("state", MAX_STATE_BYTES, self._size))

    def count(self) -> None:
        """Count one more execution of a step, which has started.

        Raises:
            StepFailure: `LimitExceeded`, when the run executed too many.
        """
        if len(self.state.steps) > MAX_EXECUTIONS:
            message = f"The run has executed {MAX_EXECUTIONS} steps, the most that one run may."
            raise StepFailure(message, code="LimitExceeded", data=_limit("executions", MAX_EXECUTIONS, None))


def failure_code(exc: StepFailure | EvaluationFailed) -> str:
    """The error code, as scenarios see it, of whatever can fail in a step."""
    if isinstance(exc, StepFailure):
        return exc.step_code
    return "LimitExceeded" if isinstance(exc, EvaluationLimitExceeded) else "ExpressionError"


def _limit(name: str, limit: int, bytes_: int | None) -> JsonObject:
    found: JsonObject = {"limit": name, "value": limit}
    return found if bytes_ is None else {**found, "bytes": bytes_}


def _nothing() -> None:
    """The alarm that there is nothing to stop of."""
