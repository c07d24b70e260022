"""Schedules: look, save, remove, pause, resume, start now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Header, Response

from callsheet.access.scopes import Scope
from callsheet.api.access import needs
from callsheet.api.auditing import TheDeed
from callsheet.api.decoding import StrictRoute
from callsheet.api.etags import ABSENT, MATCHED, etag
from callsheet.api.identifiers import trigger_name_of
from callsheet.api.parts import Parts, TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.runs import RunSubmitResponse
from callsheet.api.schemas.triggers import ScheduleDetail, ScheduleRow, ScheduleStateBody, SlotRow, TriggerSavedBody
from callsheet.api.triggers import SAVE_DESCRIPTION, SAVE_RESPONSES, delete_trigger, save_trigger
from callsheet.errors.service import ShuttingDown
from callsheet.runs.codec import timestamp
from callsheet.runs.events import TriggerKind
from callsheet.runs.triggers.entries import TriggerEntry

_SCHEDULE: Final = TriggerKind.SCHEDULE
_NEXT: Final = 5
_LAST: Final = 50
_UNKNOWN: Final = described("Unknown schedule")

router = APIRouter(
    prefix="/api",
    tags=["triggers"],
    route_class=StrictRoute,
    responses={
        422: described("Validation Error"),
        503: described("The journal cannot be used now; nothing was changed"),
    },
)


@router.get("/schedules", response_model=list[ScheduleRow], summary="List schedules")
@needs(Scope.TRIGGERS_READ)
async def get_schedules(parts: TheParts) -> list[ScheduleRow]:
    """Every schedule, files and saved ones, broken ones included."""
    states = await parts.triggers.states()
    return [
        ScheduleRow.of(entry, paused=entry.name in states and states[entry.name].paused, slots=_next(parts, entry, 1))
        for entry in await parts.triggers.list(_SCHEDULE)
    ]


@router.get("/schedules/{name}", response_model=ScheduleDetail, summary="Get one schedule", responses={404: _UNKNOWN})
@needs(Scope.TRIGGERS_READ)
async def get_schedule(name: str, response: Response, parts: TheParts) -> ScheduleDetail:
    """One schedule: its document, its next slots, and what was decided about the last ones."""
    entry = await parts.triggers.get(_SCHEDULE, trigger_name_of(_SCHEDULE, name))
    state = (await parts.triggers.states()).get(entry.name)
    coming = _next(parts, entry, _NEXT)
    response.headers["ETag"] = etag(entry.revision)
    return ScheduleDetail.of(
        entry,
        paused=state is not None and state.paused,
        slots=coming,
        document=entry.document,
        next_slots=[timestamp(slot) for slot in coming],
        last_slots=[SlotRow.of(slot) for slot in await parts.triggers.slots(entry, _LAST)],
    )


@router.put(
    "/schedules/{name}",
    response_model=TriggerSavedBody,
    summary="Save a schedule",
    description=SAVE_DESCRIPTION,
    responses=SAVE_RESPONSES,
)
@needs(Scope.TRIGGERS_WRITE, action="schedule.save")
async def put_schedule(
    name: str,
    document: Annotated[dict[str, Any], Body()],
    response: Response,
    parts: TheParts,
    deed: TheDeed,
    if_match: Annotated[
        str | None, Header(description="The revision that the change was made from.", json_schema_extra=MATCHED)
    ] = None,
    if_none_match: Annotated[str | None, Header(description="`*`: create only.", json_schema_extra=ABSENT)] = None,
) -> TriggerSavedBody:
    """Save a document; it is durable before the answer is sent."""
    saved = await save_trigger(parts, _SCHEDULE, name, document, response, (if_match, if_none_match))
    deed.made(saved.revision)
    return saved


@router.delete(
    "/schedules/{name}",
    status_code=204,
    response_class=Response,
    summary="Remove a saved schedule",
    description="Runs that it started go on. What was decided about its slots is kept.",
    responses={404: _UNKNOWN, 409: described("It is a file, or not at the revision of `If-Match`")},
)
@needs(Scope.TRIGGERS_WRITE, action="schedule.delete")
async def delete_schedule(
    name: str,
    parts: TheParts,
    if_match: Annotated[str | None, Header(description="Only this revision.", json_schema_extra=MATCHED)] = None,
) -> Response:
    """Remove a document; durable before the answer is sent."""
    return await delete_trigger(parts, _SCHEDULE, name, if_match)


@router.post(
    "/schedules/{name}/pause",
    response_model=ScheduleStateBody,
    summary="Pause a schedule",
    description="No slot fires until it is resumed, here or in any other process. Files can be paused, too.",
    responses={404: _UNKNOWN},
)
@needs(Scope.TRIGGERS_OPERATE, action="schedule.pause")
async def post_pause(name: str, parts: TheParts) -> ScheduleStateBody:
    """Pause; durable before the answer is sent."""
    return await _pause(parts, name, paused=True)


@router.post(
    "/schedules/{name}/resume",
    response_model=ScheduleStateBody,
    summary="Resume a schedule",
    description="Slots fire from now on; those of the pause do not.",
    responses={404: _UNKNOWN},
)
@needs(Scope.TRIGGERS_OPERATE, action="schedule.resume")
async def post_resume(name: str, parts: TheParts) -> ScheduleStateBody:
    """Resume; durable before the answer is sent."""
    return await _pause(parts, name, paused=False)


@router.post(
    "/schedules/{name}/trigger",
    response_model=RunSubmitResponse,
    status_code=202,
    summary="Start a schedule's run now",
    description="Beside its slots and whatever is at work, also when it is paused.",
    responses={404: _UNKNOWN, 422: described("The schedule has errors, or its run cannot start")},
)
@needs(Scope.TRIGGERS_OPERATE, action="schedule.trigger")
async def post_trigger(name: str, response: Response, parts: TheParts) -> RunSubmitResponse:
    """Accept a run; it is durable before the answer is sent."""
    if parts.draining.started:
        raise ShuttingDown
    run, run_input = await parts.triggers.start(trigger_name_of(_SCHEDULE, name))
    response.headers["Location"] = f"/api/runs/{run.run_id}"
    return RunSubmitResponse.of(run, run_input)


async def _pause(parts: Parts, name: str, *, paused: bool) -> ScheduleStateBody:
    state = await parts.triggers.pause(trigger_name_of(_SCHEDULE, name), paused=paused)
    return ScheduleStateBody(name=name, paused=state.paused)


def _next(parts: Parts, entry: TriggerEntry, count: int) -> Sequence[datetime]:
    return parts.triggers.next_slots(entry.schedule, count) if entry.schedule else ()
