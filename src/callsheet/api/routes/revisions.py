"""Saving scenarios, and what was saved."""

from dataclasses import replace
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Body, Header, Path, Query, Response

from callsheet.access.scopes import Scope
from callsheet.api.access import needs
from callsheet.api.auditing import TheDeed
from callsheet.api.errors import Refused
from callsheet.api.etags import ABSENT, MATCHED, etag, expected_of
from callsheet.api.identifiers import scenario_id_of
from callsheet.api.parts import TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.revisions import RevisionSummary, SavedScenario
from callsheet.api.schemas.scenarios import ScenarioProblem
from callsheet.api.yaml_bodies import YAML, TheSource, YamlRoute
from callsheet.runs.revisions import Outcome
from callsheet.runs.saving import Rejected
from callsheet.scenario.diagnostics import Severity

_MAX_PAGE: Final = 200
_MAX_NUMBER: Final = 2**31

router = APIRouter(
    prefix="/api",
    tags=["workflow"],
    route_class=YamlRoute,
    responses={503: described("The saved scenarios cannot be read or written now; nothing was changed")},
)


@router.put(
    "/scenarios/{scenario_id}",
    response_model=SavedScenario,
    summary="Save a scenario",
    description=(
        "Checks the document and makes it the scenario's current revision; with an error nothing is saved. Runs at "
        "work go on with the revision that they began with. The same content again is no new revision.\n\n"
        'An existing scenario needs `If-Match: "<revision>"`, the `ETag` of the document that the change was made '
        "from, or `*` for whichever. `If-None-Match: *` creates only.\n\n"
        "A document in YAML is saved as the JSON that it stands for, without its comments; its problems have lines and "
        "columns."
    ),
    responses={
        201: {"description": "Created", "model": SavedScenario},
        400: described("The JSON or YAML is broken or forbidden"),
        404: described("No scenario can have such an id"),
        409: described("Somebody else saved meanwhile (`current` is the revision now), or the scenario is a file"),
        413: described("The body is too large"),
        415: described("The body is neither JSON nor YAML in UTF-8"),
        422: described("The document has errors; `problems` lists them"),
        428: described("The scenario exists and there is no `If-Match`"),
    },
    openapi_extra={"requestBody": {"content": {YAML: {"schema": {"type": "string"}}}}},
)
@needs(Scope.SCENARIOS_WRITE, action="scenario.save")
async def put_scenario(
    scenario_id: str,
    document: Annotated[dict[str, Any], Body()],
    response: Response,
    parts: TheParts,
    source: TheSource,
    deed: TheDeed,
    if_match: Annotated[
        str | None, Header(description="The revision that the change was made from.", json_schema_extra=MATCHED)
    ] = None,
    if_none_match: Annotated[str | None, Header(description="`*`: create only.", json_schema_extra=ABSENT)] = None,
) -> SavedScenario:
    """Save a document; it is durable before the answer is sent."""
    expected = expected_of(if_match, if_none_match)
    done = await parts.saved.save(scenario_id_of(scenario_id), document, expected)
    if source is not None:
        done = replace(done, diagnostics=source.locate(done.diagnostics))
    if isinstance(done, Rejected):
        raise _refused(done)
    if parts.on_saved is not None:
        parts.on_saved()
    current = done.saved.current
    deed.made(current.revision)
    response.headers["ETag"] = etag(current.revision)
    if done.saved.outcome is Outcome.CREATED:
        response.status_code = 201
        response.headers["Location"] = f"/api/scenarios/{current.scenario_id}"
    return SavedScenario.of(done)


@router.get(
    "/scenarios/{scenario_id}/revisions",
    response_model=list[RevisionSummary],
    summary="List the revisions of a scenario",
    description=(
        "Returns what was saved, newest first. Of a scenario that is a file, the first line is the file's content now, "
        "without a number; what was saved before the file came follows."
    ),
    responses={404: described("Unknown scenario_id"), 422: described("Validation Error")},
)
@needs(Scope.SCENARIOS_READ)
async def get_revisions(
    scenario_id: str,
    parts: TheParts,
    limit: Annotated[int, Query(ge=1, le=_MAX_PAGE)] = 50,
    before: Annotated[
        int | None, Query(ge=1, le=_MAX_NUMBER, description="Only numbers below this one: the next page.")
    ] = None,
) -> list[RevisionSummary]:
    """The history of a scenario."""
    rows = await parts.saved.history(scenario_id_of(scenario_id), limit, before)
    return [RevisionSummary.of(row) for row in rows]


@router.get(
    "/scenarios/{scenario_id}/revisions/{number}",
    response_model=dict[str, Any],
    summary="Get one revision of a scenario",
    description="Returns the document as it was saved.",
    responses={404: described("Unknown scenario_id or number"), 422: described("Validation Error")},
)
@needs(Scope.SCENARIOS_READ)
async def get_revision(
    scenario_id: str, number: Annotated[int, Path(ge=1, le=_MAX_NUMBER)], parts: TheParts
) -> Response:
    """One saved document."""
    saved = await parts.saved.revision(scenario_id_of(scenario_id), number)
    headers = {"ETag": etag(saved.revision)}
    return Response(orjson.dumps(saved.document), media_type="application/json", headers=headers)


def _refused(rejected: Rejected) -> Refused:
    problems = [ScenarioProblem.of(diagnostic).model_dump(mode="json") for diagnostic in rejected.diagnostics]
    first = next(each for each in rejected.diagnostics if each.severity is Severity.ERROR)
    where = f", at {first.pointer}" if first.pointer else ""
    return Refused("scenario.invalid", f"The scenario has errors and was not saved{where}: {first.message}", problems)
