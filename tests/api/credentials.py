"""Keys for tests, and requests with them."""

from datetime import datetime

from callsheet.access.desk import KeyWish
from callsheet.access.scopes import Role
from callsheet.testing import ManualClock
from tests.api.house import House

OWN = {"Origin": "http://127.0.0.1:8080"}
"""What a browser sends with a request of our own page."""


def asking_house() -> House:
    """A house where callers have to say who they are, under a clock that is moved by hand."""
    return House(asks=True, clock=ManualClock())


async def key_of(
    house: House,
    role: Role = Role.ADMIN,
    *,
    name: str = "",
    every_run: bool | None = None,
    scenarios: tuple[str, ...] = ("*",),
    expires_at: datetime | None = None,
) -> str:
    """A key of `house`."""
    wish = KeyWish(name=name or role.value, role=role, every_run=every_run, scenarios=scenarios, expires_at=expires_at)
    return (await house.gate.keys.create(wish, "local")).text


def bearer(key: str) -> dict[str, str]:
    """The header with a key."""
    return {"Authorization": f"Bearer {key}"}
