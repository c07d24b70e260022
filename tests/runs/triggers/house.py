"""Schedules in memory under a clock that is moved by hand."""

import itertools
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from callsheet.catalog.memory_triggers import MemoryTriggerFiles
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.memory import MemoryJournal
from callsheet.journal.memory_triggers import MemoryTriggerStore
from callsheet.runs.answers import Answer
from callsheet.runs.events import RunId, RunSummary, StepPath
from callsheet.runs.ports import NewRun, RunFilter
from callsheet.runs.triggers.entries import Triggers
from callsheet.runs.triggers.scheduler import Outlook, Scheduler
from callsheet.runs.triggers.slots import Slot
from callsheet.runs.triggers.store import TriggerStore
from callsheet.scenario.json import Json, JsonObject
from callsheet.testing import ManualClock, MemorySystem, memory_system
from tests.support.scenarios import scenario

START = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)

QUICK = scenario(
    {"name": "say", "type": "transform", "output": {"from": "input"}}, scenario_id="quick", input_schema={
        "type": "object", "properties": {"n": {"type": "integer"}}}
)  # fmt: skip
SLOW = scenario({"name": "ask", "type": "approval", "message": "Go on?"}, scenario_id="slow")


def schedule(name: str = "often", cron: str = "* * * * *", scenario_id: str = "quick", **fields: Json) -> JsonObject:
    document: JsonObject = {"schema_version": "1", "name": name, "scenario_id": scenario_id, "cron": cron}
    return {**document, **fields}


class Crashed(Exception):
    """The process ends here."""


class Fragile(MemoryJournal):
    """A journal in whose `create` a process may end, before or after the run is stored, or whose disk is full."""

    def __init__(self) -> None:
        super().__init__()
        self.crash_before = self.crash_after = self.full = False

    async def create(self, run: NewRun) -> RunSummary:
        if self.crash_before:
            raise Crashed
        if self.full:
            raise JournalUnavailable("The disk is full.")
        row = await super().create(run)
        if self.crash_after:
            raise Crashed
        return row


class Ids:
    """The `Entropy` port of a process of its own: other ids than every other process."""

    def __init__(self, process: int) -> None:
        self._ids = itertools.count(process << 32)

    def run_id(self) -> RunId:
        return RunId(str(uuid.UUID(int=next(self._ids))))

    def jitter(self) -> float:
        return 1.0


@dataclass(kw_only=True)
class House:
    """One fleet: a store, a journal, and as many schedulers as a test asks for."""

    system: MemorySystem
    journal: Fragile
    files: MemoryTriggerFiles = field(default_factory=MemoryTriggerFiles)
    store: TriggerStore = field(default_factory=MemoryTriggerStore)
    processes: int = 0

    @property
    def clock(self) -> ManualClock:
        return self.system.clock

    def put(self, document: JsonObject) -> None:
        self.files.put(f"{document['name']}.schedule.json", document)

    def scheduler(self, files: MemoryTriggerFiles | None = None) -> Scheduler:
        """A scheduler as another process has it."""
        self.processes += 1
        return Scheduler(
            triggers=Triggers(files=files or self.files, store=self.store),
            store=self.store,
            runs=self.system.runs,
            journal=self.journal,
            clock=self.clock,
            entropy=Ids(self.processes),
        )

    async def advance(self, scheduler: Scheduler, seconds: float, step: float = 30) -> Outlook:
        """Let time pass, with a look every `step` seconds."""
        outlook = await scheduler.look()
        for _ in range(int(seconds // step)):
            self.clock.advance(step)
            outlook = await scheduler.look()
        return outlook

    async def slots(self, name: str = "often") -> list[Slot]:
        """Every slot of a schedule, oldest first."""
        return list(reversed(await self.store.slots(name, 10_000)))

    async def told(self, name: str = "often") -> list[str]:
        """Every slot as `HH:MM decision`."""
        return [f"{slot.at:%H:%M} {slot.decision}" for slot in await self.slots(name)]

    async def runs(self) -> list[RunSummary]:
        """Every run, oldest first."""
        return list(reversed((await self.journal.runs(RunFilter(), 10_000)).runs))

    async def finished(self, run_id: RunId) -> None:
        await self.system.finished(run_id)

    async def approve(self, run_id: RunId) -> None:
        """End a run of `slow`."""
        while "ask" not in (await self.system.runs.state(run_id)).steps:
            await self.journal.wait(run_id, (await self.journal.summary(run_id)).last_seq)
        await self.system.answers.answer(run_id, StepPath("ask"), Answer(approved=True))
        await self.finished(run_id)

    def jump(self, hours: float) -> None:
        """Set the clock; timers are not concerned."""
        self.clock.__dict__["_now"] = self.clock.now() + timedelta(hours=hours)


@asynccontextmanager
async def house(start: datetime = START, store: TriggerStore | None = None) -> AsyncGenerator[House]:
    journal = Fragile()
    async with memory_system([QUICK, SLOW], {}, journal=journal, clock=ManualClock(start)) as system:
        yield House(system=system, journal=journal, store=store or MemoryTriggerStore())
