"""With what the service was started."""

from fastapi import APIRouter

from callsheet.access.scopes import Scope
from callsheet.api.access import GuardedRoute, needs
from callsheet.api.parts import TheParts
from callsheet.api.schemas.settings import SettingsBody

router = APIRouter(prefix="/api", tags=["workflow"], route_class=GuardedRoute)


@router.get(
    "/settings",
    response_model=SettingsBody,
    summary="Get the effective settings",
    description=(
        "Returns every setting with who gave it, and the names of the values and secrets that scenarios may declare. "
        "No secret is shown. Settings are changed where they were given, before the next start."
    ),
)
@needs(Scope.SETTINGS_READ)
async def get_settings(parts: TheParts) -> SettingsBody:
    """What `callsheet doctor` says of the settings."""
    return SettingsBody.of(parts.effective, parts.options.version)
