"""Who gets in with which credential, and for how long."""

import asyncio
from typing import cast

import httpx2
import pytest

from callsheet.access.keys import ApiKey, key_id_of
from callsheet.access.scopes import Role
from callsheet.access.stores import AccessStores
from callsheet.api.sse import ABORT
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.memory_access import MemoryAuditLog, MemoryKeyStore, MemorySessionStore
from callsheet.testing import ManualClock
from tests.api.asgi import exchange
from tests.api.credentials import asking_house, bearer, key_of
from tests.api.house import House


class CountingKeys(MemoryKeyStore):
    """Knows how often it was asked and told; is away while `away`."""

    asked = 0
    touched = 0
    away = False

    async def find(self, key_id: str) -> ApiKey | None:
        self.asked += 1
        if self.away:
            raise JournalUnavailable
        return await super().find(key_id)

    async def touch(self, key_id: str, at: object) -> None:
        self.touched += 1
        await super().touch(key_id, at)  # pyright: ignore[reportArgumentType]


@pytest.fixture
def keys() -> CountingKeys:
    return CountingKeys()


@pytest.fixture
def house(keys: CountingKeys) -> House:
    stores = AccessStores(keys=keys, sessions=MemorySessionStore(keys), audit=MemoryAuditLog())
    return House(asks=True, clock=ManualClock(), access=stores)


def clock_of(house: House) -> ManualClock:
    return cast("ManualClock", house.clock)


@pytest.mark.parametrize(
    "headers",
    [
        [("Authorization", "")],
        [("Authorization", "Bearer")],
        [("Authorization", "Basic YTpi")],
        [("Authorization", "Bearer cs_wrong")],
        [("Authorization", "Bearer KEY x")],
        [("Authorization", "Bearer KEY, Bearer KEY")],
        [("Authorization", "KEY")],
        [("Authorization", "Bearer KEY"), ("Authorization", "Bearer KEY")],
        [("Authorization", "Bearer " + "a" * 5_000)],
    ],
)
async def test_an_authorization_of_another_form_is_no_credential(
    client: httpx2.AsyncClient, house: House, headers: list[tuple[str, str]]
) -> None:
    key = await key_of(house)
    answer = await client.get("/api/runs", headers=[(name, value.replace("KEY", key)) for name, value in headers])

    assert (answer.status_code, answer.json()["code"]) == (401, "credential.invalid")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_scheme_may_be_written_in_any_case(client: httpx2.AsyncClient, house: House) -> None:
    key = await key_of(house)

    assert (await client.get("/api/runs", headers={"Authorization": f"bEARER  {key}"})).status_code == 200


async def test_a_key_in_the_query_is_none(client: httpx2.AsyncClient, house: House) -> None:
    key = await key_of(house)
    for name in ("key", "token", "access_token", "authorization", "api_key"):
        answer = await client.get("/api/runs", params={name: key})
        assert (answer.status_code, answer.json()["code"]) == (401, "credential.missing")


async def test_a_wrong_key_is_not_made_good_by_a_cookie(client: httpx2.AsyncClient, house: House) -> None:
    await client.post("/api/session", json={"key": await key_of(house)})

    assert (await client.get("/api/runs", headers=bearer("cs_wrong"))).status_code == 401


async def test_the_store_is_not_asked_for_each_request(
    client: httpx2.AsyncClient, house: House, keys: CountingKeys
) -> None:
    headers = bearer(await key_of(house))
    asked = keys.asked
    for _ in range(20):
        assert (await client.get("/api/runs", headers=headers)).status_code == 200

    assert keys.asked == asked + 1
    clock_of(house).advance(5)
    await client.get("/api/runs", headers=headers)
    assert keys.asked == asked + 2


async def test_what_another_process_takes_back_counts_for_five_seconds_more(
    client: httpx2.AsyncClient, house: House, keys: CountingKeys
) -> None:
    key = await key_of(house)
    assert (await client.get("/api/runs", headers=bearer(key))).status_code == 200
    await keys.revoke(key_id_of(key) or "", house.clock.now())
    assert (await client.get("/api/runs", headers=bearer(key))).status_code == 200
    clock_of(house).advance(5)

    assert (await client.get("/api/runs", headers=bearer(key))).status_code == 401


async def test_the_use_of_a_key_is_kept_once_a_minute(
    client: httpx2.AsyncClient, house: House, keys: CountingKeys
) -> None:
    key = await key_of(house)
    for _ in range(24):
        await client.get("/api/runs", headers=bearer(key))
        clock_of(house).advance(5)

    assert keys.touched == 2
    await client.get("/api/runs", headers=bearer(f"{key[:-3]}AAA"))
    assert keys.touched == 2


async def test_who_calls_cannot_be_told_while_the_store_is_away(
    client: httpx2.AsyncClient, house: House, keys: CountingKeys
) -> None:
    headers = bearer(await key_of(house))
    keys.away = True

    assert (await client.get("/api/runs", headers=headers)).status_code == 503
    assert (await client.get("/healthz", headers=headers)).status_code == 200
    assert (await client.get("/api/runs")).status_code == 401


@pytest.mark.parametrize("path", ["/api/events", "/api/runs/{run_id}/events"])
async def test_the_stream_of_a_revoked_key_is_cut(house: House, keys: CountingKeys, path: str) -> None:
    key = await key_of(house, Role.ADMIN)
    headers = [(b"authorization", f"Bearer {key}".encode())]
    path = path.format(run_id=await house.run())
    dropped = asyncio.Event()
    async with exchange(house.app, "GET", path, more=headers, scope={ABORT: dropped.set}) as stream:
        assert (await stream.start())[0] == 200
        assert await stream.chunk()
        clock_of(house).advance(30)
        for _ in range(20):
            await asyncio.sleep(0)
        assert not dropped.is_set()
        await keys.revoke(key_id_of(key) or "", house.clock.now())
        clock_of(house).advance(30)
        async with asyncio.timeout(5):
            await dropped.wait()
            await stream.task


async def test_readiness_names_nothing_to_strangers(client: httpx2.AsyncClient, house: House) -> None:
    house.draining.start()
    stranger = await client.get("/readyz")
    known = await client.get("/readyz", headers=bearer(await key_of(house)))

    assert stranger.status_code == known.status_code == 503
    assert (stranger.json()["engine"], stranger.json()["detail"]) == ("not ready", "The service is not ready.")
    assert "stopping" in known.json()["engine"]


def test_the_document_says_of_each_operation_who_may_have_it() -> None:
    paths = asking_house().app.openapi()["paths"]

    cancel, hook = paths["/api/runs/{run_id}/cancel"]["post"], paths["/api/hooks/{name}"]["post"]
    assert (cancel["x-scope"], cancel["security"]) == ("runs:write", [{"bearer": []}, {"cookie": []}])
    assert {"401", "403"} <= set(cancel["responses"])
    assert "security" not in hook
    assert "x-scope" not in hook
