"""Reports over many runs."""

from typing import Annotated

from fastapi import APIRouter, Query

from callsheet.access.scopes import Scope
from callsheet.api.access import GuardedRoute, TheCaller, needs
from callsheet.api.errors import Refused
from callsheet.api.parts import TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.moments import Moment
from callsheet.api.schemas.stats import StatsBody
from callsheet.runs.ports import RunFilter
from callsheet.runs.statistics.statistics import MOST_EVENTS, MOST_RUNS

router = APIRouter(prefix="/api", tags=["workflow"], route_class=GuardedRoute)


@router.get(
    "/stats",
    response_model=StatsBody,
    summary="Report on many runs",
    description=(
        "Returns, for the runs that started in a window, counts, success rates and durations per scenario and per "
        "tool, the slowest steps, and failures by their code. Durations are wall time: what a run waited for is part "
        f"of them. At most the newest {MOST_RUNS:,} runs with {MOST_EVENTS:,} events together are read; `truncated` "
        "says that there are more. `since` is rounded down to ten seconds, and an answer is up to as old as that."
    ),
    responses={422: described("Validation Error"), 503: described("The journal cannot be read now")},
)
@needs(Scope.STATS_READ)
async def get_stats(
    parts: TheParts,
    caller: TheCaller,
    since: Annotated[Moment | None, Query(description="A week before `until` by default.")] = None,
    until: Annotated[Moment | None, Query(description="Now by default.")] = None,
    scenario_id: Annotated[str | None, Query(max_length=256)] = None,
) -> StatsBody:
    """What many runs tell together."""
    if since is not None and until is not None and since >= until:
        message = "'since' is not before 'until', so there can be no run between them."
        raise Refused("request.invalid", message, [{"in": "query", "pointer": "/since", "message": message}])
    where = RunFilter(scenario_id=scenario_id, started_after=since, started_before=until)
    return StatsBody.of(await parts.statistics.report(where.within(caller)))
