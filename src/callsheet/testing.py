"""Test your scenarios without servers: an in-memory system, tools that are functions, and a clock that you move.

```python
async def echo(call: ToolCall) -> Json:
    return call.arguments

async def test_my_scenario():
    async with memory_system([document], {"demo": {"echo": echo}}) as system:
        state = await system.run("my_scenario", {"url": "https://example.org"})
        assert state.output == {"url": "https://example.org"}
```
"""

import asyncio
import itertools
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from callsheet.catalog.memory import MemoryCatalog
from callsheet.engine.cipher import KEY_BYTES, KeyCipher
from callsheet.engine.environment import OperatorEnvironment
from callsheet.engine.local import LocalEngine, local_engine
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.acceptance import Acceptance
from callsheet.runs.answers import Answers
from callsheet.runs.events import RunId
from callsheet.runs.interpreter import Interpreter
from callsheet.runs.limits import ScenarioLimits
from callsheet.runs.ports import Journal
from callsheet.runs.service import RunService
from callsheet.runs.state import RunState
from callsheet.runs.tools import ToolCall, Tools
from callsheet.scenario.json import Json, JsonObject
from callsheet.tools.memory import MemoryTool, MemoryTools

__all__ = ["Json", "ManualClock", "MemorySystem", "SeededEntropy", "ToolCall", "memory_system"]


class ManualClock:
    """A clock that stands still until `advance` moves it."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now = start
        self._timers: dict[int, tuple[datetime, Callable[[], None]]] = {}
        self._numbers = itertools.count()
        self.asked_to_sleep = asyncio.Event()

    def now(self) -> datetime:
        """Where the clock stands."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved so far."""
        woken = asyncio.Event()
        cancel = self.call_later(seconds, woken.set)
        self.asked_to_sleep.set()
        try:
            await woken.wait()
        finally:
            cancel()

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when the clock was moved so far."""
        number = next(self._numbers)
        self._timers[number] = (self._now + timedelta(seconds=seconds), callback)

        def cancel() -> None:
            self._timers.pop(number, None)

        return cancel

    def advance(self, seconds: float) -> None:
        """Move the clock, and call what is due."""
        self._now += timedelta(seconds=seconds)
        while (number := self._next_due()) is not None:
            _, callback = self._timers.pop(number)
            callback()

    def _next_due(self) -> int | None:
        due = [(moment, number) for number, (moment, _) in self._timers.items() if moment <= self._now]
        return min(due, default=(None, None))[1]


class SeededEntropy:
    """Run ids that count up, and a jitter that is always the whole interval."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    def run_id(self) -> RunId:
        """`00000000-0000-7000-8000-000000000001` and so on."""
        return RunId(str(uuid.UUID(int=(0x7 << 76) | (0x2 << 62) | next(self._ids))))

    def jitter(self) -> float:
        """1."""
        return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySystem:
    """A whole system in memory."""

    runs: RunService
    answers: Answers
    catalog: MemoryCatalog
    tools: Tools
    journal: Journal
    engine: LocalEngine
    clock: ManualClock

    async def run(self, scenario_id: str, run_input: JsonObject | None = None) -> RunState:
        """Start a run, wait for its end, and return its state; 10 s at most."""
        async with asyncio.timeout(10):
            summary = await self.runs.submit(scenario_id, run_input or {})
            return await self.finished(summary.run_id)

    async def finished(self, run_id: RunId) -> RunState:
        """The state of a run once it has ended."""
        async for _ in self.runs.follow(run_id):
            pass
        return await self.runs.state(run_id)


@asynccontextmanager
async def memory_system(
    documents: Sequence[JsonObject],
    tools: Mapping[str, Mapping[str, MemoryTool]] | Tools,
    *,
    journal: Journal | None = None,
    environment: Mapping[str, str] | None = None,
    clock: ManualClock | None = None,
    max_concurrent_runs: int = 100,
    drain_timeout: float = 0.0,
) -> AsyncGenerator[MemorySystem, None]:
    """A system whose scenarios are `documents` and whose tools are functions, by server and name.

    Args:
        documents: scenarios as JSON; broken ones are in the catalog with their problems.
        tools: functions by server and name, or any adapter of the `Tools` port.
        journal: a journal to go on with, for a second "process" after the first; a new one by default.
        environment: `CALLSHEET_ENV_…` and `CALLSHEET_SECRET_…`, what the operator gives scenarios.
        clock: a clock to go on with; a new one by default.
        max_concurrent_runs: as the setting of that name.
        drain_timeout: seconds that steps at work may take when the block ends.
    """
    clock, entropy = clock or ManualClock(), SeededEntropy()
    catalog = MemoryCatalog(documents)
    pool: Tools = MemoryTools(tools) if isinstance(tools, Mapping) else tools
    store = journal or MemoryJournal()
    given = OperatorEnvironment(environment or {})
    acceptance = Acceptance(catalog, given, pool)
    interpreter = Interpreter.over(
        journal=store,
        tools=pool,
        clock=clock,
        entropy=entropy,
        environment=given,
        acceptance=acceptance,
        cipher=KeyCipher(bytes(KEY_BYTES)),
    )
    async with local_engine(
        journal=store,
        execute=interpreter.execute,
        clock=clock,
        max_concurrent_runs=max_concurrent_runs,
        drain_timeout=drain_timeout,
        limits=ScenarioLimits(catalog, clock),
    ) as engine:
        runs = RunService(acceptance=acceptance, journal=store, engine=engine, clock=clock, entropy=entropy)
        answers = Answers(journal=store, engine=engine, clock=clock, secrets=acceptance.secrets)
        yield MemorySystem(
            runs=runs, answers=answers, catalog=catalog, tools=pool, journal=store, engine=engine, clock=clock
        )
