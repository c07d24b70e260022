"""Checking documents that are not saved."""

from fastapi import APIRouter

from callsheet.access.scopes import Scope
from callsheet.api.access import needs
from callsheet.api.decoding import StrictRoute
from callsheet.api.parts import TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.validation import ValidateRequest, ValidateResponse
from callsheet.lint.context import LintContext
from callsheet.lint.document import Reading, read_scenario
from callsheet.runs.saving import read_document, surroundings

router = APIRouter(prefix="/api", tags=["workflow"], route_class=StrictRoute)


@router.post(
    "/scenarios/validate",
    response_model=ValidateResponse,
    summary="Check a scenario without saving it",
    description=(
        "Returns what the checker says about a document. A broken document is an answer too, not an error: 200 with "
        "`valid` false. Give the text as `source` to get lines and columns. `references` says which step uses what of "
        "which other one."
    ),
    responses={
        400: described("The JSON of the request is broken or forbidden"),
        413: described("The body is too large"),
        415: described("The body is not JSON in UTF-8"),
        422: described("Validation Error"),
        503: described("Too many checks are waiting"),
    },
)
@needs(Scope.SCENARIOS_READ)
async def post_validate(request: ValidateRequest, parts: TheParts) -> ValidateResponse:
    """The diagnostics of a document."""
    context = await surroundings(parts.catalog)
    return await parts.workbench.run(lambda: ValidateResponse.of(_read(request, context)))


def _read(request: ValidateRequest, context: LintContext) -> Reading:
    if request.source is None:
        return read_document(request.document, context)
    return read_scenario(request.source.encode(), request.syntax, context)
