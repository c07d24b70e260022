"""Following a run, and the runs below it, until it has ended or asks a person."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeAlias

from callsheet.errors.kinds import CallsheetError
from callsheet.errors.runs import RunNotFound
from callsheet.mcp_endpoint.questions import Question
from callsheet.runs.answers import Answers
from callsheet.runs.codec import decode
from callsheet.runs.events import Event, Record, RunId
from callsheet.runs.service import RunService
from callsheet.runs.state import RunState, fold

_BATCHES: Final = 4
"""Batches of events that are held for one watcher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The run is over."""

    state: RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The run asks.

    Attributes:
        questions: those that were not known yet, at least one.
        open: the keys of all that nobody has answered.
    """

    questions: tuple[Question, ...]
    open: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """The service stops; the run goes on at its next start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Whoever watched has left."""


Stop: TypeAlias = Ended | Asked | Stopping | Gone
"""Where a watcher stops."""

Hear: TypeAlias = Callable[[RunState, Event], Awaitable[None]]
"""Told of every event of the run itself, after its state has taken it in."""

_Batch: TypeAlias = tuple[RunId, Sequence[Record]]


class RunWatch:
    """Watches a run while its block is entered. It holds the states, and a few batches of events.

    Args:
        runs: follows runs.
        answers: know what was answered.
        run_id: the run.
        hear: told of the run's events.
        stopping: set when the service begins to stop.
        gone: set when nobody is there any more for whom the run is watched.
    """

    def __init__(
        self,
        runs: RunService,
        answers: Answers,
        run_id: RunId,
        *,
        hear: Hear | None,
        stopping: asyncio.Event,
        gone: asyncio.Event,
    ) -> None:
        self._runs = runs
        self._answers = answers
        self._root = run_id
        self._hear = hear
        self._stopping = stopping
        self._gone = gone
        self._states: dict[RunId, RunState] = {}
        self._queue: asyncio.Queue[_Batch] = asyncio.Queue(_BATCHES)
        self._taking = False
        self._failure: Exception | None = None
        self._changed = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        self._tasks["take"] = asyncio.create_task(self._take_all())
        self._tasks["stop"] = asyncio.create_task(self._wait_for(self._stopping))
        self._tasks["gone"] = asyncio.create_task(self._wait_for(self._gone))
        self._follow(self._root)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def next(self, known: frozenset[str] = frozenset()) -> Stop:
        """Where the run stops; questions with a key in `known` are no reason to. It may be cancelled, and asked again.

        Raises:
            CallsheetError: the run cannot be read.
        """
        while True:
            self._changed.clear()
            stop = await self._stop(known)
            if stop is not None:
                return stop
            await self._changed.wait()

    async def _stop(self, known: frozenset[str]) -> Stop | None:
        if self._gone.is_set():
            return Gone()
        if self._failure is not None:
            raise self._failure
        root = self._states.get(self._root)
        if root is not None and self._is_idle:
            if root.status.is_terminal:
                return Ended(state=root)
            questions = await open_questions(self._answers, self._states, self._root)
            fresh = tuple(question for question in questions if question.key not in known)
            if fresh and self._is_idle:
                return Asked(questions=fresh, open=frozenset(question.key for question in questions))
        return Stopping() if self._stopping.is_set() else None

    @property
    def _is_idle(self) -> bool:
        """Whether everything that came was taken in, and told."""
        return self._queue.empty() and not self._taking

    async def _take_all(self) -> None:
        try:
            while True:
                run_id, records = await self._queue.get()
                self._taking = True
                await self._take(run_id, records)
                self._taking = False
                self._changed.set()
        except Exception as error:  # noqa: BLE001 - whoever waits in `next` gets it
            self._fail(error)

    async def _take(self, run_id: RunId, records: Sequence[Record]) -> None:
        for event in map(decode, records):
            state = self._states.get(run_id)
            if state is None:
                self._states[run_id] = state = fold([event])
            else:
                state.apply(event)
            if run_id == self._root and self._hear is not None:
                await self._hear(state, event)
        for child in _children(self._states[run_id]):
            self._follow(child)

    def _follow(self, run_id: RunId) -> None:
        if run_id not in self._tasks:
            self._tasks[run_id] = asyncio.create_task(self._pump(run_id))

    async def _pump(self, run_id: RunId) -> None:
        try:
            async with aclosing(self._runs.follow(run_id)) as batches:
                async for records in batches:
                    await self._queue.put((run_id, records))
        except CallsheetError as error:
            if run_id == self._root or not isinstance(error, RunNotFound):  # a child may be one that is not seen
                self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._failure = error
        self._changed.set()

    async def _wait_for(self, event: asyncio.Event) -> None:
        await event.wait()
        self._changed.set()


async def open_questions(answers: Answers, states: Mapping[RunId, RunState], root: RunId) -> tuple[Question, ...]:
    """What a run asks, by itself and by the runs below it, and nobody has answered.

    Args:
        answers: know what was answered.
        states: of the run and of those below it, as far as they are known.
        root: the run.
    """
    found: list[Question] = []
    asking = [root]
    for run_id in asking:
        state = states.get(run_id)
        if state is not None:
            prefix = "" if run_id == root else f"{run_id}:"
            for seq, event in await answers.open(state):
                key = f"{prefix}{event.step_path}@{seq}"
                path, waits_for, caller = event.step_path, event.waits_for, answers.caller
                found.append(Question(key=key, run_id=run_id, path=path, waits_for=waits_for, caller=caller))
            asking += _children(state)
    return tuple(found)


async def states_below(runs: RunService, root: RunState) -> Mapping[RunId, RunState]:
    """A run, and the runs that it and those below it wait for, as they are now; without those that are not seen."""
    states = {root.run_id: root}
    waiting = [root]
    for state in waiting:
        for child in _children(state):
            with suppress(RunNotFound):
                states[child] = await runs.state(child)
                waiting.append(states[child])
    return states


def _children(state: RunState) -> Iterator[RunId]:
    """The runs that steps of a run wait for."""
    for step in state.steps.values():
        if step.waiting is not None and step.waiting[1].waits_for.get("kind") == "run":
            yield RunId(str(step.waiting[1].waits_for["run_id"]))
