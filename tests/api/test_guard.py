"""The guard in front of every route. Who may do what is in the matrix; here is that nothing can be forgotten."""

from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

from callsheet.access.principal import PRINCIPAL, Principal
from callsheet.access.scopes import Role, Scope
from callsheet.api import routes
from callsheet.api.access import Access, GuardedRoute, admit, guard_rest, needs, require_guards, served
from callsheet.api.parts import Parts
from callsheet.errors.access import CredentialExpired, Forbidden, Unauthenticated
from tests.api.house import House

VIEWER = Principal(subject="key:v", name="v", role=Role.VIEWER, every_run=True)


def test_a_route_that_declares_nothing_cannot_be_made() -> None:
    router = APIRouter(route_class=GuardedRoute)

    async def forgotten() -> None:
        """Declares nothing."""

    with pytest.raises(TypeError, match=r"forgotten says not what it needs"):
        router.get("/forgotten")(forgotten)


def test_an_app_with_a_route_that_is_not_guarded_cannot_be_made(house: House) -> None:
    assert len(list(served(house.app))) > 40

    @house.app.get("/forgotten")
    async def forgotten() -> None:
        """Made by nobody's guarded router."""

    with pytest.raises(TypeError, match="/forgotten' is not guarded"):
        require_guards(house.app)


def test_what_nobody_knows_how_to_guard_cannot_be_served() -> None:
    class Strange(BaseRoute):
        """A route of a kind of its own."""

    app = FastAPI()
    app.router.routes.append(Strange())
    with pytest.raises(TypeError, match="how to guard"):
        guard_rest(app.router.routes, Access())


def test_who_is_not_known_is_told_why() -> None:
    with pytest.raises(CredentialExpired, match="yesterday"):
        admit({PRINCIPAL: CredentialExpired("The key expired yesterday.")}, Access())
    with pytest.raises(Unauthenticated):
        admit({}, Access())


def test_a_role_that_does_not_allow_it_is_told_what_it_needs() -> None:
    admit({PRINCIPAL: VIEWER}, Access(scope=Scope.RUNS_READ))
    with pytest.raises(Forbidden, match="runs:write"):
        admit({PRINCIPAL: VIEWER}, Access(scope=Scope.RUNS_WRITE))


def test_a_public_route_asks_nobody() -> None:
    admit({}, Access(public="A probe."))


def test_the_declaration_stays_with_the_endpoint() -> None:
    @needs(Scope.RUNS_READ)
    async def endpoint() -> None:
        """Nothing."""

    assert GuardedRoute("/x", endpoint).access == Access(scope=Scope.RUNS_READ)


def test_routes_get_the_parts_as_their_caller_sees_them_and_in_no_other_way() -> None:
    folder = Path(routes.__file__).parent
    assert [path.name for path in folder.glob("*.py") if ".state.parts" in path.read_text(encoding="utf-8")] == []


def test_who_sees_everything_gets_the_parts_as_they_are(house: House) -> None:
    parts: Parts = house.app.state.parts
    root = replace(VIEWER, role=Role.ADMIN)
    assert parts.seen_by(root).catalog is parts.catalog
    assert parts.seen_by(root).tools is parts.tools
    assert parts.seen_by(root).feed is parts.feed
    assert parts.seen_by(root).statistics is parts.statistics
