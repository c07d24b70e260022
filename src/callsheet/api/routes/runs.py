"""Runs: submit, look, list, cancel."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Response

from callsheet.access.scopes import Scope
from callsheet.api.access import TheCaller, needs
from callsheet.api.auditing import TheDeed
from callsheet.api.decoding import StrictRoute
from callsheet.api.errors import Refused, shortened
from callsheet.api.etags import etag, is_known
from callsheet.api.identifiers import KEY, idempotency_key_of, run_id_of, scenario_id_of
from callsheet.api.parts import TheParts
from callsheet.api.schemas.errors import ErrorBody, described
from callsheet.api.schemas.moments import Moment
from callsheet.api.schemas.runs import (
    RunList,
    RunRow,
    RunSubmitResponse,
    ScenarioRunRequest,
    ScenarioRunResponse,
    StepDetail,
)
from callsheet.errors.runs import StepNotFound
from callsheet.errors.service import ShuttingDown
from callsheet.runs.error_codes import error_codes_of
from callsheet.runs.events import RunId, RunStatus, StepPath
from callsheet.runs.ports import RunFilter

_MAX_PAGE: Final = 200
_JOURNAL_DOWN: Final = described("The journal cannot be used now; nothing was changed")

router = APIRouter(prefix="/api", tags=["workflow"], route_class=StrictRoute, responses={503: _JOURNAL_DOWN})


@router.post(
    "/runs",
    response_model=RunSubmitResponse,
    status_code=202,
    summary="Schedule a scenario run",
    description=(
        "Creates a run record and schedules execution in the background. "
        "Returns immediately with a `run_id`; poll `GET /api/runs/{run_id}` "
        "or subscribe to `GET /api/runs/{run_id}/events` for progress."
    ),
    responses={
        400: described("The JSON is broken or forbidden"),
        404: described("Unknown scenario_id"),
        413: described("The body is too large"),
        415: described("The body is not JSON in UTF-8"),
        422: {"description": "Validation Error", "model": ErrorBody},
    },
)
@needs(Scope.RUNS_WRITE, action="run.start", begins=True)
async def post_run(
    request: ScenarioRunRequest,
    response: Response,
    parts: TheParts,
    caller: TheCaller,
    deed: TheDeed,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="The same key with the same body gives the same run, however often it is sent.",
            json_schema_extra=KEY,
        ),
    ] = None,
) -> RunSubmitResponse:
    """Accept a run; it is durable before the answer is sent."""
    await deed.begin(caller, target=request.scenario_id)
    key = idempotency_key_of(idempotency_key)
    scenario_id = scenario_id_of(request.scenario_id)
    if parts.draining.started:
        raise ShuttingDown
    summary = await parts.runs.submit(scenario_id, request.input, key, priority=request.priority)
    response.headers["Location"] = f"/api/runs/{summary.run_id}"
    return RunSubmitResponse.of(summary, await parts.runs.without_secrets(request.input))


@router.get(
    "/runs/{run_id}",
    response_model=ScenarioRunResponse,
    summary="Get run snapshot",
    description=(
        "Returns the current state of a run. For running runs the `steps` "
        "list reflects progress so far; for terminal runs it is complete."
    ),
    responses={404: described("Unknown run_id"), 422: described("Validation Error")},
)
@needs(Scope.RUNS_READ)
async def get_run(run_id: str, parts: TheParts) -> ScenarioRunResponse:
    """The run as its journal tells it now."""
    state = await parts.runs.state(run_id_of(run_id))
    return ScenarioRunResponse.of(state, await parts.runs.children(state))


@router.get(
    "/runs/{run_id}/scenario",
    response_model=dict[str, Any],
    summary="Get the scenario that a run executes",
    description=(
        "Returns the document with which the run began, whatever the catalog has under this id now; `ETag` is its "
        "revision."
    ),
    responses={
        304: {"description": "The caller has this revision"},
        404: described("Unknown run_id"),
        422: described("Validation Error"),
    },
)
@needs(Scope.RUNS_READ)
async def get_run_scenario(
    run_id: str,
    parts: TheParts,
    if_none_match: Annotated[str | None, Header(description="A revision that the caller has already.")] = None,
) -> Response:
    """The document that is pinned in the journal, as it stands there."""
    revision = (await parts.runs.summary(run_id_of(run_id))).revision
    headers = {"ETag": etag(revision)}
    if is_known(if_none_match, revision):
        return Response(status_code=304, headers=headers)
    return Response(await parts.runs.definition(revision), media_type="application/json", headers=headers)


@router.get(
    "/runs",
    response_model=RunList,
    summary="List runs",
    description="Returns runs, newest first, a page at a time: pass `next_cursor` as `cursor` for the next one.",
    responses={422: described("Validation Error")},
)
@needs(Scope.RUNS_READ)
async def get_runs(
    parts: TheParts,
    scenario_id: Annotated[str | None, Query(max_length=256)] = None,
    status: Annotated[list[str] | None, Query(description="Repeated or separated by commas.")] = None,
    error_code: Annotated[
        list[str] | None,
        Query(description="Runs that ended with an error of this code; repeated or separated by commas."),
    ] = None,
    started_after: Moment | None = None,
    started_before: Moment | None = None,
    finished_before: Moment | None = None,
    parent_run_id: Annotated[
        str | None, Query(max_length=64, description="The runs that steps of this one began.")
    ] = None,
    owner: Annotated[str | None, Query(max_length=256, description="Whose runs, such as `schedule:nightly`.")] = None,
    q: Annotated[
        str | None, Query(max_length=256, description="Looked for in the id, the scenario's id and the message.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=_MAX_PAGE)] = 50,
    cursor: str | None = None,
) -> RunList:
    """The history of runs."""
    where = RunFilter(
        scenario_id=scenario_id,
        status=_statuses(status),
        error_code=_error_codes(error_code),
        started_after=started_after,
        started_before=started_before,
        finished_before=finished_before,
        parent_run_id=None if parent_run_id is None else RunId(parent_run_id.lower()),
        owner=owner or None,
        q=q or None,
    )
    page = await parts.runs.list(where, limit, cursor)
    return RunList(runs=[RunRow.of(row) for row in page.runs], next_cursor=page.next_cursor)


@router.post(
    "/runs/{run_id}/cancel",
    response_model=RunRow,
    status_code=202,
    summary="Cancel a run",
    description=(
        "Asks for the end of a run; the wish is stored before the answer is sent, and reaches a tool call at work. "
        "A finished run stays as it is. Can be repeated."
    ),
    responses={404: described("Unknown run_id"), 422: described("Validation Error")},
)
@needs(Scope.RUNS_WRITE, action="run.cancel")
async def post_cancel(run_id: str, parts: TheParts) -> RunRow:
    """Ask for a run's end."""
    return RunRow.of(await parts.runs.cancel(run_id_of(run_id)))


