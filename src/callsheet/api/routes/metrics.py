"""What Prometheus scrapes."""

from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response

from callsheet.access.scopes import Scope
from callsheet.api.access import GuardedRoute, needs
from callsheet.api.parts import TheParts
from callsheet.api.schemas.errors import described

router = APIRouter(tags=["health"], route_class=GuardedRoute)

_EXAMPLE: Final = 'callsheet_runs_total{scenario="news",status="success"} 17.0\n'


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    description=(
        "Counts, durations and states of this process, in the text format of Prometheus, or in that of OpenMetrics "
        "when `Accept` asks for it. They tell of everybody's runs, so a caller who may not see all of them gets none."
    ),
    response_class=Response,
    responses={
        200: {"description": "The metrics", "content": {"text/plain": {"example": _EXAMPLE}}},
        403: described("The caller may not see every run"),
        404: described("This process counts nothing"),
    },
)
@needs(Scope.METRICS_READ)
async def get_metrics(request: Request, parts: TheParts) -> Response:
    """Everything that is counted, now."""
    if parts.scrape is None:
        raise HTTPException(404, "This process counts nothing.")
    text, media_type = await parts.scrape(request.headers.get("accept", ""))
    return Response(text, headers={"Content-Type": media_type})
