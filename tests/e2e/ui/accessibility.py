"""axe-core on a page, as it is at this moment."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.support.service import ROOT

_SCRIPT = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
_BAD = ("serious", "critical")


COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that look at colours; for all others a page is the same in every scheme."""


def axe(page: Page, rules: list[str] | None = None) -> list[str]:
    """The serious and critical violations, a line each: the rule, how bad, and the elements.

    Args:
        page: as it is now.
        rules: these alone; None for all.
    """
    # Not as a script of the page, which the policy would not load.
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(_axe())
    only = {} if rules is None else {"runOnly": {"type": "rule", "values": rules}}
    found: dict[str, Any] = page.evaluate(
        "(options) => axe.run(document, options)", {"resultTypes": ["violations"], **only}
    )
    return [_line(each) for each in found["violations"] if each["impact"] in _BAD]


@cache
def _axe() -> str:
    assert _SCRIPT.is_file(), "axe-core is missing. `make test` installs it, with what the UI is made of."
    return _SCRIPT.read_text(encoding="utf-8")


def _line(violation: dict[str, Any]) -> str:
    places = "; ".join(map(_place, violation["nodes"]))
    return f"{violation['id']} ({violation['impact']}): {violation['help']}: {places}"


def _place(node: dict[str, Any]) -> str:
    """The element, and what is wrong with it."""
    why = " ".join(check["message"] for check in [*node["any"], *node["all"], *node["none"]])
    return f"{' '.join(map(str, node['target']))} [{why}]"
