"""What the web UI believes of scopes is what the service decides by: of each call that it makes, and of each role."""

import re
from typing import Final

import pytest

from callsheet.access.scopes import SCOPES_OF, Role, Scope
from callsheet.api.access import served
from tests.api.house import House
from tests.support.service import ROOT

UI: Final = ROOT / "ui" / "src"
CLIENT: Final = "\n".join(path.read_text(encoding="utf-8") for path in sorted((UI / "api").glob("*.ts")))
DEEDS: Final = re.findall(r'deed\(\s*"([\w:]+)",.*?api\.(POST|PUT|PATCH|DELETE)\(\s*"([^"]+)"', CLIENT, re.DOTALL)
"""Scope, method and path of each call that changes something."""
MEANINGS: Final = dict(
    re.findall(r'"([\w:]+)": \{ verb: "[^"]+", role: "(\w+)" \}', (UI / "session" / "scopes.ts").read_text("utf-8"))
)
"""The least role of each scope, as the UI tells people."""


@pytest.fixture(scope="module")
def needed() -> dict[tuple[str, str], Scope | None]:
    """What each route needs, by method and path."""
    return {
        (method, context.path or ""): access.scope
        for context, access in served(House().app)
        for method in context.methods or ()
    }


def test_the_calls_of_the_ui_are_read() -> None:
    assert len(DEEDS) > 15
    assert CLIENT.count("= deed(") == len(DEEDS)


@pytest.mark.parametrize(("scope", "method", "path"), DEEDS)
def test_a_call_of_the_ui_takes_the_scope_of_its_route(
    needed: dict[tuple[str, str], Scope | None], scope: str, method: str, path: str
) -> None:
    assert needed[method, path] == scope


def test_the_ui_tells_of_each_scope_the_least_role_that_has_it() -> None:
    assert {scope.value: next(role.value for role in Role if scope in SCOPES_OF[role]) for scope in Scope} == MEANINGS


def test_the_roles_of_the_ui_are_those_of_the_service() -> None:
    text = (UI / "session" / "scopes.ts").read_text(encoding="utf-8")
    (listed,) = re.findall(r"export const roles = \[([^\]]+)\]", text)
    assert re.findall(r'"(\w+)"', listed) == [role.value for role in Role]
