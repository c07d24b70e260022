"""Checking documents that are not saved."""

from fastapi import APIRouter

from callsheet.api.decoding import StrictRoute
from callsheet.api.parts import TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.scenarios import ScenarioProblem
from callsheet.api.schemas.validation import ValidateRequest, ValidateResponse
from callsheet.lint.context import LintContext
from callsheet.lint.document import read_scenario
from callsheet.runs.saving import check_document, has_error, surroundings
from callsheet.scenario.diagnostics import Diagnostic

router = APIRouter(prefix="/api", tags=["workflow"], route_class=StrictRoute)


@router.post(
    "/scenarios/validate",
    response_model=ValidateResponse,
    summary="Check a scenario without saving it",
    description=(
        "Returns what the checker says about a document. A broken document is an answer too, not an error: 200 with "
        "`valid` false. Give the text as `source` to get lines and columns."
    ),
    responses={
        400: described("The JSON of the request is broken or forbidden"),
        413: described("The body is too large"),
        415: described("The body is not JSON in UTF-8"),
        422: described("Validation Error"),
        503: described("Too many checks are waiting"),
    },
)
async def post_validate(request: ValidateRequest, parts: TheParts) -> ValidateResponse:
    """The diagnostics of a document."""
    context = await surroundings(parts.catalog)
    diagnostics = await parts.workbench.run(lambda: _diagnostics(request, context))
    return ValidateResponse(
        valid=not has_error(diagnostics),
        diagnostics=[ScenarioProblem.of(diagnostic) for diagnostic in diagnostics],
    )


def _diagnostics(request: ValidateRequest, context: LintContext) -> tuple[Diagnostic, ...]:
    if request.source is None:
        return check_document(request.document, context)
    return read_scenario(request.source.encode(), request.syntax, context).diagnostics
