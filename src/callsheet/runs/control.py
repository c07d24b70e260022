"""How an engine reaches a run at work: cancel it, stop it, or let it end at the next step."""

import asyncio
from enum import Enum, auto
from types import TracebackType


class Wish(Enum):
    """What somebody outside wants of a run at work."""

    CANCEL = auto()
    """End the run as cancelled, in the middle of a tool call too."""
    TIMEOUT = auto()
    """The run's time is over: fail the step at work."""
    DRAIN = auto()
    """Let go of the run before its next step; it goes on later, from its journal."""
    STOP = auto()
    """Let go of the run now, in the middle of a tool call too."""


class Interrupted(Exception):
    """The run's step at work was interrupted, for the reason in `wish`."""

    def __init__(self, wish: Wish) -> None:
        super().__init__(wish.name)
        self.wish = wish


class Control:
    """One run's link to its engine.

    A wish interrupts only where the interpreter says so (`with control:` around a tool call or a wait), never in the
    middle of an append: whether that was written must always be known.
    """

    def __init__(self) -> None:
        self._wishes: set[Wish] = set()
        self._inside: set[asyncio.Task[object]] = set()

    def request(self, wish: Wish) -> None:
        """Ask for `wish`; it takes effect at once inside a `with control:`, else at the next one."""
        self._wishes.add(wish)
        if wish is not Wish.DRAIN:
            for task in self._inside:
                task.cancel()

    @property
    def draining(self) -> bool:
        """Whether no further step shall begin."""
        return bool(self._wishes) and (Wish.DRAIN in self._wishes or Wish.STOP in self._wishes)

    @property
    def cancelled(self) -> bool:
        """Whether the run shall end as cancelled."""
        return Wish.CANCEL in self._wishes

    def __enter__(self) -> None:
        wish = self._next()
        if wish is not None:
            raise Interrupted(wish)
        self._inside.add(_current_task())

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        task = _current_task()
        self._inside.discard(task)
        if kind is asyncio.CancelledError and (wish := self._next()) is not None:
            task.uncancel()
            raise Interrupted(wish) from None

    def _next(self) -> Wish | None:
        if not self._wishes:
            return None
        for wish in (Wish.CANCEL, Wish.STOP):
            if wish in self._wishes:
                return wish
        if Wish.TIMEOUT in self._wishes:
            self._wishes.discard(Wish.TIMEOUT)  # once: the steps of `on_error` still have to run
            return Wish.TIMEOUT
        return None


def _current_task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("A run is executed inside an asyncio task.")
    return task
