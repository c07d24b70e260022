"""Whatever is done to a journal, it equals a model of a few lines: lists in a dict."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from callsheet.errors.runs import AlreadyAnswered, CursorInvalid, IdempotencyKeyReused, RunNotFound, RunOwnershipLost
from callsheet.journal.cursor import Position, read_cursor, write_cursor
from callsheet.journal.memory import MemoryJournal
from callsheet.journal.postgres.journal import PostgresJournal, PostgresOptions
from callsheet.journal.postgres.migrate import upgrade
from callsheet.journal.projection import sortable
from callsheet.journal.sqlite.journal import SqliteJournal, SqliteOptions
from callsheet.runs.codec import encode
from callsheet.runs.events import Event, Record, RunFinished, RunId, RunResumed, RunStatus, RunWaiting
from callsheet.runs.ports import Journal, RunFilter
from tests.support.events import (
    after_noon,
    answer,
    due_ids,
    new_run,
    run_finished,
    run_resumed,
    run_waiting,
    step_started,
)
from tests.support.postgres import PostgresServer

IDS = [RunId(f"00000000-0000-4000-8000-{number:012}") for number in range(6)]


@dataclass(frozen=True)
class Create:
    run_id: RunId
    second: int
    key: str | None
    fingerprint: str


@dataclass(frozen=True)
class Append:
    """Append `count` events, `off` away from the run's true last seq; then park, resume or end the run, or not.

    `turn` is the `until` of a run that is parked, None for one that is parked for ever.
    """

    run_id: RunId
    off: int
    count: int
    turn: int | Literal["end", "resume", "none"] | None
    seen: int = 0


@dataclass(frozen=True)
class Cancel:
    run_id: RunId


@dataclass(frozen=True)
class Deliver:
    run_id: RunId
    seq: int
    by: str


Operation: TypeAlias = Create | Append | Cancel | Deliver

run_ids = st.sampled_from(IDS)
operations = st.one_of(
    st.builds(
        Create,
        run_id=run_ids,
        second=st.integers(0, 3),
        key=st.none() | st.sampled_from(["k", "l"]),
        fingerprint=st.sampled_from(["f", "g"]),
    ),
    st.builds(
        Append,
        run_id=run_ids,
        off=st.sampled_from([0, 0, 0, -1, 1]),
        count=st.integers(0, 3),
        turn=st.sampled_from(["end", "resume", "none", None, 1, 2, 3]),
        seen=st.integers(0, 2),
    ),
    st.builds(Deliver, run_id=run_ids, seq=st.integers(2, 4), by=st.sampled_from("ab")),
    st.builds(Cancel, run_id=run_ids),
)
# The operations of a group are done at the same time; each is about another run and no key comes twice, so that
# their order cannot matter.
groups = st.lists(operations, min_size=1, max_size=6, unique_by=lambda operation: operation.run_id).map(
    lambda group: group[:1] if sum(isinstance(op, Create) and op.key is not None for op in group) > 1 else group
)


@dataclass
class ModelRun:
    order: tuple[int, int]
    records: list[Record]
    fingerprint: str
    status: RunStatus = RunStatus.QUEUED
    finished: bool = False
    parked: RunWaiting | None = None
    messages: dict[int, str] = field(default_factory=dict[int, str])
    cancel_requested: bool = False

    def is_due(self, second: int) -> bool:
        if self.status is not RunStatus.WAITING or self.parked is None:
            return not self.status.is_terminal
        over = self.parked.until is not None and self.parked.until <= after_noon(second)
        return over or len(self.messages) > self.parked.messages or self.cancel_requested


@dataclass
class Model:
    runs: dict[RunId, ModelRun] = field(default_factory=dict[RunId, ModelRun])
    keys: dict[str, RunId] = field(default_factory=dict[str, RunId])

    def last_seq(self, run_id: RunId) -> int:
        return len(self.runs[run_id].records) if run_id in self.runs else 0

    def do(self, operation: Operation, events: list[Event]) -> object:
        """What the operation shall give: the id of a run, an error's class or None."""
        run = self.runs.get(operation.run_id)
        match operation:
            case Create():
                return self._create(operation, events)
            case Append():
                if run is None or operation.off:
                    return RunOwnershipLost
                self._append(run, events)
                return None
            case Cancel():
                if run is not None and not run.finished:
                    run.cancel_requested = True
                return None
            case Deliver():
                if run is None:
                    return RunNotFound
                if operation.seq in run.messages:
                    return AlreadyAnswered
                run.messages[operation.seq] = operation.by
                return None

    def _create(self, operation: Create, events: list[Event]) -> object:
        earlier = self.keys.get(operation.key or "")
        if earlier is not None:
            same = self.runs[earlier].fingerprint == operation.fingerprint
            return earlier if same else IdempotencyKeyReused
        if operation.run_id in self.runs:
            return RunOwnershipLost
        order = (operation.second, len(self.runs))
        self.runs[operation.run_id] = ModelRun(order, [Record(1, *encode(events[0]))], operation.fingerprint)
        if operation.key is not None:
            self.keys[operation.key] = operation.run_id
        return operation.run_id

    def _append(self, run: ModelRun, events: list[Event]) -> None:
        for event in events:
            run.records.append(Record(len(run.records) + 1, *encode(event)))
            if run.status is RunStatus.QUEUED:
                run.status = RunStatus.RUNNING
        match events[-1] if events else None:
            case RunFinished():
                run.status, run.finished = RunStatus.SUCCESS, True
            case RunWaiting() as waiting:
                run.status, run.parked = RunStatus.WAITING, waiting
            case RunResumed():
                run.status = RunStatus.RUNNING
            case _:
                pass


