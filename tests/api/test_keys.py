"""Keys over HTTP."""

import httpx2
import pytest

from callsheet.access.audit import AuditFilter
from callsheet.access.keys import key_id_of
from callsheet.access.scopes import Role
from tests.api.credentials import asking_house, bearer, key_of
from tests.api.house import House


@pytest.fixture
def house() -> House:
    return asking_house()


async def test_a_key_is_told_once_and_works(client: httpx2.AsyncClient, house: House) -> None:
    admin = bearer(await key_of(house))
    made = await client.post("/api/keys", json={"name": "ci", "role": "operator"}, headers=admin)
    listed = (await client.get("/api/keys", headers=admin)).json()["keys"]

    assert made.status_code == 201
    key = made.json().pop("key")
    (row,) = [row for row in listed if row["name"] == "ci"]
    assert row == {name: value for name, value in made.json().items() if name != "key"}
    assert (row["created_by"], row["every_run"], row["key_id"]) == ("key:admin", False, key_id_of(key))
    assert key not in str(listed)
    session = (await client.get("/api/session", headers=bearer(key))).json()
    assert (session["subject"], session["role"], session["expires_at"]) == ("key:ci", "operator", None)


async def test_a_revoked_key_is_refused_at_once(client: httpx2.AsyncClient, house: House) -> None:
    admin, key = bearer(await key_of(house)), await key_of(house, Role.VIEWER)
    assert (await client.get("/api/runs", headers=bearer(key))).status_code == 200
    revoked = await client.delete(f"/api/keys/{key_id_of(key)}", headers=admin)

    assert revoked.json()["revoked_at"] is not None
    answer = await client.get("/api/runs", headers=bearer(key))
    assert (answer.status_code, answer.json()["code"]) == (401, "credential.invalid")
    assert (await client.delete(f"/api/keys/{key_id_of(key)}", headers=admin)).json() == revoked.json()


async def test_a_key_that_nobody_made_cannot_be_revoked(client: httpx2.AsyncClient, house: House) -> None:
    answer = await client.delete("/api/keys/0123456789ab", headers=bearer(await key_of(house)))

    assert (answer.status_code, answer.json()["code"]) == (404, "key.not_found")


@pytest.mark.parametrize(
    "wish",
    [
        {"name": "a b", "role": "viewer"},
        {"name": "", "role": "viewer"},
        {"name": "a", "role": "root"},
        {"name": "a", "role": "viewer", "scenarios": ["a b"]},
        {"name": "a", "role": "viewer", "expires_at": "2025-01-01T00:00:00Z"},
        {"name": "a", "role": "viewer", "every_run": 1},
        {"name": "a", "role": "viewer", "digest": "0"},
        {"name": "a"},
    ],
)
async def test_a_wish_that_cannot_be_is_refused(client: httpx2.AsyncClient, house: House, wish: object) -> None:
    answer = await client.post("/api/keys", json=wish, headers=bearer(await key_of(house)))

    assert answer.status_code == 422
    assert len(await house.access.keys.list()) == 1


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"name": "x", "role": "operator", "scenarios": ["news_*"]}, 201),
        ({"name": "x", "role": "admin", "every_run": False, "scenarios": ["news_a_*"]}, 201),
        ({"name": "small", "role": "operator", "scenarios": ["news_a"]}, 201),
        ({"name": "x", "role": "operator"}, 403),
        ({"name": "x", "role": "operator", "scenarios": ["news_*", "other"]}, 403),
        ({"name": "x", "role": "operator", "scenarios": ["n*"]}, 403),
        ({"name": "x", "role": "operator", "scenarios": ["news_*"], "every_run": True}, 403),
        ({"name": "x", "role": "viewer", "scenarios": ["news_*"]}, 403),
        ({"name": "other", "role": "operator", "scenarios": ["news_*"]}, 403),
    ],
)
async def test_nobody_gives_more_than_they_have(
    client: httpx2.AsyncClient, house: House, wish: object, status: int
) -> None:
    await key_of(house, Role.OPERATOR, name="other")
    small = await key_of(house, name="small", every_run=False, scenarios=("news_*",))
    answer = await client.post("/api/keys", json=wish, headers=bearer(small))

    assert answer.status_code == status
    assert len(await house.access.keys.list()) == (3 if status == 201 else 2)


async def test_making_revoking_and_being_refused_are_in_the_log(client: httpx2.AsyncClient, house: House) -> None:
    admin, viewer = bearer(await key_of(house)), bearer(await key_of(house, Role.VIEWER))
    made = (await client.post("/api/keys", json={"name": "ci", "role": "viewer"}, headers=admin)).json()
    await client.delete(f"/api/keys/{made['key_id']}", headers=admin)
    await client.post("/api/keys", json={"name": "ci", "role": "admin"}, headers=viewer)
    await client.post("/api/keys", json={"name": "ci", "role": "admin"})
    await house.gate.acts.settle()

    entries = await house.access.audit.list(AuditFilter(action="key."), 10)
    told = [
        (entry.act.action, entry.act.subject, entry.act.target, entry.outcome.result, entry.outcome.target)
        for entry in entries
        if entry.outcome
    ]
    assert told == [
        ("key.create", "key:viewer", "", "forbidden", ""),
        ("key.revoke", "key:admin", made["key_id"], "done", ""),
        ("key.create", "key:admin", "", "done", made["key_id"]),
    ]
    assert made["key"] not in str(entries)
