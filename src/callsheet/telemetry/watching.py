"""Who is told of what happens here: the port between the decorators and whoever counts, traces or logs."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from callsheet.runs.events import (
    ForkedFrom,
    ParentStep,
    RunFinished,
    RunId,
    RunStarted,
    StepFinished,
    StepPath,
    StepRetrying,
)
from callsheet.runs.tools import ToolCall, ToolOutcome


@dataclass(slots=True, eq=False)
class OpenStep:
    """What is told of a step with its end, and is known from its beginning.

    Attributes:
        step_type: of its model.
        began: its present attempt, which may be about to; None when that cannot be read any more.
    """

    step_type: str
    began: datetime | None


UNKNOWN: Final = OpenStep("unknown", None)
"""A step whose beginning cannot be read any more."""


@dataclass(frozen=True, slots=True)
class RunOrigin:
    """What is told of a run with everything that happens in it: of its first event, all but its values."""

    run_id: RunId
    scenario_id: str
    started_at: datetime
    parent: ParentStep | None
    forked_from: ForkedFrom | None

    @classmethod
    def of(cls, started: RunStarted) -> "RunOrigin":
        """That of the run which began so."""
        return cls(started.run_id, started.scenario_id, started.started_at, started.parent, started.forked_from)


@dataclass(slots=True, eq=False)
class RunAtWork:
    """A run that this process executes now.

    Attributes:
        origin: None until the run's journal was read.
        steps: those that have begun and not ended, as far as that is known.
        whole: whether `steps` has all of them: those that began in another process are looked up when they end.
        trace_id: of the run's trace, in hexadecimal; empty when nobody traces.
    """

    run_id: RunId
    origin: RunOrigin | None = None
    steps: dict[StepPath, OpenStep] = field(default_factory=dict[StepPath, OpenStep])
    whole: bool = False
    trace_id: str = ""


CallEnded: TypeAlias = Callable[[str, ToolOutcome | BaseException], None]
"""Called once, with the tool server (empty where that is not known) and with what the call gave or raised."""


class Watch(Protocol):
    """Is told of what became durable in this process, and of its tool calls. Returns at once, raises nothing."""

    def begins(self, run: RunAtWork) -> None:
        """This process begins to execute a run, or goes on with one."""
        ...

    def accepted(self, run: RunOrigin) -> None:
        """A run is new, and durable."""
        ...

    def step_finished(self, run: RunOrigin, event: StepFinished, step: OpenStep) -> None:
        """A step ended."""
        ...

    def retrying(self, run: RunOrigin, event: StepRetrying, step: OpenStep) -> None:
        """An attempt of a step failed, and another one follows."""
        ...

    def run_finished(self, run: RunOrigin, event: RunFinished) -> None:
        """A run ended."""
        ...

    def calling(self, call: ToolCall) -> CallEnded:
        """A tool is called now; what comes back is called when that has ended."""
        ...


AT_WORK: Final[ContextVar[RunAtWork | None]] = ContextVar("callsheet_run", default=None)
"""The run on whose behalf the code at hand works."""

IN_CALL: Final[ContextVar[ToolCall | None]] = ContextVar("callsheet_call", default=None)
"""The tool call within which the code at hand works."""
