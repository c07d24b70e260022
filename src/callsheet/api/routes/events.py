"""The live progress of one run."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from callsheet.access.scopes import Scope
from callsheet.api.access import GuardedRoute, needs
from callsheet.api.identifiers import run_id_of, seq_of
from callsheet.api.observing import subscribed
from callsheet.api.parts import TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.sse import EventStream, event_stream

router = APIRouter(prefix="/api", tags=["workflow"], route_class=GuardedRoute)

_EXAMPLE = (
    "event: run_started\n"
    'data: {"type":"run_started","run_id":"76d6903c-f520-4a40-b0fc-8fed3f7955d2",'
    '"scenario_id":"news_source_discovery_v1","started_at":"2026-04-24T09:27:59.873+00:00"}\n\n'
    "event: step_started\n"
    'data: {"type":"step_started","run_id":"76d6903c-...","step_name":"search_news_sources",'
    '"index":0,"started_at":"2026-04-24T09:27:59.875+00:00"}\n\n'
    "event: step_finished\n"
    'data: {"type":"step_finished","run_id":"76d6903c-...","step_name":"search_news_sources",'
    '"index":0,"status":"success","started_at":"2026-04-24T09:27:59.875+00:00",'
    '"finished_at":"2026-04-24T09:28:00.028+00:00","message":""}\n\n'
    "event: run_finished\n"
    'data: {"type":"run_finished","run_id":"76d6903c-...","status":"success",'
    '"finished_at":"2026-04-24T09:28:01.750+00:00","message":""}\n\n'
)


@router.get(
    "/runs/{run_id}/events",
    summary="Live run progress (SSE)",
    description=(
        "Server-Sent Events stream. Late subscribers receive a replay of "
        "buffered events first, then tail new events until `run_finished`.\n\n"
        "Event types: `run_started`, `step_started`, `step_finished`, "
        "`run_finished`. Each event is JSON in the SSE `data:` field."
    ),
    response_class=EventStream,
    status_code=200,
    responses={
        200: {
            "description": "SSE stream of run events",
            "content": {"text/event-stream": {"example": _EXAMPLE}},
        },
        204: {"description": "The run is finished and there is no event after the given one"},
        404: described("Unknown run_id"),
        422: described("Validation Error"),
        503: described("The journal cannot be read now"),
    },
)
@needs(Scope.RUNS_READ)
async def get_run_events(
    run_id: str,
    parts: TheParts,
    last_event_id: Annotated[str | None, Header(description="Resume after this `id`; what is none is ignored.")] = None,
    after: Annotated[str | None, Query(description="The same for clients that cannot set the header.")] = None,
) -> Response:
    """The stream; everything that can be refused is refused before its first byte."""
    run = await parts.runs.summary(run_id_of(run_id))
    seq = seq_of(last_event_id, after)
    if run.status.is_terminal and seq >= run.last_seq:
        return Response(status_code=204)
    if seq > run.last_seq:
        seq = 0  # no event of this run ever had it
    events = event_stream(parts.runs, run.run_id, seq, parts.draining)
    return EventStream(events, parts.options, parts.draining, subscribed(parts.observer, "run"))
