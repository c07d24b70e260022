"""A journal full of runs that a crash left unfinished, written through the journal's own adapters."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from benches.documents import INPUT, SCENARIO_ID
from callsheet.runs.events import Event, Revision, RunId, RunStarted, StepFinished, StepPath, StepStarted, StepStatus
from callsheet.runs.journal import Journal, NewRun
from callsheet.scenario.codec import canonical, digest
from callsheet.scenario.json import JsonObject

_AT_ONCE: Final = 500


async def fill(journal: Journal, document: JsonObject, count: int) -> None:
    """Store `count` runs of `document`, whose first steps are tool steps called `s0` and `s1`.

    A third was only accepted, a third had its first step at work, and a third had finished it.
    """
    definition, revision = canonical(document), Revision(digest(document))
    for first in range(0, count, _AT_ONCE):
        numbers = range(first, min(count, first + _AT_ONCE))
        await asyncio.gather(*(journal.create(_run(number, definition, revision)) for number in numbers))


def _run(number: int, definition: bytes, revision: Revision) -> NewRun:
    run_id, now = RunId(str(uuid.uuid4())), datetime.now(UTC)
    started = RunStarted(run_id=run_id, scenario_id=SCENARIO_ID, started_at=now, revision=revision, input=dict(INPUT))
    return NewRun(started=started, definition=definition, history=tuple(_history(run_id, now)[: number % 3]))


def _history(run_id: RunId, now: datetime) -> Sequence[Event]:
    path = StepPath("s0")
    return (
        StepStarted(
            run_id=run_id,
            step_name="s0",
            index=0,
            started_at=now,
            step_path=path,
            step_type="tool",
            input={"value": INPUT["value"]},
        ),
        StepFinished(
            run_id=run_id,
            step_name="s0",
            index=0,
            status=StepStatus.SUCCESS,
            started_at=now,
            finished_at=now,
            message="",
            step_path=path,
            attempts=1,
            output={"value": INPUT["value"]},
        ),
    )
