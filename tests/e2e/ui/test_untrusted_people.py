"""Whatever the service says of people, keys, acts and failures stays text: here it says the corpus in every field.

Names of keys have a form, and a service would not say most of this; a page must not depend on that.
"""

from collections.abc import Callable, Mapping
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from callsheet.access.scopes import Scope
from callsheet.scenario.json import Json, JsonObject
from tests.e2e.ui.corpus import ADDRESSES, CORPUS, EVERYTHING, LOOK, MARKUP, WATCH

MOMENT: Final = "2026-03-17T09:42:11Z"

ADMIN: JsonObject = {
    "auth": "on",
    "signed_in": True,
    "subject": EVERYTHING,
    "name": EVERYTHING,
    "role": "admin",
    "scopes": [scope.value for scope in Scope],
    "every_run": True,
    "scenarios": ["*"],
    "tools": ["*"],
    "expires_at": None,
    "oidc": None,
}
NOBODY: JsonObject = {
    **ADMIN,
    "signed_in": False,
    "subject": None,
    "name": None,
    "role": None,
    "scopes": [],
    "oidc": {"name": EVERYTHING, "login_url": ADDRESSES[0]},
}


def key(number: int, text: str) -> JsonObject:
    """A key that says this."""
    return {
        "key_id": text,
        "name": text,
        "role": "viewer",
        "every_run": False,
        "scenarios": [*CORPUS],
        "tools": [text],
        "created_at": MOMENT,
        "created_by": EVERYTHING,
        "expires_at": None,
        "last_used_at": MOMENT,
        "revoked_at": MOMENT if number % 5 == 0 else None,
    }


KEYS: Json = [key(number, text) for number, text in enumerate(CORPUS)]
MADE: JsonObject = {**key(1, MARKUP[0]), "key": EVERYTHING}
ACTS: Json = [
    {
        "number": number,
        "act_id": str(number),
        "at": MOMENT,
        "subject": text,
        "role": text,
        "source": text,
        "action": text if number % 2 else f"tool.{text}",
        "target": text if number % 2 else f"server/{text}",
        "made": text,
        "details": {text: text},
        "result": text,
        "ended_at": MOMENT,
    }
    for number, text in enumerate(CORPUS)
]
FIGURES: JsonObject = {"success": 1, "failed": 1, "success_rate": 0.5, "p50_ms": 1, "p95_ms": 2}
STATS: JsonObject = {
    "since": MOMENT,
    "until": MOMENT,
    "runs": len(CORPUS),
    "truncated": True,
    "scenarios": [{"scenario_id": text, "runs": 2, "cancelled": 0, **FIGURES} for text in CORPUS],
    "tools": [{"server": text, "tool": text, "calls": 2, **FIGURES} for text in CORPUS],
    "slowest_steps": [
        {
            "run_id": text,
            "scenario_id": text,
            "step_path": f"{text}{number}",
            "step_type": text,
            "tool": text,
            "duration_ms": 5,
            "status": "failed",
        }
        for number, text in enumerate(CORPUS)
    ],
    "failures": [
        {"code": text, "count": 2, "last_run_id": text, "last_scenario_id": text, "last_message": EVERYTHING}
        for text in CORPUS
    ],
}


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    context.add_init_script(WATCH)
    return context


def says(page: Page, answers: Mapping[str, Json]) -> None:
    """Let the service say this."""

    def answer(content: Json) -> Callable[[Route], None]:
        return lambda route: route.fulfill(json=content)

    for path, content in answers.items():
        page.route(path, answer(content))


def harmless(page: Page) -> None:
    """Nothing of what was said became more than text."""
    assert page.evaluate(LOOK) == []


def test_keys_are_text(page: Page) -> None:
    says(page, {"**/api/session": ADMIN, "**/api/keys": {"keys": KEYS}})
    page.goto("/keys")
    expect(page.get_by_role("table", name="Keys")).to_be_visible()
    page.get_by_role("checkbox", name="no more").check()
    harmless(page)
    page.get_by_role("button", name="Revoke").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    harmless(page)


def test_a_key_that_was_made_is_text(page: Page) -> None:
    says(page, {"**/api/session": ADMIN})
    page.route(
        "**/api/keys", lambda route: route.fulfill(json=MADE if route.request.method == "POST" else {"keys": KEYS})
    )
    page.goto("/keys")
    page.get_by_role("button", name="New key").click()
    page.get_by_role("textbox", name="Name").fill("ci")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_label("The new key")).to_be_visible()
    harmless(page)


def test_the_audit_log_is_text(page: Page) -> None:
    says(page, {"**/api/session": ADMIN, "**/api/audit?*": {"entries": ACTS, "next_cursor": None}})
    page.goto("/audit")
    expect(page.get_by_role("table", name="Acts")).to_be_visible()
    harmless(page)
    page.get_by_role("button", name=MARKUP[0]).first.click()
    harmless(page)
    # Whoever follows one of its links comes to a page of ours.
    page.get_by_role("table", name="Acts").get_by_role("link").first.click()
    expect(page.get_by_role("main")).to_be_visible()
    harmless(page)


def test_the_report_is_text(page: Page) -> None:
    says(page, {"**/api/session": ADMIN, "**/api/stats?*": STATS})
    page.goto("/stats")
    expect(page.get_by_role("region", name="Failures by code")).to_be_visible()
    harmless(page)


def test_who_is_signed_in_is_text(page: Page) -> None:
    says(page, {"**/api/session": ADMIN})
    page.goto("/")
    page.get_by_role("button", name="your account").click()
    expect(page.get_by_role("menuitem", name="Sign out")).to_be_visible()
    harmless(page)


def test_the_sign_in_leads_to_no_address_of_another_kind(page: Page) -> None:
    says(page, {"**/api/session": NOBODY})
    page.goto("/sign-in?next=javascript:xss()")
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    harmless(page)