@router.get(
    "/runs/{run_id}/steps/{step_path}",
    response_model=StepDetail,
    summary="Get one step of a run",
    description="Returns one execution of a step with its values, however large they are, and what its tool logged.",
    responses={404: described("Unknown run_id or step_path"), 422: described("Validation Error")},
)
@needs(Scope.RUNS_READ)
async def get_step(run_id: str, step_path: str, parts: TheParts) -> StepDetail:
    """One execution of a step."""
    state = await parts.runs.state(run_id_of(run_id))
    step = state.steps.get(StepPath(step_path))
    if step is None:
        raise StepNotFound(f"Run {state.run_id} has no step {shortened(step_path)}, or has not come to it yet.")
    logs = await parts.runs.logs(state.run_id, step.path) if step.logs else ()
    return StepDetail.whole(step, await parts.runs.attempts(state.run_id, step), logs)


def _statuses(given: list[str] | None) -> frozenset[RunStatus] | None:
    names = _split(given)
    unknown = [name for name in names if name not in set(RunStatus)]
    if unknown:
        message = f"{shortened(unknown[0])!r} is no status of a run. There are: {', '.join(RunStatus)}."
        problem = {"in": "query", "pointer": "/status", "message": message}
        raise Refused("request.invalid", message, [problem])
    return frozenset(RunStatus(name) for name in names) or None


def _error_codes(given: list[str] | None) -> frozenset[str] | None:
    try:
        return error_codes_of(_split(given))
    except ValueError as exc:
        problem = {"in": "query", "pointer": "/error_code", "message": str(exc)}
        raise Refused("request.invalid", str(exc), [problem]) from exc


def _split(given: list[str] | None) -> list[str]:
    return [name for text in given or () for name in text.split(",") if name]
