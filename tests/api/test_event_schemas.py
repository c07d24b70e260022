"""The models that describe events fit what is written, and the OpenAPI document has them."""

import asyncio
from dataclasses import replace
from typing import Any, get_args

import orjson
import pytest
from pydantic import TypeAdapter, ValidationError

from callsheet.api.elision import event_text
from callsheet.api.overview import READY, REFETCH, item_block
from callsheet.api.schemas.events import AnyOverviewEvent, AnyRunEvent, OverviewEvent, RunEvent
from callsheet.errors.tools import ToolFailed
from callsheet.runs.answers import Answer
from callsheet.runs.codec import encode
from callsheet.runs.events import Event, ForkedFrom, Record, RunId, RunStatus, RunTrigger, StepPath, TriggerKind
from callsheet.runs.feed import RunChanged, RunRemoved
from callsheet.runs.ports import Journal
from callsheet.runs.tools import Elicitation, InputRequired, ToolCall, ToolOutcome
from callsheet.scenario.json import Json, JsonObject
from callsheet.testing import MemorySystem, memory_system
from tests.api.house import House
from tests.api.overviews import watching
from tests.api.readers import read_naively
from tests.support.events import NOON, new_id, run_started, step_finished
from tests.support.scenarios import scenario

RUN_EVENT = TypeAdapter(RunEvent)
OVERVIEW_EVENT = TypeAdapter(OverviewEvent)
MODELS = {model.__name__ for model in get_args(AnyOverviewEvent)}


def types_of(union: Any) -> set[str]:
    """The `type` of each model of a union."""
    return {get_args(model.model_fields["type"].annotation)[0] for model in get_args(union)}


def check(data: bytes) -> str:
    """The `type` of an event that has the fields of its model, and no others."""
    RUN_EVENT.validate_json(data, extra="forbid")
    return orjson.loads(data)["type"]


async def book(call: ToolCall) -> Json | ToolOutcome:
    """Fails first, then says how far it is, asks, and books."""
    if call.attempt == 1:
        raise ToolFailed("Not yet.", server="travel", tool="book")
    assert call.listener is not None
    call.listener.progress(0.5, 1, "half")
    call.listener.log("info", "desk", {"n": 1})
    if call.continuation is None:
        return InputRequired(requests=(Elicitation(key="where", message="Where to?", url=None),), continuation="state")
    return {"booked": True}


async def fail(call: ToolCall) -> Json:
    """Always fails."""
    raise ToolFailed("No.", server="travel", tool="fail")


TRIP = scenario(
    {
        "name": "each",
        "type": "foreach",
        "items": [1, 2],
        "as": "n",
        "on_error": "continue",
        "steps": [{"name": "never", "type": "tool", "tool": "fail", "input": {}}],
    },
    {"name": "book", "type": "tool", "tool": "book", "retry": {"max_attempts": 2, "initial_interval": "1ms"}},
    {"name": "inside", "type": "scenario", "scenario_id": "child", "input": {}},
    {"name": "last", "type": "tool", "tool": "fail", "input": {}},
    scenario_id="trip",
    env=["REGION"],
)
CHILD = scenario({"name": "nothing", "type": "transform", "output": {}}, scenario_id="child")


async def every_record(system: MemorySystem, run_id: RunId) -> list[Record]:
    """The records of the run, and of the run that it began."""
    state = await system.finished(run_id)
    children = await system.runs.children(state)
    return [record for run in (run_id, *(child.run_id for child in children)) for record in await read(system, run)]


async def read(system: MemorySystem, run_id: RunId) -> list[Record]:
    return list(await system.journal.read(run_id))


async def asked(journal: Journal, run_id: RunId, system: MemorySystem) -> None:
    """Return when the run waits for an answer; the clock goes on meanwhile."""
    async with asyncio.timeout(5):
        while (row := await journal.summary(run_id)).status is not RunStatus.WAITING:
            system.clock.advance(1)
            await journal.wait(run_id, row.last_seq)


async def test_a_run_in_which_everything_happens_writes_events_as_described() -> None:
    tools = {"travel": {"book": book, "fail": fail}}
    async with memory_system([TRIP, CHILD], tools, environment={"CALLSHEET_ENV_REGION": "north"}) as system:
        run_id = (await system.runs.submit("trip", {}, priority=3)).run_id
        await asked(system.journal, run_id, system)
        await system.answers.answer(run_id, StepPath("book"), Answer(approved=True))
        records = await every_record(system, run_id)
    assert {check(record.data) for record in records} == types_of(AnyRunEvent)


@pytest.mark.parametrize(
    "event",
    [
        replace(run_started(), forked_from=ForkedFrom(run_id=new_id(), from_step=StepPath("a"))),
        replace(run_started(), trigger=RunTrigger(kind=TriggerKind.HOOK, name="push")),
        replace(run_started(), trigger=RunTrigger(kind=TriggerKind.SCHEDULE, name="nightly", slot=NOON)),
    ],
)
def test_a_start_with_what_is_not_always_there_is_as_described(event: Event) -> None:
    assert check(encode(event)[1]) == "run_started"


@pytest.mark.parametrize("event", [run_started(data={"x": "y" * 70_000}), step_finished(new_id(), output="y" * 70_000)])
def test_an_event_without_its_large_values_is_as_described(event: Event) -> None:
    kind, data = encode(event)
    shown = event_text(Record(seq=1, type=kind, data=data))
    assert len(shown) < 1_000
    assert check(shown) == kind


def test_what_no_event_has_is_not_described() -> None:
    data: JsonObject = orjson.loads(encode(step_finished(new_id()))[1])
    with pytest.raises(ValidationError, match="surprise"):
        check(orjson.dumps(data | {"surprise": 1}))


async def test_the_stream_of_all_runs_sends_events_as_described(house: House) -> None:
    run_id = await house.run()
    row = await house.runs.summary(run_id)
    items = item_block(RunChanged(row=row)), item_block(RunRemoved(run_id=run_id))
    seen = [(event.type, event.data) for event in read_naively(b"".join((READY, REFETCH, *items)))]
    async with watching(house, {run_id: 0}) as overview:
        event = await overview.next()
        seen.append((event.type, event.data))
    for kind, data in seen:
        OVERVIEW_EVENT.validate_python(data, extra="forbid")
        assert data["type"] == kind
    told = {kind for kind, _ in seen}
    assert told == {"ready", "refetch", "run_status", "run_deleted", "run_started"}
    assert types_of(AnyOverviewEvent) - types_of(AnyRunEvent) - told == {"unfollowed"}


async def test_the_document_has_a_schema_for_each_event_and_for_both_streams(house: House) -> None:
    schemas = house.app.openapi()["components"]["schemas"]
    described = [schema["properties"]["type"] for name, schema in schemas.items() if name in MODELS]
    assert {each["const"] for each in described} == types_of(AnyOverviewEvent)
    assert set(schemas["RunEvent"]["discriminator"]["mapping"]) == types_of(AnyRunEvent)
    assert set(schemas["OverviewEvent"]["discriminator"]["mapping"]) == types_of(AnyOverviewEvent)
    assert "omitted" not in schemas["StepFinishedEvent"]["required"]
    assert "default" not in schemas["RunStartedEvent"]["properties"]["priority"]
