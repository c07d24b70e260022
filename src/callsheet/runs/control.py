"""How an engine reaches a run at work, and a block its branches: cancel, stop, end in time, let go."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from types import TracebackType
from typing import Final


class Wish(Enum):
    """What somebody wants of the steps at work."""

    CANCEL = auto()
    """End them as cancelled, in the middle of a tool call too."""
    TIMEOUT = auto()
    """Their time is over: fail them."""
    DRAIN = auto()
    """Let go of the run before its next step; it goes on later, from its journal."""
    STOP = auto()
    """Let go of the run now, in the middle of a tool call too."""
    PARK = auto()
    """Let go of the run: every step at work waits for something outside."""

    @property
    def lets_go(self) -> bool:
        """Whether the run is left as it is, to go on from its journal: nothing is written and nothing cleaned up."""
        return self in _LETTING_GO


_ALL: Final = frozenset(Wish)
_LETTING_GO: Final = frozenset({Wish.DRAIN, Wish.STOP, Wish.PARK})
_ORDER: Final = (Wish.STOP, Wish.PARK, Wish.CANCEL, Wish.TIMEOUT)
"""Which wish counts when there are several. Draining is asked for by name, before a step begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Until when something may last, and what it means when that is over, as the beginning of a sentence."""

    deadline: datetime
    why: str


class Interrupted(Exception):
    """The step at work was interrupted, for the reason in `wish`; `source` is the control that was asked for it."""

    def __init__(self, wish: Wish, source: "Control") -> None:
        super().__init__(wish.name)
        self.wish = wish
        self.source = source

    @property
    def why(self) -> str:
        """What happened, as the beginning of a sentence."""
        return self.source.why


class Control:
    """The link to the steps of a run, or of a branch of it; a wish reaches every control below.

    A wish interrupts only where the interpreter says so (`with control:` around a tool call or a wait), never in the
    middle of an append: whether that was written must always be known.

    Args:
        parent: the control above; None for a run's own, which the engine holds.
        heeds: the wishes that come down from above; a block that cleans up heeds only those that let go of the run.
        deadline: when `TIMEOUT` will be asked for; None for never.
        why: what it means when this control is asked for something, as the beginning of a sentence.
    """

    def __init__(
        self,
        parent: "Control | None" = None,
        heeds: frozenset[Wish] = _ALL,
        deadline: datetime | None = None,
        why: str = "The run was cancelled",
    ) -> None:
        self._why = why
        self._parent = parent
        self._heeds = heeds
        self._deadline = deadline
        self._wishes: set[Wish] = set()
        self._inside: set[asyncio.Task[object]] = set()
        self._below: set[Control] = set()
        self._listeners: list[Callable[[], None]] = []

    def request(self, wish: Wish) -> None:
        """Ask for `wish`; it takes effect at once inside a `with control:`, else at the next one."""
        self._wishes.add(wish)
        if wish is Wish.DRAIN:
            self.wake()
        else:
            self._interrupt(wish)

    def wake(self) -> None:
        """Say that there is a message for a step that waits, or another reason to look. For a run's own control."""
        for listener in tuple(self._listeners):
            listener()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` at each `wake`, until the function that is returned here is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def below(self, why: str, deadline: datetime | None = None, *, cleaning_up: bool = False) -> "Control":
        """A control for a part of the work; `leave` it when that part has ended.

        One that is `cleaning_up` heeds only the wishes to let go of the run.
        """
        control = Control(self, _LETTING_GO if cleaning_up else _ALL, deadline, why)
        self._below.add(control)
        return control

    @property
    def why(self) -> str:
        """What it means when this control is asked for something, as the beginning of a sentence."""
        return self._why

    @property
    def deadline(self) -> datetime | None:
        """The earliest deadline that the work under this control has."""
        above = self._parent.deadline if self._parent is not None and Wish.TIMEOUT in self._heeds else None
        found = [moment for moment in (self._deadline, above) if moment is not None]
        return min(found, default=None)

    def extend(self, limit: Limit) -> None:
        """The work under this control has another limit from now on."""
        self._deadline, self._why = limit.deadline, limit.why

    def leave(self) -> None:
        """Forget this control: its part of the work has ended."""
        if self._parent is not None:
            self._parent._below.discard(self)

    @property
    def draining(self) -> bool:
        """Whether no further step shall begin, because the run is let go of."""
        return any(wish.lets_go for wish, _ in self._wanted())

    def check(self) -> None:
        """Return when a further step may begin.

        Raises:
            Interrupted: somebody wants something else.
        """
        if self._is_quiet():
            return
        wanted = dict(self._wanted())
        for wish in (*_ORDER, Wish.DRAIN):
            if wish in wanted:
                raise Interrupted(wish, wanted[wish])

    def __enter__(self) -> None:
        self._raise()
        self._inside.add(_current_task())

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        task = _current_task()
        self._inside.discard(task)
        if kind is asyncio.CancelledError:
            try:
                self._raise()
            except Interrupted:
                task.uncancel()
                raise

    def _raise(self) -> None:
        if self._is_quiet():
            return
        wanted = dict(self._wanted())
        for wish in _ORDER:
            if wish in wanted:
                raise Interrupted(wish, wanted[wish]) from None

    def _is_quiet(self) -> bool:
        """Whether nobody wants anything, which is so nearly always."""
        control: Control | None = self
        while control is not None:
            if control._wishes:
                return False
            control = control._parent
        return True

    def _wanted(self) -> "list[tuple[Wish, Control]]":
        """Every wish that reaches this control with the one that was asked; of the same wishes the outermost."""
        found: list[tuple[Wish, Control]] = [(wish, self) for wish in self._wishes]
        if self._parent is not None:
            found += [(wish, source) for wish, source in self._parent._wanted() if wish in self._heeds]
        return found

    def _interrupt(self, wish: Wish) -> None:
        for task in self._inside:
            task.cancel()
        for control in tuple(self._below):
            if wish in control._heeds:
                control._interrupt(wish)


def _current_task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("A run is executed inside an asyncio task.")
    return task
