"""One action on many runs."""

from fastapi import APIRouter

from callsheet.access.scopes import Scope
from callsheet.api.access import TheCaller, needs
from callsheet.api.auditing import TheDeed
from callsheet.api.decoding import StrictRoute
from callsheet.api.parts import TheParts
from callsheet.api.schemas.bulk import BulkRequest, BulkResponse
from callsheet.api.schemas.errors import ErrorBody, described
from callsheet.errors.service import ShuttingDown
from callsheet.runs.bulk import act_on_many
from callsheet.runs.deeds import bulk_details, bulk_made

router = APIRouter(prefix="/api", tags=["workflow"], route_class=StrictRoute)


@router.post(
    "/runs/bulk",
    response_model=BulkResponse,
    summary="Cancel, retry, resume or remove many runs",
    description=(
        "Finds runs first, the newest 1,000 at most, and then does the same with each of them. What is refused for one "
        "run is told in `failed` and concerns that one alone."
    ),
    responses={
        400: described("The JSON is broken or forbidden"),
        413: described("The body is too large"),
        415: described("The body is not JSON in UTF-8"),
        422: {"description": "Validation Error", "model": ErrorBody},
        503: described("The journal cannot be used now; with some of the runs it may have been done"),
    },
)
@needs(Scope.RUNS_WRITE, action="run.bulk", begins=True)
async def post_bulk(request: BulkRequest, parts: TheParts, caller: TheCaller, deed: TheDeed) -> BulkResponse:
    """Do one thing with many runs."""
    where = request.filter.where()
    await deed.begin(caller, details=bulk_details(request.action, where, dry_run=request.dry_run))
    if parts.draining.started:
        raise ShuttingDown
    outcome = await act_on_many(
        parts.runs,
        request.action,
        where,
        limit=request.limit,
        latest=request.latest,
        dry_run=request.dry_run,
    )
    deed.made(bulk_made(len(outcome.done), len(outcome.matched)))
    return BulkResponse.of(request, outcome)
