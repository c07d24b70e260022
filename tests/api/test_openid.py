"""Signing in through a provider, as a browser sees it."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import pytest

from callsheet.access.audit import AuditFilter
from callsheet.access.identities import Identity, roles_of_groups
from callsheet.access.keys import digest_of
from callsheet.access.scopes import Role
from callsheet.api.openid import COOKIE, LASTS, OpenId
from callsheet.api.options import ApiOptions
from callsheet.api.pages import local_path
from callsheet.api.parts import Parts
from callsheet.api.session_cookie import SessionCookie
from callsheet.engine.cipher import KEY_BYTES, KeyCipher
from callsheet.engine.clock import SystemClock
from callsheet.errors.kinds import Unavailable
from callsheet.openid.memory import MemoryProvider
from tests.api.house import House

ADA = Identity(subject="ada", name="Ada", groups=("staff", "operators"))
MALLORY = Identity(subject="mallory", name="Mallory", groups=("visitors",))
HOSTILE = "<script>alert(1)</script>"
HTTPS = "https://callsheet.example"
SESSION_COOKIE = SessionCookie().name


class HandClock(SystemClock):
    """Moved by hand."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 30, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@dataclass
class Desk:
    """A service with a provider, and a browser that has not been there."""

    house: House
    browser: httpx2.AsyncClient
    provider: MemoryProvider
    clock: HandClock

    def offer(self, **changes: Any) -> None:
        """Set the provider up."""
        usual: dict[str, Any] = {
            "provider": self.provider,
            "roles": roles_of_groups(("staff=viewer", "operators=operator")),
            "public_url": None,
            "cipher": KeyCipher(bytes(KEY_BYTES)),
            "clock": self.clock,
        }
        parts = cast("Parts", self.house.app.state.parts)
        self.house.app.state.parts = replace(parts, openid=OpenId(**{**usual, **changes}))

    async def begin(self, path: str = "/runs", **headers: str) -> str:
        """Go to the provider; the state of the question."""
        response = await self.browser.get("/api/session/oidc", params={"next": path}, headers=headers)
        assert response.status_code == 302, response.text
        return parse_qs(urlsplit(response.headers["location"]).query)["state"][0]

    async def come_back(self, person: Identity, path: str = "/runs") -> httpx2.Response:
        """Sign in at the provider, and come back."""
        return await self.back(**self.provider.accept(await self.begin(path), person))

    async def back(self, **answer: str) -> httpx2.Response:
        """Come back with an answer."""
        return await self.browser.get("/api/session/oidc/callback", params=answer)

    async def acts(self) -> list[tuple[str, str, str, str | None]]:
        """Of the audit log: subject, role, action, result."""
        await self.house.gate.acts.settle()
        entries = await self.house.access.audit.list(AuditFilter(), 100)
        return [
            (entry.act.subject, entry.act.role, entry.act.action, entry.outcome and entry.outcome.result)
            for entry in entries
        ]


@asynccontextmanager
async def opened(**options: Any) -> AsyncGenerator[Desk]:
    """A desk; `options` are other than usual."""
    clock = HandClock()
    house = House(asks=True, clock=clock, options=ApiOptions(version="1.2.3", **options))
    async with house.client() as browser:
        desk = Desk(house, browser, MemoryProvider(), clock)
        desk.offer()
        yield desk


@pytest.fixture
async def desk() -> AsyncGenerator[Desk]:
    """With Ada's provider."""
    async with opened() as found:
        yield found


def refreshed_to(response: httpx2.Response) -> str:
    """Where the page goes on to."""
    found = re.search(r'<meta http-equiv="refresh" content="0; url=([^"]*)">', response.text)
    assert found, response.text
    return found[1]


def assert_page(response: httpx2.Response, status: int) -> None:
    """It is a page without anything that runs, and no address of it leaks."""
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cache-control"] == "no-store"
    assert "<script" not in response.text


