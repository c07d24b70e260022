"""What the service says of people, keys and acts, for pages that are looked at: always the same."""

from datetime import UTC, datetime, timedelta
from typing import Final

from playwright.sync_api import Page, Route

from callsheet.access.scopes import SCOPES_OF, Role
from callsheet.scenario.json import Json, JsonObject

MOMENT: Final = datetime(2026, 3, 17, 9, 42, 11, tzinfo=UTC)
"""At which the pictures are taken."""


def before(**ago: float) -> str:
    """A moment, as the API writes it."""
    return (MOMENT - timedelta(**ago)).isoformat().replace("+00:00", "Z")


def person(name: str, role: Role) -> JsonObject:
    """Who is signed in."""
    scopes: list[Json] = [*sorted(scope.value for scope in SCOPES_OF[role])]
    return {
        "auth": "on",
        "signed_in": True,
        "subject": f"user:{name}",
        "name": name,
        "role": role.value,
        "scopes": scopes,
        "every_run": True,
        "scenarios": ["*"],
        "tools": ["*"],
        "expires_at": None,
        "oidc": {"name": "The Harbour Post", "login_url": "/api/session/oidc"},
    }


ADMIN: Final = person("Mo", Role.ADMIN)
VIEWER: Final = person("Kim", Role.VIEWER)
NOBODY: Final[JsonObject] = {
    **ADMIN,
    "signed_in": False,
    "subject": None,
    "name": None,
    "role": None,
    "scopes": [],
    "every_run": None,
}


def key(number: int, name: str, role: Role, **more: Json) -> JsonObject:
    """A key."""
    return {
        "key_id": f"{number * 7_654_321_987:012x}",
        "name": name,
        "role": role.value,
        "every_run": role in {Role.VIEWER, Role.ADMIN},
        "scenarios": ["*"],
        "tools": ["*"],
        "created_at": before(days=9 * number),
        "created_by": "user:mo",
        "expires_at": before(days=-60),
        "last_used_at": before(minutes=13 * number),
        "revoked_at": None,
        **more,
    }


KEYS: Final[Json] = [
    key(
        1,
        "newsroom-ci",
        Role.OPERATOR,
        scenarios=["publish_*", "morning_digest"],
        tools=["desk/*", "news/fetch_article"],
    ),
    key(2, "wall-display", Role.VIEWER, expires_at=None),
    key(3, "archive-import", Role.AUTHOR, last_used_at=None, scenarios=["archive_*"]),
    key(4, "night-desk", Role.ADMIN),
    key(5, "old-laptop", Role.OPERATOR, revoked_at=before(days=2)),
]
MADE: Final[JsonObject] = {
    **key(1, "newsroom-ci", Role.OPERATOR),
    "key": "cs_0001c83f3d43_not-a-key-but-what-one-looks-like-in-a-picture",
}


def act(
    number: int, action: str, target: str, subject: str = "user:mo", role: str = "admin", **more: Json
) -> JsonObject:
    """An entry of the audit log."""
    return {
        "number": number,
        "act_id": f"act-{number}",
        "at": before(minutes=7 * (60 - number)),
        "subject": subject,
        "role": role,
        "source": "198.51.100.7",
        "action": action,
        "target": target,
        "made": "",
        "details": {},
        "result": "done",
        "ended_at": before(minutes=7 * (60 - number)),
        **more,
    }


RUN: Final = "0195a3f2-7c1e-7d40-9f7e-21c4b8d0e5a6"
ACTS: Final[Json] = [
    act(59, "run.answer", RUN, "user:kim", "operator", details={"step_path": "desk", "answer": "accept"}),
    act(58, "key.create", "", made="0001c83f3d43", details={"name": "newsroom-ci", "role": "operator"}),
    act(57, "run.start", "publish_story", "key:newsroom-ci", "operator", made=RUN),
    act(56, "tool.call", "desk/check_claim"),
    act(55, "run.delete", RUN, "key:wall-display", "viewer", result="forbidden"),
    act(54, "session.begin", "", "", "", source="203.0.113.40", result="credential.expired"),
    act(53, "scenario.save", "publish_story", made="a3e73410"),
    act(52, "schedule.pause", "digest", "os:desk", "", source="cli"),
    act(51, "run.start", "morning_digest", "key:newsroom-ci", "operator", result=None, ended_at=None),
]


def let_say(page: Page, session: JsonObject) -> None:
    """Let the service say, to this page, who is signed in, and which keys and acts there are."""

    def keys(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(json=MADE, status=201)
        else:
            route.fulfill(json={"keys": KEYS})

    page.route("**/api/session", lambda route: route.fulfill(json=session))
    page.route("**/api/keys", keys)
    page.route("**/api/audit?*", lambda route: route.fulfill(json={"entries": ACTS, "next_cursor": None}))
