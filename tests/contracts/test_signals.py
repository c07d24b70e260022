"""The contract of the `Signals` port: what is stored for a run is told and can be asked for."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Protocol

import pytest

from callsheet.journal.memory import MemoryJournal
from callsheet.journal.postgres.journal import PostgresJournal
from callsheet.runs.events import ParentStep, RunId
from callsheet.runs.journal import Journal
from callsheet.runs.signals import Signals, Stirred
from tests.support.events import answer, new_run, run_finished, run_resumed, run_waiting, step_started, step_waiting
from tests.support.waiting_runs import WAITS


class SignallingJournal(Journal, Signals, Protocol):
    """A journal that tells what others do to its runs."""


@pytest.fixture(params=["memory", "postgres"])
async def journal(request: pytest.FixtureRequest) -> AsyncGenerator[SignallingJournal]:
    if request.param == "memory":
        yield MemoryJournal()
    else:
        async with PostgresJournal.open(request.getfixturevalue("postgres_url")) as opened:
            async with asyncio.timeout(30):
                await opened.listening.wait()  # what is told before is not heard
            yield opened


class Heard:
    """Every signal so far."""

    def __init__(self, signals: Signals) -> None:
        self.runs: list[RunId] = []
        self.came = asyncio.Event()
        self.stop = signals.on_signal(self._hear)

    def _hear(self, run_id: RunId) -> None:
        self.runs.append(run_id)
        self.came.set()

    async def until(self, run_id: RunId) -> None:
        async with asyncio.timeout(5):
            while run_id not in self.runs:
                self.came.clear()
                await self.came.wait()


async def waiting(journal: Journal, parent: RunId | None = None) -> RunId:
    step = None if parent is None else ParentStep(run_id=parent, seq=WAITS, depth=1)
    run_id = (await journal.create(new_run(parent=step))).run_id
    await journal.append(run_id, 1, [step_started(run_id), step_waiting(run_id), run_waiting(run_id)])
    return run_id


async def test_a_message_is_told_and_counted(journal: SignallingJournal) -> None:
    heard = Heard(journal)
    run_id, other = [await waiting(journal) for _ in range(2)]
    await journal.deliver(run_id, WAITS, answer())
    await heard.until(run_id)
    assert await journal.stirred([run_id, other]) == {run_id: Stirred(messages_received=1), other: Stirred()}


async def test_a_wish_to_cancel_is_told(journal: SignallingJournal) -> None:
    heard = Heard(journal)
    run_id = await waiting(journal)
    await journal.request_cancel(run_id)
    await heard.until(run_id)
    assert await journal.stirred([run_id]) == {run_id: Stirred(cancel_requested=True)}


async def test_the_end_of_a_child_is_told_to_its_parent(journal: SignallingJournal) -> None:
    heard = Heard(journal)
    parent = await waiting(journal)
    child = await waiting(journal, parent)
    await journal.append(child, 4, [run_resumed(child), run_finished(child)])
    await heard.until(parent)
    assert await journal.stirred([parent]) == {parent: Stirred(messages_received=1)}


async def test_runs_that_are_not_there_are_left_out(journal: SignallingJournal) -> None:
    assert await journal.stirred([RunId("5f0c1a3e-0000-7000-8000-000000000000")]) == {}
    assert await journal.stirred([]) == {}


async def test_who_stopped_listening_hears_nothing_more(journal: SignallingJournal) -> None:
    deaf, heard = Heard(journal), Heard(journal)
    deaf.stop()
    run_id = await waiting(journal)
    await journal.request_cancel(run_id)
    await heard.until(run_id)
    assert deaf.runs == []