async def test_somebody_who_comes_back_gets_a_session_and_a_page_that_goes_on(desk: Desk) -> None:
    response = await desk.come_back(ADA, "/runs?status=failed&q=é")
    assert_page(response, 200)
    assert refreshed_to(response) == "/runs?status=failed&amp;q=%C3%A9"
    session = await desk.house.access.sessions.find(digest_of(response.cookies[SESSION_COOKIE]))
    assert session is not None
    assert (session.principal.subject, session.principal.name, session.principal.role) == (
        "user:ada",
        "Ada",
        Role.OPERATOR,
    )
    assert session.expires_at == desk.clock.moment + timedelta(hours=12)
    assert await desk.acts() == [("user:ada", "operator", "session.begin", "done")]


async def test_both_cookies_are_kept_from_scripts_and_from_other_sites() -> None:
    async with opened(secure_cookies=True) as desk:
        begun = await desk.browser.get("/api/session/oidc")
        state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
        carried = begun.headers["set-cookie"]
        answer = dict(desk.provider.accept(state, ADA))
        headers = {"Cookie": carried.partition(";")[0]}
        response = await desk.browser.get("/api/session/oidc/callback", params=answer, headers=headers)
    assert re.fullmatch(rf"__Host-{COOKIE}=[\w.-]+; HttpOnly; Max-Age=600; Path=/; SameSite=lax; Secure", carried)
    session, forgotten = response.headers.get_list("set-cookie")
    assert re.fullmatch(
        rf"__Host-{SESSION_COOKIE}=[\w-]{{43}}; HttpOnly; Max-Age=43200; Path=/; SameSite=strict; Secure", session
    )
    assert forgotten.startswith(f'__Host-{COOKIE}=""; HttpOnly; Max-Age=0; Path=/; SameSite=lax')


async def test_by_http_the_question_is_carried_to_where_it_is_answered_alone(desk: Desk) -> None:
    begun = await desk.browser.get("/api/session/oidc")
    assert re.fullmatch(
        rf"{COOKIE}=[\w.-]+; HttpOnly; Max-Age=600; Path=/api/session/oidc; SameSite=lax", begun.headers["set-cookie"]
    )


async def test_by_https_no_question_counts_that_a_neighbour_planted() -> None:
    async with opened(secure_cookies=True) as desk:
        begun = await desk.browser.get("/api/session/oidc")
        state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
        planted = begun.headers["set-cookie"].partition(";")[0].removeprefix("__Host-")
        answer = dict(desk.provider.accept(state, ADA))
        response = await desk.browser.get("/api/session/oidc/callback", params=answer, headers={"Cookie": planted})
    assert_page(response, 401)


async def test_whoever_has_signed_in_is_known_from_then_on(desk: Desk) -> None:
    await desk.come_back(ADA)
    told = (await desk.browser.get("/api/session")).json()
    assert (told["signed_in"], told["subject"], told["name"], told["role"]) == (True, "user:ada", "Ada", "operator")
    assert (await desk.browser.get("/api/runs")).status_code == 200


async def test_the_provider_sends_the_browser_back_to_where_it_came_from(desk: Desk) -> None:
    async def way_back(host: str) -> str:
        response = await desk.browser.get("/api/session/oidc", headers={"Host": host})
        return parse_qs(urlsplit(response.headers["location"]).query)["redirect_uri"][0]

    assert await way_back("localhost:8080") == "http://localhost:8080/api/session/oidc/callback"
    assert await way_back("[::1]:9") == "http://[::1]:9/api/session/oidc/callback"
    desk.offer(public_url=HTTPS)
    assert await way_back("localhost:8080") == f"{HTTPS}/api/session/oidc/callback"


async def test_a_host_that_is_not_this_machine_needs_a_public_address() -> None:
    async with opened(allowed_hosts=("callsheet.example",)) as desk:
        response = await desk.browser.get("/api/session/oidc", headers={"Host": "callsheet.example"})
    assert_page(response, 503)
    assert "public_url" in response.text


