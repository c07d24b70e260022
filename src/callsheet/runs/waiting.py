"""Steps that wait for a person, a moment, another run; what they wait for is journaled, so they can be let go."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from callsheet.errors.runs import AlreadyAnswered
from callsheet.runs.events import Message, StepWaiting
from callsheet.runs.executor import Attempt
from callsheet.runs.scope import Scope
from callsheet.scenario.json import JsonObject

HELD: Final = timedelta(seconds=60)
"""The pause before a retry is the run's own affair up to here: the longest that a policy has by default."""

SHORT: Final = timedelta(seconds=2)
"""A pause this short does not park the run: to read it back would cost more."""

TASK: Final = "task"
"""The `kind` of a step's `waits_for` when its tool works as a task: no message ends that."""

TIMED_OUT: Final = "timeout"


async def pause(scope: Scope, until: datetime, held: timedelta = SHORT) -> None:
    """Return at `until`; the run is parked when that is longer than `held` and nothing else is at work.

    Raises:
        Interrupted: the run is parked, or somebody wants something else.
    """
    execution = scope.execution
    while (remaining := until - execution.now()) > timedelta():
        if remaining <= held:
            with scope.control:
                await execution.clock.sleep(remaining.total_seconds())
        else:
            await execution.commit()
            await execution.parking.wait(scope.control, until)
            scope.control.check()


async def announce(attempt: Attempt, waits_for: JsonObject, until: datetime | None, continuation: str = "") -> int:
    """Write what the step waits for, once; the number of the event that says it, which messages are sent to.

    A step waits for one thing at a time: what it waits for already is this, except for a task, which may ask.

    Raises:
        JournalUnavailable: it could not be written.
    """
    execution, state = attempt.execution, attempt.state
    if state.waiting is None or state.waiting[1].waits_for.get("kind") == TASK:
        waits_for = await execution.cleaned(waits_for)
        attempt.scope.control.check()
        execution.emit(
            StepWaiting(
                run_id=execution.run_id,
                step_name=state.name,
                index=state.index,
                at=execution.now(),
                step_path=state.path,
                waits_for=waits_for,
                until=until,
                continuation=continuation,
            )
        )
    if state.waiting is None:
        raise RuntimeError("A step that was announced as waiting does not wait.")
    number, _ = state.waiting
    await execution.commit()
    return number


async def ask(attempt: Attempt, waits_for: JsonObject, until: datetime | None, continuation: str = "") -> Message:
    """Wait for a message to the step; at `until` the message is that nobody answered in time.

    Exactly one message counts: whoever is first, somebody's answer or the end of the time, is journaled before it does.

    Raises:
        Interrupted: the run is parked, or somebody wants something else.
        JournalUnavailable: the journal cannot be read or written.
    """
    execution = attempt.execution
    number = await announce(attempt, waits_for, until, continuation)
    while (message := await execution.message(number)) is None:
        now = execution.now()
        if until is not None and now >= until:
            await _give_up(attempt, number, now)
            continue
        await execution.parking.wait(attempt.scope.control, until)
        attempt.scope.control.check()
    return message


async def _give_up(attempt: Attempt, number: int, now: datetime) -> None:
    execution = attempt.execution
    with suppress(AlreadyAnswered):  # in this very moment: that answer counts
        timed_out = Message(at=now, value={"kind": TIMED_OUT})
        await execution.around.journal.deliver(execution.run_id, number, timed_out)
    execution.look_again()
