"""Hooks: signed requests that start runs; and their documents."""

from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Header, Request, Response
from loguru import logger

from callsheet.access.scopes import Scope
from callsheet.api.access import needs, open_to_all
from callsheet.api.auditing import TheDeed
from callsheet.api.decoding import StrictRoute, undecodable
from callsheet.api.etags import ABSENT, MATCHED, etag
from callsheet.api.identifiers import trigger_name_of
from callsheet.api.parts import Parts, TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.runs import RunSubmitResponse
from callsheet.api.schemas.triggers import HookDetail, HookRow, TriggerSavedBody
from callsheet.api.triggers import SAVE_DESCRIPTION, SAVE_RESPONSES, delete_trigger, save_trigger
from callsheet.errors.service import ShuttingDown
from callsheet.errors.triggers import HookNotReady
from callsheet.runs.events import TriggerKind
from callsheet.runs.triggers.entries import TriggerEntry
from callsheet.runs.triggers.hooks import HookRequest
from callsheet.runs.triggers.signatures import HEADER
from callsheet.scenario.codec import DocumentInvalid

_HOOK: Final = TriggerKind.HOOK
_UNKNOWN: Final = described("Unknown hook")
_BODY: Final[dict[str, Any]] = {"content": {"application/json": {"schema": {}}}, "description": "Any JSON, or nothing."}

router = APIRouter(
    prefix="/api",
    tags=["triggers"],
    route_class=StrictRoute,
    responses={
        422: described("Validation Error"),
        503: described("The journal cannot be used now, or the hook has no secret; nothing was changed"),
    },
)


@router.post(
    "/hooks/{name}",
    response_model=RunSubmitResponse,
    status_code=202,
    summary="Send a request to a hook",
    description=(
        f"Starts a run. `{HEADER}: t=<unix seconds>,v1=<hex HMAC-SHA256 of '<t>.' and the raw body>`. The same signed "
        "request gives the same run, however often it is sent."
    ),
    openapi_extra={"requestBody": _BODY},
    responses={
        400: described("The body is not JSON"),
        401: described("The signature is missing, does not fit, or is not from now"),
        404: _UNKNOWN,
        413: described("The body is too large"),
        415: described("The body is not JSON in UTF-8"),
        422: described("No input can be made of the request, or it does not fit the scenario"),
    },
)
@open_to_all("Its caller signs the request with the hook's secret.", action="hook.receive")
async def post_hook(
    name: str,
    request: Request,
    response: Response,
    parts: TheParts,
    deed: TheDeed,
    callsheet_signature: Annotated[str | None, Header(description="See above.")] = None,
) -> RunSubmitResponse:
    """Accept a run; it is durable before the answer is sent."""
    if parts.draining.started:
        raise ShuttingDown
    asked = HookRequest(
        signature=callsheet_signature,
        body=await request.body(),
        headers=dict(request.headers),
        query=dict(request.query_params),
    )
    try:
        genuine = partial(deed.begin, None, subject=f"hook:{name}")
        begun = await parts.hooks.receive(trigger_name_of(_HOOK, name), asked, on_genuine=genuine)
    except HookNotReady:
        logger.warning("The hook {!r} refuses every request until its secret is set: see 'callsheet doctor'.", name)
        raise
    except DocumentInvalid as exc:
        raise undecodable(exc) from exc
    response.headers["Location"] = f"/api/runs/{begun.run.run_id}"
    return RunSubmitResponse.of(begun.run, await parts.runs.without_secrets(begun.input))


@router.get("/hooks", response_model=list[HookRow], summary="List hooks")
@needs(Scope.TRIGGERS_READ)
async def get_hooks(parts: TheParts) -> list[HookRow]:
    """Every hook, files and saved ones, broken ones included."""
    return [HookRow.of(entry, has_secret=_ready(parts, entry)) for entry in await parts.triggers.list(_HOOK)]


@router.get("/hooks/{name}", response_model=HookDetail, summary="Get one hook", responses={404: _UNKNOWN})
@needs(Scope.TRIGGERS_READ)
async def get_hook(name: str, response: Response, parts: TheParts) -> HookDetail:
    """One hook with its document."""
    entry = await parts.triggers.get(_HOOK, trigger_name_of(_HOOK, name))
    response.headers["ETag"] = etag(entry.revision)
    return HookDetail.of(entry, has_secret=_ready(parts, entry), document=entry.document)


@router.put(
    "/hooks/{name}",
    response_model=TriggerSavedBody,
    summary="Save a hook",
    description=SAVE_DESCRIPTION,
    responses=SAVE_RESPONSES,
)
@needs(Scope.TRIGGERS_WRITE, action="hook.save")
async def put_hook(
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
    saved = await save_trigger(parts, _HOOK, name, document, response, (if_match, if_none_match))
    deed.made(saved.revision)
    return saved


@router.delete(
    "/hooks/{name}",
    status_code=204,
    response_class=Response,
    summary="Remove a saved hook",
    responses={404: _UNKNOWN, 409: described("It is a file, or not at the revision of `If-Match`")},
)
@needs(Scope.TRIGGERS_WRITE, action="hook.delete")
async def delete_hook(
    name: str,
    parts: TheParts,
    if_match: Annotated[str | None, Header(description="Only this revision.", json_schema_extra=MATCHED)] = None,
) -> Response:
    """Remove a document; durable before the answer is sent."""
    return await delete_trigger(parts, _HOOK, name, if_match)


def _ready(parts: Parts, entry: TriggerEntry) -> bool:
    return entry.hook is not None and parts.hooks.missing_secret(entry.hook) is None
