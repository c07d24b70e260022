"""One stream for everything that a client shows: the status of all runs, and the events of some."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query

from callsheet.access.scopes import Scope
from callsheet.api.access import GuardedRoute, TheCaller, needs
from callsheet.api.errors import Refused, shortened
from callsheet.api.identifiers import run_id_of, seq_of
from callsheet.api.observing import subscribed
from callsheet.api.overview import overview
from callsheet.api.parts import Parts, TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.sse import EventStream
from callsheet.errors.runs import RunNotFound
from callsheet.runs.events import RunId

_MAX_FOLLOWS: Final = 100

_EXAMPLE = (
    "event: ready\n"
    'data: {"type":"ready"}\n'
    "retry: 2000\n\n"
    "event: run_status\n"
    'data: {"type":"run_status","run_id":"76d6903c-f520-4a40-b0fc-8fed3f7955d2",'
    '"scenario_id":"news_source_discovery_v1","status":"running","message":"",'
    '"started_at":"2026-04-24T09:27:59.873+00:00","finished_at":null,"last_seq":2,"parent_run_id":null,"priority":0}\n\n'
    "event: step_finished\n"
    'data: {"type":"step_finished","run_id":"76d6903c-...","step_name":"search_news_sources",'
    '"index":0,"status":"success","started_at":"2026-04-24T09:27:59.875+00:00",'
    '"finished_at":"2026-04-24T09:28:00.028+00:00","message":""}\n'
    "id: 76d6903c-f520-4a40-b0fc-8fed3f7955d2:3\n\n"
    "event: run_deleted\n"
    'data: {"type":"run_deleted","run_id":"0b9d2c1e-8d2f-4c57-9a70-3f0c6a1f2b11"}\n\n'
)

router = APIRouter(prefix="/api", tags=["workflow"], route_class=GuardedRoute)


@router.get(
    "/events",
    summary="Live status of all runs (SSE)",
    description=(
        "Server-Sent Events stream that does not end. It begins with `ready`; from then on every change of a run's "
        "status comes as `run_status`, the latest of each run, and a removed run as `run_deleted`. Nothing is "
        "replayed: fetch `GET /api/runs` after `ready`, and again after `refetch`, which says that changes were "
        "dropped.\n\n"
        "Of each run named by `follow` every event comes, as in `GET /api/runs/{run_id}/events`, with the id "
        "`<run_id>:<seq>`: those after the given `seq` first, then new ones as they are written. `unfollowed` says "
        "that nothing more will come of such a run, and why."
    ),
    response_class=EventStream,
    status_code=200,
    responses={
        200: {"description": "SSE stream of all runs", "content": {"text/event-stream": {"example": _EXAMPLE}}},
        404: described("Unknown run_id in `follow`"),
        422: described("Validation Error"),
        503: described("The journal cannot be read now"),
    },
)
@needs(Scope.RUNS_READ)
async def get_events(
    parts: TheParts,
    caller: TheCaller,
    follow: Annotated[
        list[str] | None,
        Query(description=f"`<run_id>:<seq>`, repeated for up to {_MAX_FOLLOWS} runs: every event after `seq`."),
    ] = None,
    last_event_id: Annotated[
        str | None,
        Header(description="`<run_id>:<seq>`, sent by a browser: wins over the `seq` of this run's `follow`."),
    ] = None,
) -> EventStream:
    """The stream; everything that can be refused is refused before its first byte."""
    cursors = await _existing(parts, _cursors(follow or (), last_event_id or ""))
    events = overview(parts.runs, parts.feed, caller, cursors, parts.draining)
    return EventStream(events, parts.options, parts.draining, subscribed(parts.observer, "all"))


def _cursors(follow: Sequence[str], last: str) -> dict[RunId, int]:
    if len(follow) > _MAX_FOLLOWS:
        message = f"A stream follows at most {_MAX_FOLLOWS} runs, and here are {len(follow)}. Open another stream."
        problem = {"in": "query", "pointer": "/follow", "message": message}
        raise Refused("request.invalid", message, [problem])
    cursors = dict(map(_cursor, follow))
    run_id, _, seq = last.rpartition(":")
    if run_id in cursors:
        cursors[RunId(run_id)] = seq_of(seq, None)
    return cursors


def _cursor(text: str) -> tuple[RunId, int]:
    run_id, _, seq = text.partition(":")
    try:
        return run_id_of(run_id), seq_of(None, seq)
    except RunNotFound:
        raise _unknown(run_id) from None


async def _existing(parts: Parts, cursors: Mapping[RunId, int]) -> dict[RunId, int]:
    """The cursors of the runs that have more to come; one that no event of its run ever had means a full replay."""
    if not cursors:
        return {}
    rows = await parts.runs.summaries(cursors)
    open_cursors: dict[RunId, int] = {}
    for run_id, seq in cursors.items():
        if run_id not in rows:
            raise _unknown(run_id)
        row = rows[run_id]
        if row is None:
            open_cursors[run_id] = seq  # its row is damaged; its events may not be
        elif not (row.status.is_terminal and seq >= row.last_seq):
            open_cursors[run_id] = seq if seq <= row.last_seq else 0
    return open_cursors


def _unknown(run_id: str) -> RunNotFound:
    return RunNotFound(f"Unknown run_id: {shortened(run_id)}")
