"""The status of all runs, live: one reader of the journal for all who watch, however many there are."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from callsheet.access.principal import LOCAL, Principal
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.kinds import CallsheetError
from callsheet.runs.events import RunId, RunSummary
from callsheet.runs.fairness import give_way
from callsheet.runs.ports import ChangedRuns, Clock, Journal

T = TypeVar("T")

_SPAN: Final = 0.05
"""Seconds between two looks at the journal, at least."""

_SPAN_PER_WATCHER: Final = 0.0005
"""Seconds more for each watcher: many are told less often, so that all together cost a part of one processor."""

_RETRY: Final = 1.0
"""Seconds until a journal that could not be read is asked again."""

_ROWS: Final = 500
"""How many rows are read and encoded at once: some 3 ms."""

_WATCHERS: Final = 200
"""How many watchers are told before everybody else has a turn: under load each turn is a tenth of a second, and who is
told last waits for all of them."""

_KNOWN: Final = 20_000
"""Runs of which it is remembered how far they were, so that nothing is told twice."""

MAX_PENDING: Final = 10_000
"""Runs that are kept for a watcher which does not take them; with more it has to fetch the list again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChanged:
    """The run is new, or has another status; `row` is the latest."""

    row: RunSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRemoved:
    """The run is not there any more."""

    run_id: RunId


FeedItem: TypeAlias = RunChanged | RunRemoved


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of a run, and what decides who is told: nothing is known of a run that was removed long ago."""

    item: bytes
    owner: str | None
    scenario_id: str

    def concerns(self, caller: Principal) -> bool:
        return self.owner is not None and caller.sees(self.owner, self.scenario_id)


@dataclass(frozen=True, slots=True)
class _Known:
    """How far a run was when it was told of, and whose it is."""

    last_seq: int
    owner: str
    scenario_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a watcher has not taken yet.

    Attributes:
        refetch: whether changes were dropped before `items`: the list has to be fetched again.
        items: encoded, the latest of each run.
    """

    refetch: bool
    items: Sequence[bytes]


class Watcher:
    """One who watches all runs that they see. It holds the latest of each that changed, and not more than `limit`.

    Args:
        caller: who it is.
        woken: set when there is something to take.
        limit: see `MAX_PENDING`.
    """

    def __init__(self, caller: Principal, woken: asyncio.Event, limit: int) -> None:
        self._caller = caller
        self._woken = woken
        self._limit = limit
        self._pending: dict[RunId, bytes] = {}
        self._refetch = False
        self._error: CallsheetError | None = None

    def take(self) -> News | None:
        """What changed since the last call; None when nothing did.

        Raises:
            JournalUnavailable: nothing will come any more.
        """
        if self._error is not None:
            raise self._error
        if not (self._pending or self._refetch):
            return None
        news = News(refetch=self._refetch, items=tuple(self._pending.values()))
        self._pending, self._refetch = {}, False
        return news

    def tell(self, items: Mapping[RunId, _Told], everything: Mapping[RunId, bytes]) -> None:
        """Keep those of `items` that are seen in the place of what was kept of the same runs.

        Args:
            items: what is told.
            everything: the same, as those keep it who see all: made once for all of them.
        """
        caller = self._caller
        mine = everything
        if caller.is_restricted:
            mine = {run_id: told.item for run_id, told in items.items() if told.concerns(caller)}
        if not mine:
            return
        self._pending.update(mine)
        if len(self._pending) > self._limit:
            self.drop()
        self._woken.set()

    def drop(self) -> None:
        """Keep nothing but that the list has to be fetched again."""
        self._pending.clear()
        self._refetch = True
        self._woken.set()

    def end(self, error: CallsheetError) -> None:
        """Let `take` raise `error` from now on."""
        self._error = error
        self._woken.set()


