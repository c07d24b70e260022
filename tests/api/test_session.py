"""Signing in and out, and what a cookie is good for."""

from datetime import timedelta
from typing import cast

import httpx2
import pytest

from callsheet.access.audit import AuditFilter
from callsheet.access.keys import digest_of
from callsheet.access.scopes import SCOPES_OF, Role, Scope
from callsheet.api.options import ApiOptions
from callsheet.api.session_cookie import MOST_COOKIES, SessionCookie
from callsheet.testing import ManualClock
from tests.api.credentials import OWN, asking_house, bearer, key_of
from tests.api.house import House

COOKIE = SessionCookie().name


@pytest.fixture
def house() -> House:
    return asking_house()


async def signed_in(client: httpx2.AsyncClient, house: House, role: Role = Role.ADMIN) -> httpx2.Response:
    return await client.post("/api/session", json={"key": await key_of(house, role)})


def token_in(client: httpx2.AsyncClient) -> str:
    return client.cookies[COOKIE]


async def test_nobody_is_signed_in_without_a_credential(client: httpx2.AsyncClient) -> None:
    body = (await client.get("/api/session")).json()

    assert (body["auth"], body["signed_in"], body["role"], body["scopes"]) == ("on", False, None, [])


async def test_everybody_is_the_local_admin_where_nobody_is_asked() -> None:
    async with House().client() as client:
        body = (await client.get("/api/session")).json()
        refused = await client.post("/api/session", json={"key": "cs_x"})

        assert (body["auth"], body["signed_in"], body["subject"], body["role"]) == ("off", True, "local", "admin")
        assert refused.status_code == 409
        assert (await client.delete("/api/session")).status_code == 204


async def test_a_key_begins_a_session_that_a_cookie_goes_on_with(client: httpx2.AsyncClient, house: House) -> None:
    answer = await signed_in(client, house, Role.OPERATOR)

    assert answer.status_code == 200
    assert answer.json()["scopes"] == sorted(SCOPES_OF[Role.OPERATOR] - {Scope.METRICS_READ})
    assert answer.json()["expires_at"] == "2026-01-01T12:00:00.000+00:00"
    assert (await client.get("/api/session")).json() == answer.json()
    assert (await client.get("/api/runs")).status_code == 200
    assert (await client.get("/api/keys")).status_code == 403


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    client: httpx2.AsyncClient, house: House
) -> None:
    cookie = (await signed_in(client, house)).headers["set-cookie"]

    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {
        "httponly",
        "max-age=43200",
        "path=/",
        "samesite=strict",
    }


async def test_behind_https_the_cookie_is_sent_over_tls_alone_and_nobody_else_can_set_it() -> None:
    house = House(asks=True, options=ApiOptions(secure_cookies=True))
    async with house.client() as client:
        cookie = (await signed_in(client, house)).headers["set-cookie"]
        name, _, token = cookie.partition(";")[0].partition("=")
        told = [await status_with(client, f"{name}={token}"), await status_with(client, f"callsheet_session={token}")]
        gone = (await client.delete("/api/session", headers={**OWN, "Cookie": f"{name}={token}"})).headers["set-cookie"]

    assert name == "__Host-callsheet_session"
    assert all("; path=/;" in text.lower() and "; secure" in text.lower() for text in (cookie, gone))
    assert "domain" not in cookie.lower() + gone.lower()
    assert gone.startswith(f'{name}=""')
    assert told == [200, 401]


async def test_the_store_keeps_no_token(client: httpx2.AsyncClient, house: House) -> None:
    await signed_in(client, house)

    assert await house.access.sessions.find(token_in(client)) is None
    assert await house.access.sessions.find(digest_of(token_in(client))) is not None


async def test_each_sign_in_has_a_new_token_and_ends_the_session_before(
    client: httpx2.AsyncClient, house: House
) -> None:
    key = await key_of(house)
    await client.post("/api/session", json={"key": key})
    first = token_in(client)
    await client.post("/api/session", json={"key": key}, headers=OWN)

    assert token_in(client) != first
    assert await house.access.sessions.find(digest_of(first)) is None


async def test_a_token_that_somebody_planted_is_not_taken_over(client: httpx2.AsyncClient, house: House) -> None:
    planted = "A" * 43
    headers = {"Cookie": f"{COOKIE}={planted}", **OWN}
    answer = await client.post("/api/session", json={"key": await key_of(house)}, headers=headers)

    assert planted not in answer.headers["set-cookie"]
    assert (await client.get("/api/runs", headers={"Cookie": f"{COOKIE}={planted}"})).status_code == 401


@pytest.mark.parametrize("key", ["", "cs_", "x" * 256, "cs_0123456789ab_" + "A" * 43, "cs_ÿ"])
async def test_what_is_no_key_signs_nobody_in(client: httpx2.AsyncClient, key: str) -> None:
    answer = await client.post("/api/session", json={"key": key})

    assert (answer.status_code, answer.json()["code"]) == (401, "credential.invalid")
    assert "set-cookie" not in answer.headers


async def test_an_expired_key_signs_nobody_in(client: httpx2.AsyncClient, house: House) -> None:
    clock = cast("ManualClock", house.clock)
    key = await key_of(house, expires_at=clock.now() + timedelta(hours=1))
    clock.advance(3600)

    assert (await client.post("/api/session", json={"key": key})).json()["code"] == "credential.expired"


async def test_a_session_ends_with_its_key_at_the_latest(client: httpx2.AsyncClient, house: House) -> None:
    clock = cast("ManualClock", house.clock)
    key = await key_of(house, expires_at=clock.now() + timedelta(hours=1))
    await client.post("/api/session", json={"key": key})
    assert (await client.get("/api/runs")).status_code == 200
    clock.advance(3600)

    assert (await client.get("/api/runs")).json()["code"] == "credential.expired"
    assert (await client.get("/api/session")).json()["signed_in"] is False