async def test_somebody_in_no_known_group_is_refused_by_name(desk: Desk) -> None:
    response = await desk.come_back(MALLORY)
    assert_page(response, 403)
    assert "You are in none of the groups" in response.text
    assert 'href="/sign-in"' in response.text
    assert SESSION_COOKIE not in response.cookies
    assert await desk.acts() == [("user:mallory", "", "session.begin", "forbidden")]


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        ("access_denied", 401, "refused the sign-in"),
        ("login_required", 401, "sign in there first"),
        ("temporarily_unavailable", 503, "Try again later"),
        (HOSTILE, 401, "refused the sign-in"),
    ],
)
async def test_a_refusal_of_the_provider_becomes_a_sentence_of_ours(
    desk: Desk, error: str, status: int, sentence: str
) -> None:
    response = await desk.back(state=await desk.begin(), error=error, error_description=HOSTILE)
    assert_page(response, status)
    assert sentence in response.text
    assert "alert" not in response.text


async def test_refusals_of_the_provider_stand_in_the_log(desk: Desk) -> None:
    await desk.back(state=await desk.begin(), error="access_denied")
    assert await desk.acts() == [("", "", "session.begin", "credential.invalid")]


async def test_an_answer_needs_the_browser_that_asked(desk: Desk) -> None:
    answer = desk.provider.accept(await desk.begin(), ADA)
    async with desk.house.client() as another:
        response = await another.get("/api/session/oidc/callback", params=dict(answer))
    assert_page(response, 401)
    assert "Begin again" in response.text
    assert await desk.acts() == []  # anybody can send this, as often as they like


async def test_an_answer_to_an_earlier_question_is_refused(desk: Desk) -> None:
    earlier = desk.provider.accept(await desk.begin(), ADA)
    await desk.begin()
    assert_page(await desk.back(**earlier), 401)


async def test_an_answer_counts_once(desk: Desk) -> None:
    answer = desk.provider.accept(await desk.begin(), ADA)
    assert_page(await desk.back(**answer), 200)
    assert_page(await desk.back(**answer), 401)


async def test_an_answer_that_took_too_long_is_refused(desk: Desk) -> None:
    answer = desk.provider.accept(await desk.begin(), ADA)
    desk.clock.moment += LASTS
    assert_page(await desk.back(**answer), 401)


@pytest.mark.parametrize(
    "cookie",
    ["", "v1.", "v1.AAAA", "x" * 4000, KeyCipher(bytes(KEY_BYTES)).encrypt("{}", "other")],
    ids=["none", "empty", "short", "long", "of another purpose"],
)
async def test_a_cookie_that_is_not_ours_is_refused(desk: Desk, cookie: str) -> None:
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    response = await desk.browser.get("/api/session/oidc/callback?state=é&code=x", headers=headers)
    assert_page(response, 401)


async def test_another_process_with_the_same_key_takes_the_answer(desk: Desk) -> None:
    answer = desk.provider.accept(await desk.begin(), ADA)
    desk.offer(cipher=KeyCipher(bytes(KEY_BYTES)))
    assert_page(await desk.back(**answer), 200)


async def test_a_provider_that_is_away_is_told_as_such(desk: Desk) -> None:
    class Away(MemoryProvider):
        async def ask(self, redirect_uri: str) -> Any:
            raise Unavailable("The provider does not answer.")

    desk.offer(provider=Away())
    response = await desk.browser.get("/api/session/oidc")
    assert_page(response, 503)
    assert response.headers["retry-after"]


async def test_without_a_provider_nobody_is_sent_anywhere(house: House) -> None:
    async with house.client() as browser:
        for path in ("/api/session/oidc", "/api/session/oidc/callback?code=x&state=y"):
            response = await browser.get(path)
            assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "wish",
    [
        "",
        "runs",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/api/session/oidc",
        "/" + "x" * 2000,
        "/\u202e",
    ],
)
async def test_nobody_is_sent_to_another_site_afterwards(desk: Desk, wish: str) -> None:
    assert local_path(wish) == "/"
    response = await desk.come_back(ADA, wish)
    assert refreshed_to(response) == "/"


@pytest.mark.parametrize(
    "wish", ["/", "/runs/a%20b?x=1#y", '/"><script>alert(1)</script>', "/a' onload='x", "/;url=//x"]
)
async def test_a_path_of_ours_stays_what_it_is_and_never_becomes_markup(desk: Desk, wish: str) -> None:
    response = await desk.come_back(ADA, wish)
    assert_page(response, 200)
    assert refreshed_to(response).replace("&#x27;", "'") == quote(wish, safe="/?#=%;'()")
