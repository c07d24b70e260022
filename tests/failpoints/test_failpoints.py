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
from contextlib import asynccontextmanager
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
AT_ONCE = 4

Journals = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One process that dies, and what came of it."""

    transition: str
    moment: Moment
    folder: Path
    database: Database
    result: dict[str, Any]

    @property
    def name(self) -> str:
        """For a person."""
        return f"{self.transition}, {self.moment}"


def test_the_table_names_every_transition() -> None:
    events = {re.sub("(?<!^)(?=[A-Z])", "_", event.__name__).lower() for event in get_args(Event)}
    assert {transition.event for transition in TRANSITIONS.values()} - {None} == events
    assert {transition.change for transition in TRANSITIONS.values()} | NO_TRANSITIONS.keys() == set(get_args(Change))


@pytest.mark.timeout(300)  # against a hang: half a minute is usual
async def test_a_process_may_die_at_every_transition_on_sqlite(tmp_path: Path, subtests: pytest.Subtests) -> None:
    await _try(tmp_path, lambda: None, subtests)


@pytest.mark.timeout(300)
async def test_a_process_may_die_at_every_transition_on_postgresql(
    tmp_path: Path, subtests: pytest.Subtests, postgres: PostgresServer
) -> None:
    await _try(tmp_path, lambda: postgres.prepared("system", _upgrade), subtests)


def _upgrade(url: str) -> None:
    upgrade_database(Settings(database_url=SecretStr(url)))


async def _try(folder: Path, url: Callable[[], str | None], subtests: pytest.Subtests) -> None:
    cases = [case async for case in _tried(folder, url)]
    assert len(cases) == len(TRANSITIONS) * len(Moment)
    for case in cases:
        with subtests.test(case.name):
            _judge(case)


async def _tried(folder: Path, url: Callable[[], str | None]) -> AsyncGenerator[Case]:
    """Every transition at every moment, each on a new database: `url` gives it, or None for a file."""
    left = list(product(TRANSITIONS, Moment))
    done: list[Case] = []

    async def some(number: int) -> None:
        async with _program(folder / f"program-{number}.log") as program:
            while left:
                transition, moment = left.pop()
                place = folder / f"{transition}-{moment.name}".replace(" ", "-")
                named = url()
                database = OnSqlite(place) if named is None else OnPostgres(named)
                sent = {"folder": str(place), "database": named, "transition": transition, "moment": moment.name}
                result = await _result(program, sent)
                done.append(Case(transition=transition, moment=moment, folder=place, database=database, result=result))

    async with asyncio.TaskGroup() as tasks:
        for number in range(AT_ONCE):
            tasks.create_task(some(number))
    for case in done:
        yield case


@asynccontextmanager
async def _program(log: Path) -> AsyncGenerator[asyncio.subprocess.Process]:
    with log.open("wb") as said:
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            str(PROGRAM),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    try:
        yield program
        assert program.stdin is not None
        program.stdin.close()
        assert await program.wait() == 0, "a case was not carried out"
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()


async def _result(program: asyncio.subprocess.Process, case: dict[str, str | None]) -> dict[str, Any]:
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(orjson.dumps(case) + b"\n")
    return orjson.loads(await program.stdout.readline())


def _judge(case: Case) -> None:
    result = case.result
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
