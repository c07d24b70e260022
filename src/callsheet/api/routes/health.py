"""The probes: is the process alive, and should it get work?"""

import asyncio

from fastapi import APIRouter, Request, Response

from callsheet.access.principal import PRINCIPAL, Principal
from callsheet.api.access import GuardedRoute, open_to_all
from callsheet.api.errors import error_response
from callsheet.api.parts import Parts, TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.health import Health, Readiness, ToolServerHealth
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.kinds import Unavailable

router = APIRouter(tags=["health"], route_class=GuardedRoute)

_OK = "ok"


@router.get("/healthz", response_model=Health, summary="Liveness", description="Answers while the process lives.")
@open_to_all("A probe of the process: it says nothing but that it lives.")
async def get_health(parts: TheParts) -> Health:
    """Always the same."""
    return Health(status=_OK, version=parts.options.version)


@router.get(
    "/readyz",
    response_model=Readiness,
    summary="Readiness",
    description=(
        "Says whether runs are accepted now. A dead tool server is shown and does not change the answer: steps that "
        "need it fail with its name, all others run. Callers who are not known learn no reasons and no names."
    ),
    responses={503: described("Runs are not accepted now; the reasons are in the body")},
)
@open_to_all("Balancers ask it.")
async def get_readiness(request: Request, parts: TheParts) -> Readiness | Response:
    """The state of the journal, the engine and each tool server."""
    journal, (engine, workers) = await asyncio.gather(_journal(parts), _engine(parts))
    reasons = [reason for reason in (journal, engine) if reason != _OK]
    state = Readiness(
        status="not ready" if reasons else "ready",
        journal=journal,
        engine=engine,
        workers=workers,
        tool_servers=[ToolServerHealth.of(server) for server in parts.tools.servers()],
    )
    if not isinstance(request.scope.get(PRINCIPAL), Principal):
        state, reasons = state.for_strangers(), reasons and ["The service is not ready."]
    return error_response("service.not_ready", " ".join(reasons), extra=state.model_dump()) if reasons else state


async def _journal(parts: Parts) -> str:
    try:
        async with asyncio.timeout(parts.options.ready_timeout):
            await parts.journal_check()
    except JournalUnavailable as exc:
        return exc.message
    except TimeoutError:
        return f"The journal did not answer within {parts.options.ready_timeout:g} s."
    return _OK


async def _engine(parts: Parts) -> tuple[str, int | None]:
    """The engine's state, and how many processes execute runs."""
    if parts.draining.started:
        return "The service is stopping.", None
    if parts.engine_check is None:
        return _OK, None
    try:
        async with asyncio.timeout(parts.options.ready_timeout):
            return _OK, await parts.engine_check()
    except Unavailable as exc:
        return exc.message, None
    except TimeoutError:
        return f"The engine did not answer within {parts.options.ready_timeout:g} s.", None
