"""Events come back from their JSON as they were written."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from callsheet.runs.codec import decode, encode
from callsheet.runs.events import (
    Event,
    Record,
    Revision,
    RunId,
    RunStarted,
    RunTrigger,
    StepLog,
    StepPath,
    StepProgress,
    StepResumed,
    StepWaiting,
    TriggerKind,
)

AT = datetime(2026, 11, 24, 7, 30, 0, 125_000, tzinfo=UTC)
RUN, PATH = RunId("76d6903c-f520-4a40-b0fc-8fed3f7955d2"), StepPath("each[3].ask")
STEP: Any = {"run_id": RUN, "step_name": "ask", "index": 4, "at": AT, "step_path": PATH}
STARTED = RunStarted(run_id=RUN, scenario_id="news", started_at=AT, revision=Revision("5f0c"), input={"n": 1})
WAITING = StepWaiting(
    **STEP,
    waits_for={"kind": "elicitation"},
    continuation="v1.abc",
)


@pytest.mark.parametrize(
    "event",
    [
        WAITING,
        replace(WAITING, until=AT, continuation=""),
        STARTED,
        replace(STARTED, trigger=RunTrigger(kind=TriggerKind.HOOK, name="push")),
        replace(STARTED, trigger=RunTrigger(kind=TriggerKind.SCHEDULE, name="nightly", slot=AT)),
        StepResumed(**STEP, waited=7, action="accept", by="ada"),
        StepProgress(**STEP, progress=0.5, total=1, message="half"),
        StepProgress(**STEP, progress=12),
        StepLog(**STEP, level="error", logger="db", data={"n": [1]}),
    ],
)
def test_an_event_comes_back_from_its_json(event: Event) -> None:
    kind, data = encode(event)
    assert decode(Record(seq=8, type=kind, data=data)) == event


def test_only_a_wait_that_has_one_shows_a_continuation() -> None:
    assert b"continuation" in encode(WAITING)[1]
    assert b"continuation" not in encode(replace(WAITING, continuation=""))[1]
