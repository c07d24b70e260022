"""Whatever the journal is doing when its process dies: nothing that was told is lost, and nothing happens twice.

Each transition of the journal is tried at three moments: killed in the middle of its transaction, killed when it is
durable and nobody was told, and killed right after the effect of the tool that is called next. The failpoint must say
that it fired, the process must be dead by it, and the database, looked at by itself, must have the transition or not.
"""

import asyncio
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, get_args
from uuid import UUID, uuid5

import orjson
import pytest
from pydantic import SecretStr

from callsheet.journal.changes import Change
from callsheet.runs.events import Event
from callsheet.settings import Settings
from callsheet.storage import upgrade_database
from tests.e2e.load import read_lines
from tests.failpoints.dying import Database
from tests.failpoints.on_postgres import OnPostgres
from tests.failpoints.on_sqlite import OnSqlite
from tests.failpoints.points import NO_TRANSITIONS, PERSON, TRANSITIONS, Moment
from tests.support.postgres import PostgresServer

PROGRAM = Path(__file__).with_name("program.py")
AT_ONCE = 8
"""Most of a case is waiting: for children to begin, and until a process is known to be dead."""

Journals = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One process that dies, and what came of it."""

    moment: Moment
    folder: Path
    database: Database
    result: dict[str, Any]


def test_the_table_names_every_transition() -> None:
    events = {re.sub("(?<!^)(?=[A-Z])", "_", event.__name__).lower() for event in get_args(Event)}
    assert {transition.event for transition in TRANSITIONS.values()} - {None} == events
    assert {transition.change for transition in TRANSITIONS.values()} | NO_TRANSITIONS.keys() == set(get_args(Change))


@pytest.mark.timeout(300)  # against a hang: half a minute is usual
async def test_a_process_may_die_at_every_transition_on_sqlite(tmp_path: Path, subtests: pytest.Subtests) -> None:
    await _try(tmp_path, lambda: nullcontext(None), subtests)


@pytest.mark.timeout(300)
async def test_a_process_may_die_at_every_transition_on_postgresql(
    tmp_path: Path, subtests: pytest.Subtests, postgres: PostgresServer
) -> None:
    await _try(tmp_path, lambda: postgres.lent("system", _upgrade), subtests)


def _upgrade(url: str) -> None:
    upgrade_database(Settings(database_url=SecretStr(url)))


Lend = Callable[[], AbstractContextManager[str | None]]
"""Lends the URL of an empty database; None for a file."""


async def _try(folder: Path, lend: Lend, subtests: pytest.Subtests) -> None:
    """Every transition at every moment, several at once, each on an empty database."""
    left = list(product(TRANSITIONS, Moment))

    async def some() -> None:
        while left:
            transition, moment = left.pop()
            place = folder / f"{transition}-{moment.name}".replace(" ", "-")
            async with _lent(lend, one_by_one) as url:
                sent = {"folder": str(place), "database": url, "transition": transition, "moment": moment.name}
                result = await program.result(sent)
                database = OnSqlite(place) if url is None else OnPostgres(url)
                with subtests.test(f"{transition}, {moment}"):
                    _judge(Case(moment=moment, folder=place, database=database, result=result))

    with ThreadPoolExecutor(1) as one_by_one:
        async with _program(folder / "program.log") as program, asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(some())


@asynccontextmanager
async def _lent(lend: Lend, thread: Executor) -> AsyncGenerator[str | None]:
    loop = asyncio.get_running_loop()
    with ExitStack() as stack:
        url = await loop.run_in_executor(thread, stack.enter_context, lend())
        yield url
        await loop.run_in_executor(thread, stack.pop_all().close)


class _Program:
    """Carries out cases, each as soon as it is told."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._awaited: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def result(self, case: dict[str, str | None]) -> dict[str, Any]:
        """What came of a case."""
        assert self._process.stdin is not None
        future = self._awaited[str(case["folder"])] = asyncio.get_running_loop().create_future()
        self._process.stdin.write(orjson.dumps(case) + b"\n")
        return await future

    async def listen(self) -> None:
        """Give each result to who waits for it, until the process ends; then nobody waits any more."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            result = orjson.loads(line)
            self._awaited.pop(result["folder"]).set_result(result)
        for folder, future in self._awaited.items():
            future.set_exception(AssertionError(f"{folder} was not carried out"))


@asynccontextmanager
async def _program(log: Path) -> AsyncGenerator[_Program]:
    with log.open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(PROGRAM),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    program = _Program(process)
    listening = asyncio.create_task(program.listen())
    try:
        yield program
        assert process.stdin is not None
        process.stdin.close()
        assert await process.wait() == 0, f"a case was not carried out; see {log}"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await listening


def _judge(case: Case) -> None:
    result = case.result
    assert "fired" in result, "the case was not carried out"
    assert result["fired"], "the failpoint did not fire"
    assert result["died"] == -9, "something else ended the process"
    assert (result["stored"] > 0) == (case.moment is not Moment.BEFORE), "a commit is all or nothing"
    assert result["ended"] == 0, "the next process did not come to the end of the story"
    journals = _journals(case.database)
    told = read_lines(case.folder / "told.jsonl")
    _judge_told(journals, told)
    steps = {key: attempts for run_id, events in journals.items() for key, attempts in _tool_steps(run_id, events)}
    _judge_calls(
        steps, read_lines(case.folder / "tools.jsonl"), gone={line["run_id"] for line in told} - journals.keys()
    )


def _journals(database: Database) -> Journals:
    """The events of all runs, read without the product."""
    journals: Journals = defaultdict(list)
    events = "SELECT run_id, seq, data FROM events JOIN runs ON events.run = runs.number ORDER BY run, seq"
    for run_id, seq, data in database.query(events):
        journals[run_id].append({"seq": seq, **orjson.loads(data)})
    last = dict(database.query("SELECT run_id, last_seq FROM runs"))
    assert last == {run_id: len(events) for run_id, events in journals.items()}
    return journals


def _judge_told(journals: Journals, told: Sequence[dict[str, str]]) -> None:
    """Everything that the caller was told is so."""
    runs: dict[str, set[str]] = defaultdict(set)
    for line in told:
        runs[line["what"]].add(line["run_id"])
    children = {run_id for run_id, events in journals.items() if events[0].get("parent")}
    assert len(children) == 1
    for key in ("full", "cancelled", "fork", "brief, once more"):
        assert len(runs[key]) == 1, "a key stands for one run"
        assert runs[key] <= journals.keys(), "an accepted run was lost"
    # One that was removed was begun once more under its key, when the story was told again.
    assert runs["was deleted"] <= runs["brief"]
    assert not runs["brief"] & journals.keys()
    assert len(journals) == 4 + len(children), "a run that nobody began"
    for run_id, events in journals.items():
        status = "cancelled" if run_id in runs["was cancelled"] else "success"
        assert (run_id, events[-1]["status"]) == (run_id, status)
        outputs = {event["step_path"]: event["output"] for event in events if event["type"] == "step_finished"}
        assert outputs.get("agree", {"by": PERSON})["by"] == PERSON


def _tool_steps(run_id: str, events: Sequence[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    """The key of each tool step that ended well and has an effect, and its attempts."""
    types = [event["type"] for event in events]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (types[0], types[-1]) == ("run_started", "run_finished")
    assert (types.count("run_started"), types.count("run_finished")) == (1, 1)
    assert sum(event["interrupted"] for event in events if event["type"] == "step_retrying") <= 1
    by_path: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        if "step_path" in event:
            by_path[event["step_path"]].append(event)
    for path, own in by_path.items():
        order = [event["type"] for event in own]
        assert (order[0], order[-1]) == ("step_started", "step_finished"), (path, order)
        assert (order.count("step_started"), order.count("step_finished")) == (1, 1), (path, order)
        assert own[-1]["attempts"] == 1 + order.count("step_retrying"), (path, order)
        if own[0]["step_type"] == "tool":
            yield str(uuid5(UUID(run_id), path)), own[-1]["attempts"]


def _judge_calls(steps: dict[str, int], ledger: Sequence[dict[str, Any]], gone: set[str]) -> None:
    """Every tool step had its effect once, and was not called after it ended.

    Args:
        steps: the attempts of each tool step, by its key.
        ledger: the tools'.
        gone: runs that were removed; what their journals said of their calls is not known.
    """
    effects = Counter(line["key"] for line in ledger if line["event"] == "effect")
    assert set(effects.values()) == {1}, "an effect happened twice"
    made: dict[str, list[int]] = defaultdict(list)
    for line in ledger:
        if line["event"] == "call" and line["value"] not in gone:
            made[line["key"]].append(line["attempt"])
    inherited = steps.keys() - made.keys()
    assert len(inherited) == 1, "one step ended in the history that its run began with, and every other one was called"
    assert made.keys() <= steps.keys(), "a call that no journal knows"
    for key, attempts in made.items():
        assert len(set(attempts)) == len(attempts), "an attempt was made twice"
        assert max(attempts) <= steps[key], "a tool was called for a step that has finished"
