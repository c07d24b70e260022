"""Who tries credentials over HTTP: kept out by address, and those who have one are not."""

import asyncio
from typing import cast

import httpx2
import pytest

from callsheet.access.keys import key_id_of
from callsheet.access.rates import Rate
from callsheet.access.stores import AccessStores
from callsheet.api.options import ApiOptions, CallRates
from callsheet.api.sources import Sources
from callsheet.api.sse import ABORT
from callsheet.journal.memory_access import MemoryAuditLog, MemorySessionStore
from callsheet.testing import ManualClock
from tests.api.asgi import exchange
from tests.api.credentials import OWN, bearer, key_of
from tests.api.house import House
from tests.api.test_credentials import CountingKeys

OFTEN = Rate(10_000, 60.0)


@pytest.fixture
def house() -> House:
    keys = CountingKeys()
    stores = AccessStores(keys=keys, sessions=MemorySessionStore(keys), audit=MemoryAuditLog())
    rates = CallRates(key=OFTEN, source=OFTEN, guesses=Rate(3, 60.0))
    options = ApiOptions(rates=rates, sources=Sources.parse(["127.0.0.1"]))
    return House(asks=True, clock=ManualClock(), access=stores, options=options)


def asked(house: House) -> int:
    return cast("CountingKeys", house.access.keys).asked


async def guess(client: httpx2.AsyncClient, number: int, source: str = "198.51.100.1") -> httpx2.Response:
    headers = {**bearer(f"cs_{number:08}_wrong"), "X-Forwarded-For": source}
    return await client.get("/api/runs", headers=headers)


async def test_too_many_wrong_keys_from_one_address_are_told_when_to_come_again(
    client: httpx2.AsyncClient, house: House
) -> None:
    found = [(await guess(client, number)).status_code for number in range(3)]
    before = asked(house)
    refused = await guess(client, 3)

    assert found == [401, 401, 401]
    assert (refused.status_code, refused.json()["code"]) == (429, "rate.guesses")
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert asked(house) == before
    assert (await guess(client, 3, "198.51.100.2")).status_code == 401


async def test_who_has_a_key_works_on_beside_one_who_guesses(client: httpx2.AsyncClient, house: House) -> None:
    headers = {**bearer(await key_of(house)), "X-Forwarded-For": "198.51.100.1"}
    assert (await client.get("/api/runs", headers=headers)).status_code == 200
    for number in range(5):
        await guess(client, number)

    assert (await client.get("/api/runs", headers=headers)).status_code == 200


async def test_pages_that_need_nobody_are_there_for_those_too_who_guessed(client: httpx2.AsyncClient) -> None:
    for number in range(4):
        await guess(client, number)
    headers = {**bearer("cs_wrong_too"), "X-Forwarded-For": "198.51.100.1"}

    assert (await client.get("/healthz", headers=headers)).status_code == 200
    assert (await client.get("/api/session", headers=headers)).json()["signed_in"] is False


async def test_wrong_keys_do_not_keep_the_stream_of_a_revoked_one_open(house: House) -> None:
    key = await key_of(house)
    headers = [(b"authorization", f"Bearer {key}".encode()), (b"x-forwarded-for", b"198.51.100.1")]
    dropped = asyncio.Event()
    async with (
        house.client() as client,
        exchange(house.app, "GET", "/api/events", more=headers, scope={ABORT: dropped.set}) as stream,
    ):
        assert (await stream.start())[0] == 200
        assert await stream.chunk()
        await house.access.keys.revoke(key_id_of(key) or "", house.clock.now())
        clock = cast("ManualClock", house.clock)
        clock.advance(6)
        answers = [await client.get("/api/runs", headers={**bearer(key), "X-Forwarded-For": "198.51.100.1"})]
        answers += [await guess(client, number) for number in range(3)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        clock.advance(24)
        async with asyncio.timeout(5):
            await dropped.wait()
            await stream.task


async def test_keys_that_somebody_tries_to_sign_in_with_count_too(client: httpx2.AsyncClient, house: House) -> None:
    sent = {**OWN, "X-Forwarded-For": "198.51.100.1"}
    answers = [
        await client.post("/api/session", json={"key": f"cs_{number:08}_wrong"}, headers=sent) for number in range(4)
    ]
    good = await client.post("/api/session", json={"key": await key_of(house)}, headers=sent)

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert good.status_code == 429  # nobody knows of it yet
    assert (await guess(client, 9)).status_code == 429
