"""The progress of a run, as `notifications/progress` has it: a number that only grows, of a known number of steps."""

from collections.abc import Awaitable, Callable

from callsheet.runs.events import Event, StepFinished, StepProgress
from callsheet.runs.state import RunState
from callsheet.scenario.model import Scenario

Report = Callable[[float, float | None, str | None], Awaitable[None]]


class RunProgress:
    """Reports each finished step. A step of the document itself counts one.

    What happens inside of such a step moves the number nearer to the next whole one, and never beyond it.

    Args:
        scenario: what is run.
        report: sends `progress`, `total` and a message.
        after: the event from which on there is something to report; what was before is only counted.
    """

    def __init__(self, scenario: Scenario, report: Report, *, after: int = 0) -> None:
        self._names = {step.name for step in scenario.steps}
        self._total = len(scenario.steps)
        self._report = report
        self._after = after
        self._whole = 0
        self._inner = 0

    async def hear(self, state: RunState, event: Event) -> None:
        """Take in the next event of the run."""
        match event:
            case StepFinished():
                self._count(event.step_path in self._names)
                said = f": {event.message}" if event.message else ""
                message = f"step {event.step_path} finished ({event.status}){said}"
            case StepProgress():
                self._count(False)
                message = f"step {event.step_path}: {event.message or _share(event)}"
            case _:
                return
        if state.last_seq > self._after:
            part = self._inner / (self._inner + 1)
            await self._report(self._whole + part, float(max(self._total, self._whole + 1 if part else 0)), message)

    def _count(self, whole: bool) -> None:
        self._whole, self._inner = (self._whole + 1, 0) if whole else (self._whole, self._inner + 1)


def _share(event: StepProgress) -> str:
    return f"{event.progress:g}" if event.total is None else f"{event.progress:g} of {event.total:g}"