class Feed:
    """Reads the rows of the runs that changed, while somebody watches, and tells all watchers the same bytes.

    Args:
        journal: tells which runs changed.
        clock: for the pauses between two looks.
        encode: makes the bytes of an item, once for all watchers.
        limit: see `MAX_PENDING`.
    """

    def __init__(
        self, journal: Journal, clock: Clock, encode: Callable[[FeedItem], bytes], *, limit: int = MAX_PENDING
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._encode = encode
        self._limit = limit
        self._watchers: set[Watcher] = set()
        self._known: OrderedDict[RunId, _Known] = OrderedDict()
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def watched(self, woken: asyncio.Event, caller: Principal = LOCAL) -> Generator[Watcher]:
        """A watcher that is told of every change from now on; what is listed after this is missing none before it.

        Who does not see every run is told of the removal of those alone that changed lately: whose the others were is
        not known any more.

        Args:
            caller: who watches.
            woken: set when there is something to take.

        Raises:
            JournalUnavailable: the journal is closed.
        """
        watcher = Watcher(caller, woken, self._limit)
        if self._task is None:
            self._start()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
            if not self._watchers:
                self._stop()

    def _start(self) -> None:
        # Listening begins here and not in the task, which runs later: the first watcher misses nothing either.
        listening = ExitStack()
        changed = listening.enter_context(self._journal.changed_runs())
        self._known.clear()
        self._task = task = asyncio.create_task(self._work(changed))
        task.add_done_callback(lambda done: self._ended(done, listening))

    def _stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def _ended(self, task: asyncio.Task[None], listening: ExitStack) -> None:
        listening.close()
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        if self._task is task:
            self._task = None
        watchers, self._watchers = self._watchers, set()
        for watcher in watchers:
            # An error of its own for every watcher: each one's traceback is written into it.
            said = error.message if isinstance(error, CallsheetError) else f"It failed as it should not: {error!r}."
            watcher.end(JournalUnavailable(said))

    async def _work(self, changed: ChangedRuns) -> None:
        while True:
            run_ids = await changed.next()
            if run_ids is None:
                self._known.clear()
                for watcher in self._watchers:
                    watcher.drop()
            for page in _parts(run_ids or (), _ROWS):
                await self._tell(self._items(page, await self._rows(page)))
            await self._clock.sleep(_SPAN + _SPAN_PER_WATCHER * len(self._watchers))

    async def _rows(self, run_ids: Sequence[RunId]) -> Mapping[RunId, RunSummary | None]:
        while True:
            try:
                return await self._journal.summaries(run_ids)
            except JournalUnavailable:
                await self._clock.sleep(_RETRY)

    def _items(self, run_ids: Sequence[RunId], rows: Mapping[RunId, RunSummary | None]) -> dict[RunId, _Told]:
        items: dict[RunId, _Told] = {}
        for run_id in run_ids:
            if run_id not in rows:
                known, item = self._known.pop(run_id, None), self._encode(RunRemoved(run_id=run_id))
                items[run_id] = _Told(item, known and known.owner, "" if known is None else known.scenario_id)
            elif (row := rows[run_id]) is not None and self._is_news(row):
                items[run_id] = _Told(self._encode(RunChanged(row=row)), row.owner, row.scenario_id)
        return items

    def _is_news(self, row: RunSummary) -> bool:
        """Whether the row was not told yet; remembers it.

        Its status alone does not tell: a list may have been fetched between two changes of which none is left.
        """
        known = self._known.get(row.run_id)
        if known is not None and known.last_seq == row.last_seq:
            return False
        self._known[row.run_id] = _Known(row.last_seq, row.owner, row.scenario_id)
        self._known.move_to_end(row.run_id)
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        return True

    async def _tell(self, items: Mapping[RunId, _Told]) -> None:
        if not items:
            return
        everything = {run_id: told.item for run_id, told in items.items()}
        # Who comes meanwhile needs none of them: the list that it fetches has these rows.
        for watchers in _parts(tuple(self._watchers), _WATCHERS):
            for watcher in watchers:
                watcher.tell(items, everything)
            await give_way()


def _parts(all_of_them: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(all_of_them), size):
        yield all_of_them[start : start + size]
