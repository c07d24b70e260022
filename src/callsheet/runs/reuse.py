"""What a fork takes over: the events of steps that had ended, and the beginnings of the blocks that go on around them.

A step that was still at work, or that ended only because something around it did, is not taken over: it is executed
anew. So is every step that comes after such a one. Pure, and of the length of the journal: called in a thread.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from callsheet.runs.block import INTERRUPTED
from callsheet.runs.events import (
    Event,
    RunId,
    StepFinished,
    StepLog,
    StepPath,
    StepProgress,
    StepResumed,
    StepRetrying,
    StepStarted,
    StepStatus,
    StepWaiting,
)
from callsheet.runs.places import levels

StepEvent: TypeAlias = StepStarted | StepRetrying | StepWaiting | StepResumed | StepProgress | StepLog | StepFinished
_STEP_EVENTS = (StepStarted, StepRetrying, StepWaiting, StepResumed, StepProgress, StepLog, StepFinished)

_WELL = frozenset({StepStatus.SUCCESS, StepStatus.SKIPPED})


@dataclass(slots=True)
class _Span:
    """One execution of a step: the places of its first and last event, and how it ended."""

    began: int
    ended: int | None = None
    finish: StepFinished | None = None

    @property
    def ended_well(self) -> bool:
        return self.finish is not None and self.finish.status in _WELL

    @property
    def ended_by_itself(self) -> bool:
        """Whether it ended, and not only with what was around it or by a fault of ours."""
        if self.finish is None or self.finish.status is StepStatus.CANCELLED:
            return False
        error = self.finish.error
        return error is None or (error.data != INTERRUPTED and error.code != "Internal")


@dataclass(slots=True)
class Story:
    """The events of a run by its steps, ready to be asked what a fork takes over.

    Args:
        events: the whole journal of the run, or as much of it as there is.
    """

    events: Sequence[Event]
    _spans: dict[StepPath, _Span] = field(init=False, default_factory=dict[StepPath, _Span])
    _types: dict[StepPath, str] = field(init=False, default_factory=dict[StepPath, str])

    def __post_init__(self) -> None:
        for number, event in enumerate(self.events):
            if isinstance(event, StepStarted):
                self._spans[event.step_path] = _Span(number)
                self._types[event.step_path] = event.step_type
            elif isinstance(event, StepFinished):
                span = self._spans[event.step_path]
                span.ended, span.finish = number, event

    @property
    def paths(self) -> Collection[StepPath]:
        """Every step that the run came to, in the order in which they began."""
        return self._spans.keys()

    def before(self, step: StepPath) -> "Kept":
        """What had ended when `step` began."""
        cut = self._spans[step].began
        ended = [path for path, span in self._spans.items() if span.ended is not None and span.ended < cut]
        return self._keep([path for path in ended if self._spans[path].ended_by_itself], ended, [step], cut)

    def without(self, failed: Sequence[StepPath]) -> "Kept":
        """Everything that has ended, but for the steps in `failed` and what came after each in its line.

        A step comes after another one when both run one after the other; branches run beside one another.
        """
        limits: dict[str, int] = {}
        for path in failed:
            for line, step in levels(path, self._types):
                limits[line] = min(limits.get(line, len(self.events)), self._spans[step].began)
        around = {step for path in failed for _, step in levels(path, self._types)}
        ended = [
            path
            for path, span in self._spans.items()
            if span.ended is not None and path not in around and not self._is_after(path, limits)
        ]
        return self._keep(
            [path for path in ended if self._spans[path].ended_by_itself], ended, failed, len(self.events)
        )

    def failures(self, tolerated: Callable[[StepFinished], bool]) -> Sequence[StepPath]:
        """The innermost steps that did not end well, and for which nothing around them made up, as they began."""
        failed = {
            path
            for path, span in self._spans.items()
            if not span.ended_well and not (span.finish is not None and tolerated(span.finish))
        }
        open_ = {path for path in failed if not any(self._spans[each].ended_well for each in self.around(path))}
        outer = {each for path in open_ for each in self.around(path)}
        return [path for path in self._spans if path in open_ and path not in outer]

    def is_inside(self, path: StepPath, block: StepPath) -> bool:
        """Whether one step is in another one."""
        return block in self.around(path)

    def is_after(self, path: StepPath, other: StepPath) -> bool:
        """Whether a step comes after another one, or is that one."""
        return path == other or self._is_after(
            path, {line: self._spans[step].began for line, step in levels(other, self._types)}
        )

    def are_side_by_side(self, path: StepPath, other: StepPath) -> bool:
        """Whether two steps are in branches of which neither comes after the other."""
        mine, others = dict(levels(path, self._types)), dict(levels(other, self._types))
        together = [line for line in mine if line in others]
        return all(mine[line] == others[line] for line in together)

    def _is_after(self, path: StepPath, limits: dict[str, int]) -> bool:
        found = ((limits.get(line), step) for line, step in levels(path, self._types))
        return any(limit is not None and self._spans[step].began > limit for limit, step in found)

    def around(self, path: StepPath) -> list[StepPath]:
        """The blocks that the step is in, the outermost first."""
        return [step for _, step in levels(path, self._types)][:-1]

    def _keep(self, whole: Iterable[StepPath], ended: Iterable[StepPath], anew: Iterable[StepPath], cut: int) -> "Kept":
        kept = set(whole)
        # In a block that has ended, nothing runs again: what happened in there is told as it was.
        kept |= {path for path in ended if path not in kept and not kept.isdisjoint(self.around(path))}
        return Kept(story=self, whole=kept, anew=tuple(anew), cut=cut)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a fork takes over.

    Attributes:
        whole: the steps that are not executed again.
        anew: the steps that are executed first; the blocks around them go on.
        cut: the place in the journal behind which blocks have made no further attempt yet.
    """

    story: Story
    whole: set[StepPath]
    anew: tuple[StepPath, ...]
    cut: int

    def where(self, has_place: Callable[[StepPath], bool]) -> "Kept":
        """The same without the steps that another revision has no place for."""
        return replace(self, whole={path for path in self.whole if has_place(path)})

    def events(self, run_id: RunId, now: datetime) -> tuple[Event, ...]:
        """The events of the new run that follow its first.

        What is whole has the times at which it happened. A block that goes on begins `now`: its timeout counts anew.
        """
        blocks = {
            each for path in (*self.whole, *self.anew) for each in self.story.around(path) if each not in self.whole
        }
        found: list[Event] = []
        indexes: dict[StepPath, int] = {}
        numbers: dict[int, int] = {}
        for number, event in enumerate(self.story.events):
            if not isinstance(event, _STEP_EVENTS):
                continue
            path = event.step_path
            if isinstance(event, StepStarted) and (path in self.whole or path in blocks):
                indexes[path] = len(indexes)
            if path in self.whole:
                numbers[number + 1] = len(found) + 2
                found.append(_moved(event, run_id, indexes[path], numbers))
            elif path in blocks and number < self.cut:
                again = _begun(event, run_id, indexes[path], now)
                found += [] if again is None else [again]
        return tuple(found)


def _moved(event: StepEvent, run_id: RunId, index: int, numbers: dict[int, int]) -> Event:
    if isinstance(event, StepResumed):
        return replace(event, run_id=run_id, index=index, waited=numbers[event.waited])
    return replace(event, run_id=run_id, index=index)


def _begun(event: StepEvent, run_id: RunId, index: int, now: datetime) -> Event | None:
    if isinstance(event, StepStarted):
        return replace(event, run_id=run_id, index=index, started_at=now)
    if isinstance(event, StepRetrying):
        return replace(event, run_id=run_id, index=index, at=now, delay=0.0)
    return None
