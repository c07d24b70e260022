"""What is done with runs that there are: fork, retry, resume, remove."""

from typing import Annotated, Final

from fastapi import APIRouter, Header, Response

from callsheet.access.scopes import Scope
from callsheet.api.access import TheCaller, needs
from callsheet.api.auditing import TheDeed
from callsheet.api.decoding import StrictRoute
from callsheet.api.identifiers import KEY, idempotency_key_of, run_id_of
from callsheet.api.parts import TheParts
from callsheet.api.schemas.errors import ErrorBody, described
from callsheet.api.schemas.runs import ForkRequest, RunRow, RunSubmitResponse
from callsheet.errors.service import ShuttingDown
from callsheet.runs.deeds import fork_details

_JOURNAL_DOWN: Final = described("The journal cannot be used now; nothing was changed")

router = APIRouter(prefix="/api", tags=["workflow"], route_class=StrictRoute, responses={503: _JOURNAL_DOWN})


@router.post(
    "/runs/{run_id}/fork",
    response_model=RunSubmitResponse,
    status_code=202,
    summary="Fork or retry a run",
    description=(
        "Makes a new run that has done already what `run_id` had done before `from_step`: that is not executed again. "
        "Without `from_step` everything is. `retry` executes anew what failed, and what came after it. The step itself "
        "and all that follow have their effects once more, under idempotency keys of their own."
    ),
    responses={
        400: described("The JSON is broken or forbidden"),
        404: described("Unknown run_id, or the latest revision is wanted and the catalog has none"),
        409: described("Nothing failed that could be tried again"),
        413: described("The body is too large"),
        415: described("The body is not JSON in UTF-8"),
        422: {"description": "Validation Error", "model": ErrorBody},
    },
)
@needs(Scope.RUNS_WRITE, action="run.fork", begins=True)
async def post_fork(
    run_id: str,
    response: Response,
    parts: TheParts,
    caller: TheCaller,
    deed: TheDeed,
    request: ForkRequest | None = None,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="The same key with the same body gives the same fork, however often it is sent.",
            json_schema_extra=KEY,
        ),
    ] = None,
) -> RunSubmitResponse:
    """Accept a fork; it is durable before the answer is sent."""
    wish = (request or ForkRequest()).wish()
    await deed.begin(caller, details=fork_details(wish))
    key = idempotency_key_of(idempotency_key)
    if parts.draining.started:
        raise ShuttingDown
    fork = await parts.runs.fork(run_id_of(run_id), wish, key)
    response.headers["Location"] = f"/api/runs/{fork.summary.run_id}"
    return RunSubmitResponse.of(fork.summary, fork.input)


@router.post(
    "/runs/{run_id}/resume",
    response_model=RunRow,
    status_code=202,
    summary="Push a run on",
    description=(
        "Sees that an unfinished run is executed: one that is parked looks again for what it waits for, one that was "
        "given up is tried once more. Can be repeated."
    ),
    responses={
        404: described("Unknown run_id"),
        409: described("The run has ended"),
        422: described("Validation Error"),
    },
)
@needs(Scope.RUNS_WRITE, action="run.resume")
async def post_resume(run_id: str, parts: TheParts) -> RunRow:
    """Dispatch an unfinished run once more."""
    if parts.draining.started:
        raise ShuttingDown
    return RunRow.of(await parts.runs.resume(run_id_of(run_id)))


@router.delete(
    "/runs/{run_id}",
    status_code=204,
    summary="Remove a run",
    description=(
        "Removes a run that has ended with its events, and the runs that its steps had begun. Its `Idempotency-Key` is "
        "free again."
    ),
    responses={
        404: described("Unknown run_id"),
        409: described("The run, or one that it began, has not ended; or it belongs to a step of another run"),
        422: described("Validation Error"),
    },
)
@needs(Scope.RUNS_WRITE, action="run.delete")
async def delete_run(run_id: str, parts: TheParts) -> Response:
    """Remove a run that has ended."""
    await parts.runs.delete(run_id_of(run_id))
    return Response(status_code=204)