def events_of(operation: Operation) -> list[Event]:
    match operation:
        case Create():
            return [new_run(operation.run_id, started_at=after_noon(operation.second)).started]
        case Append():
            started = (step_started(operation.run_id, f"s{n}") for n in range(operation.count))
            return [*started, *turn_events(operation)]
        case Cancel() | Deliver():
            return []


def turn_events(operation: Append) -> list[Event]:
    match operation.turn:
        case "end":
            return [run_finished(operation.run_id)]
        case "resume":
            return [run_resumed(operation.run_id)]
        case "none":
            return []
        case until:
            moment = None if until is None else after_noon(until)
            return [run_waiting(operation.run_id, until=moment, messages=operation.seen)]


async def perform(journal: Journal, operation: Operation, last_seq: int) -> object:
    """Do it, and say what came of it as `Model.do` does."""
    try:
        match operation:
            case Create():
                at = after_noon(operation.second)
                run = new_run(operation.run_id, started_at=at, key=operation.key, fingerprint=operation.fingerprint)
                return (await journal.create(run)).run_id
            case Append():
                return await journal.append(operation.run_id, last_seq + operation.off, events_of(operation))
            case Cancel():
                if last_seq:
                    await journal.request_cancel(operation.run_id)
                return None
            case Deliver():
                return await journal.deliver(operation.run_id, operation.seq, answer(operation.by))
    except (RunOwnershipLost, IdempotencyKeyReused, RunNotFound, AlreadyAnswered) as exc:
        return type(exc)


async def compare(journal: Journal, model: Model) -> None:
    newest_first = sorted(model.runs, key=lambda run_id: model.runs[run_id].order, reverse=True)
    page = await journal.runs(RunFilter(), 100)
    assert [run.run_id for run in page.runs] == newest_first
    for second in range(4):
        oldest_first = newest_first[::-1]
        due = [run_id for run_id in oldest_first if model.runs[run_id].is_due(second)]
        assert await due_ids(journal, after_noon(second)) == due
        waiting = (run.parked for run in model.runs.values() if run.status is RunStatus.WAITING)
        moments = [parked.until for parked in waiting if parked is not None and parked.until is not None]
        later = min((moment for moment in moments if moment > after_noon(second)), default=None)
        assert await journal.next_due(after_noon(second)) == later
    for row in page.runs:
        run = model.runs[row.run_id]
        assert row == await journal.summary(row.run_id)
        assert (row.status, row.last_seq) == (run.status, len(run.records))
        assert (row.finished_at is not None) == run.finished
        found = {seq: message.by for seq, message in (await journal.messages(row.run_id)).items()}
        assert found == run.messages
        assert list(await journal.read(row.run_id)) == run.records
        assert await journal.cancel_requested(row.run_id) == run.cancel_requested


@asynccontextmanager
async def opened(kind: str, folder: str) -> AsyncGenerator[Journal]:
    if kind == "memory":
        yield MemoryJournal()
    elif kind.startswith("postgresql:"):
        postgres_options = PostgresOptions(tail_bytes=4_000, tail_bytes_per_run=2_000)
        async with PostgresJournal.open(kind, postgres_options) as journal:
            yield journal
    else:
        # Hardly any memory, so that reads come from memory and from disk by turns.
        options = SqliteOptions(tail_bytes=4_000, tail_bytes_per_run=2_000)
        async with SqliteJournal.open(Path(folder) / "journal.db", options) as journal:
            yield journal


async def play(kind: str, script: list[list[Operation]]) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        async with opened(kind, folder) as journal:
            for group in script:
                seqs = [model.last_seq(operation.run_id) for operation in group]
                results = await asyncio.gather(*map(perform, [journal] * len(group), group, seqs))
                creates = [op for op in group if isinstance(op, Create)]
                others = [op for op in group if not isinstance(op, Create)]
                expected = {op: model.do(op, events_of(op)) for op in [*creates, *others]}
                assert dict(zip(group, results, strict=True)) == expected
            await compare(journal, model)
        if kind != "memory":
            async with opened(kind, folder) as journal:
                await compare(journal, model)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@settings(deadline=None, max_examples=25)
@given(script=st.lists(groups, max_size=12))
def test_a_journal_equals_its_model(kind: str, script: list[list[Operation]]) -> None:
    asyncio.run(play(kind, script))


# Of runs that are created at the same moment it is the database that says which came first.
one_create = groups.map(
    lambda group: (
        [op for op in group if not isinstance(op, Create)] + [op for op in group if isinstance(op, Create)][:1]
    )
)


# Without making failures smaller: that takes minutes on a database.
@settings(deadline=None, max_examples=8, phases=[Phase.explicit, Phase.generate])
@given(script=st.lists(one_create, max_size=12))
def test_a_journal_in_postgresql_equals_its_model(postgres: PostgresServer, script: list[list[Operation]]) -> None:
    with postgres.lent("journal", upgrade) as url:
        asyncio.run(play(url, script))


@given(st.text())
def test_no_text_makes_the_cursor_reader_fail_otherwise(text: str) -> None:
    try:
        position = read_cursor(text)
    except CursorInvalid:
        return
    assert write_cursor(position) == text


@given(st.integers(0, 10**12), st.integers(0, 2**63 - 1))
def test_a_cursor_comes_back_as_it_was(millis: int, number: int) -> None:
    started_at = sortable(after_noon(millis / 1000))
    assert read_cursor(write_cursor(Position(started_at, number))) == Position(started_at, number)
