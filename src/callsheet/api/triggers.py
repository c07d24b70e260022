"""What the routes of schedules and hooks have in common: saving and removing documents."""

from typing import Any, Final

from fastapi import Response

from callsheet.api.errors import Refused
from callsheet.api.etags import etag, expected_of
from callsheet.api.identifiers import trigger_name_of
from callsheet.api.parts import Parts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.scenarios import ScenarioProblem
from callsheet.api.schemas.triggers import TriggerSavedBody
from callsheet.runs.events import TriggerKind
from callsheet.runs.revisions import Outcome
from callsheet.runs.saving import Rejected
from callsheet.scenario.diagnostics import Severity

SAVE_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    201: {"description": "Created", "model": TriggerSavedBody},
    400: described("The JSON is broken or forbidden"),
    404: described("Nothing can have such a name"),
    409: described("Somebody else saved meanwhile (`current` is the revision now), or it is a file"),
    413: described("The body is too large"),
    415: described("The body is not JSON in UTF-8"),
    422: described("The document has errors; `problems` lists them"),
    428: described("It exists and there is no `If-Match`"),
}

SAVE_DESCRIPTION: Final = (
    "Checks the document and keeps it under its name; with an error nothing is saved. An existing one needs "
    '`If-Match: "<revision>"`, the `ETag` of the document that the change was made from, or `*`. '
    "`If-None-Match: *` creates only. What is a file is changed there."
)


async def save_trigger(
    parts: Parts,
    kind: TriggerKind,
    name: str,
    document: dict[str, Any],
    response: Response,
    headers: tuple[str | None, str | None],
) -> TriggerSavedBody:
    """Save a document; `headers` are If-Match and If-None-Match."""
    done = await parts.triggers.save(kind, trigger_name_of(kind, name), document, expected_of(*headers))
    if isinstance(done, Rejected):
        raise _refused(kind, done)
    response.headers["ETag"] = etag(done.current.revision)
    if done.outcome is Outcome.CREATED:
        response.status_code = 201
        response.headers["Location"] = f"/api/{kind}s/{done.current.name}"
    return TriggerSavedBody.of(done.current)


async def delete_trigger(parts: Parts, kind: TriggerKind, name: str, if_match: str | None) -> Response:
    """Remove a document."""
    await parts.triggers.delete(kind, trigger_name_of(kind, name), expected_of(if_match, None))
    return Response(status_code=204)


def _refused(kind: TriggerKind, rejected: Rejected) -> Refused:
    problems = [ScenarioProblem.of(diagnostic).model_dump(mode="json") for diagnostic in rejected.diagnostics]
    first = next(each for each in rejected.diagnostics if each.severity is Severity.ERROR)
    where = f", at {first.pointer}" if first.pointer else ""
    return Refused("trigger.invalid", f"The {kind} has errors and was not saved{where}: {first.message}", problems)
