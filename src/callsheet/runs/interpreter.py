"""Executes runs: reads a run's journal, goes through its scenario, and writes what happens.

`execute` may be called any number of times for one run, by any worker: it goes on where the journal ends. It is
deterministic; every effect goes through a port.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from callsheet.errors.scenarios import ScenarioInvalid, ScenarioNotFound
from callsheet.runs.acceptance import Acceptance
from callsheet.runs.cache import ResultCache
from callsheet.runs.children import Children
from callsheet.runs.control import Control
from callsheet.runs.ending import ending
from callsheet.runs.events import RunError, RunId, RunStatus
from callsheet.runs.execution import Around, Execution
from callsheet.runs.fairness import rebuild
from callsheet.runs.ports import Cipher, Clock, Engine, Entropy, Environment, Journal
from callsheet.runs.redaction.known import KnownSecrets
from callsheet.runs.scenarios import PinnedScenarios
from callsheet.runs.state import RunState
from callsheet.runs.steps.registry import EXECUTORS
from callsheet.runs.tools import Tools
from callsheet.runs.walk import walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """Executes runs over the ports. Keeps the scenarios of runs at work and the results that may be taken again."""

    journal: Journal
    tools: Tools
    clock: Clock
    entropy: Entropy
    environment: Environment
    scenarios: PinnedScenarios
    children: Children
    cache: ResultCache
    cipher: Cipher
    secrets: KnownSecrets

    @classmethod
    def over(
        cls,
        *,
        journal: Journal,
        tools: Tools,
        clock: Clock,
        entropy: Entropy,
        environment: Environment,
        acceptance: Acceptance,
        cipher: Cipher,
    ) -> Self:
        """An interpreter over the ports; `acceptance` finds the scenarios that steps run."""
        return cls(
            journal=journal,
            tools=tools,
            clock=clock,
            entropy=entropy,
            environment=environment,
            scenarios=PinnedScenarios(journal),
            children=Children(acceptance=acceptance, journal=journal, clock=clock),
            cache=ResultCache(clock),
            cipher=cipher,
            secrets=acceptance.secrets,
        )

    async def execute(self, run_id: RunId, control: Control, engine: Engine) -> datetime | None:
        """Bring the run to its end, or to where it waits, or to where `control` lets go of it.

        Args:
            run_id: the run.
            control: the engine's link to this execution.
            engine: dispatches the runs that this one begins, and the run that waits for this one.

        Returns:
            When a run that waits goes on by itself; None when it does not.

        Raises:
            RunNotFound: there is no such run.
            RunDamaged: what the journal holds of it is not what was written.
            RunOwnershipLost: another worker executes it; nothing of ours was written.
            JournalUnavailable: execute it again later; it goes on where the journal ends.
            Exception: a fault of ours; the run has ended failed with `Internal`.
        """
        records = await self.journal.read(run_id)
        state = await rebuild(records)
        until = None
        try:
            if not state.status.is_terminal:
                until = await self._go_on(state, sum(len(record.data) for record in records), control, engine)
        finally:
            if state.status.is_terminal:
                self.tools.release(run_id)
                if state.parent is not None:
                    await engine.dispatch(state.parent.run_id, priority=state.priority)
        return until

    async def _go_on(self, state: RunState, size: int, control: Control, engine: Engine) -> datetime | None:
        try:
            scenario = await self.scenarios.get(state.revision)
        except (ScenarioNotFound, ScenarioInvalid) as exc:
            error = RunError(code="Internal", message=exc.message)
            events = ending(state, self.clock.now(), RunStatus.FAILED, error)
            await self.journal.append(state.run_id, state.last_seq, events)
            return None
        around = Around(
            journal=self.journal,
            tools=self.tools,
            clock=self.clock,
            entropy=self.entropy,
            environment=self.environment,
            engine=engine,
            executors=EXECUTORS,
            children=self.children,
            cache=self.cache,
            cipher=self.cipher,
            secrets=self.secrets,
        )
        own = control.below("The run was cancelled")
        execution = Execution(scenario=scenario, state=state, size=size, control=own, around=around)
        silence = control.listen(execution.look_again)
        try:
            return await walk(execution, own)
        finally:
            silence()
            own.leave()