async def test_signing_out_ends_the_session_at_once(client: httpx2.AsyncClient, house: House) -> None:
    await signed_in(client, house)
    token = token_in(client)
    assert (await client.get("/api/runs")).status_code == 200
    answer = await client.delete("/api/session", headers=OWN)

    assert answer.status_code == 204
    assert f'{COOKIE}=""' in answer.headers["set-cookie"]
    again = await client.get("/api/runs", headers={"Cookie": f"{COOKIE}={token}"})
    assert (again.status_code, again.json()["code"]) == (401, "credential.invalid")


async def test_revoking_its_key_ends_a_session_at_once(client: httpx2.AsyncClient, house: House) -> None:
    await signed_in(client, house)
    (key,) = (await client.get("/api/keys")).json()["keys"]
    await client.delete(f"/api/keys/{key['key_id']}", headers=OWN)

    assert (await client.get("/api/runs")).status_code == 401


FORGED = [{}, {"Sec-Fetch-Site": "same-site", **OWN}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "cross-site"}]


@pytest.mark.parametrize("headers", FORGED)
@pytest.mark.parametrize("path", ["/api/runs/bulk", "/api/session", "/api/keys", "/mcp", "/nowhere"])
async def test_a_cookie_changes_nothing_but_from_our_own_page(
    client: httpx2.AsyncClient, house: House, headers: dict[str, str], path: str
) -> None:
    await signed_in(client, house)
    answer = await client.post(path, json={}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "origin.foreign")


@pytest.mark.parametrize("headers", [OWN, {"Sec-Fetch-Site": "same-origin"}])
async def test_our_own_page_may_change_something(
    client: httpx2.AsyncClient, house: House, headers: dict[str, str]
) -> None:
    await signed_in(client, house)

    assert (await client.post("/api/runs/bulk", json={}, headers=headers)).status_code == 422


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403),
    ],
)
async def test_a_cookie_reads_nothing_for_a_page_of_a_neighbour(
    client: httpx2.AsyncClient, house: House, headers: dict[str, str], status: int
) -> None:
    await signed_in(client, house)

    assert (await client.get("/api/runs", headers=headers)).status_code == status


async def test_a_key_needs_no_page(client: httpx2.AsyncClient, house: House) -> None:
    await signed_in(client, house, Role.VIEWER)
    answer = await client.post("/api/runs/bulk", json={}, headers=bearer(await key_of(house)))

    assert answer.status_code == 422


async def status_with(client: httpx2.AsyncClient, cookie: str) -> int:
    """The status of a request with this `Cookie` and no other."""
    client.cookies.clear()
    return (await client.get("/api/runs", headers={"Cookie": cookie})).status_code


async def test_garbage_that_a_neighbour_planted_does_not_sign_anybody_out(
    client: httpx2.AsyncClient, house: House
) -> None:
    await signed_in(client, house)
    token = token_in(client)
    for garbage in ("x", "A" * 43, ""):
        assert await status_with(client, f"{COOKIE}={garbage}; a=b; {COOKIE}={token}") == 200
        assert await status_with(client, f"{COOKIE}={token}; {COOKIE}={garbage}") == 200
    assert await status_with(client, "; ".join(f"{COOKIE}={number}" for number in range(MOST_COOKIES + 1))) == 401


async def test_of_two_sessions_none_counts_and_signing_in_ends_both(client: httpx2.AsyncClient, house: House) -> None:
    tokens: list[str] = []
    for role in (Role.ADMIN, Role.VIEWER):
        client.cookies.clear()
        await signed_in(client, house, role)
        tokens.append(token_in(client))
    both = "; ".join(f"{COOKIE}={token}" for token in tokens)
    client.cookies.clear()
    refused = await client.get("/api/runs", headers={"Cookie": both})
    unknown = await client.get("/api/session", headers={"Cookie": both})
    key = await key_of(house, name="again")
    again = await client.post("/api/session", json={"key": key}, headers={"Cookie": both, **OWN})
    planted = f"{COOKIE}={tokens[1]}; {again.headers['set-cookie'].partition(';')[0]}"

    assert (refused.status_code, refused.json()["code"]) == (401, "credential.invalid")
    assert (unknown.status_code, unknown.json()["signed_in"]) == (200, False)
    assert await status_with(client, planted) == 200
    for token in tokens:
        assert await house.access.sessions.find(digest_of(token)) is None


async def test_signing_in_and_out_and_failing_to_is_in_the_log(client: httpx2.AsyncClient, house: House) -> None:
    await signed_in(client, house)
    await client.delete("/api/session", headers=OWN)
    await client.post("/api/session", json={"key": "cs_0123456789ab_" + "A" * 43})
    await house.gate.acts.settle()

    entries = await house.access.audit.list(AuditFilter(action="session."), 10)
    assert [(entry.act.action, entry.act.subject, entry.outcome and entry.outcome.result) for entry in entries] == [
        ("session.begin", "", "credential.invalid"),
        ("session.end", "key:admin", "done"),
        ("session.begin", "key:admin", "done"),
    ]
    assert entries[0].act.target == "0123456789ab"
    assert {entry.act.source for entry in entries} == {"127.0.0.1"}


async def test_strangers_cannot_fill_the_log(client: httpx2.AsyncClient, house: House) -> None:
    for _ in range(100):
        await client.post("/api/session", json={"key": "cs_wrong"})
    await house.gate.acts.settle()

    assert len(await house.access.audit.list(AuditFilter(), 200)) == 60
