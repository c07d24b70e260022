"""How often somebody may call: over ASGI, with the limits of a test."""

import json

import httpx2

from callsheet.access.rates import Rate
from callsheet.api.options import ApiOptions, CallRates
from callsheet.api.sources import Sources
from callsheet.runs.admission import Room
from tests.api.house import NEWS, House

OFTEN = Rate(1_000, 60.0)


def limited(**rates: Rate) -> House:
    return House(
        options=ApiOptions(
            rates=CallRates(**{"key": OFTEN, "source": OFTEN, **rates}), sources=Sources.parse(["127.0.0.1"])
        )
    )


async def statuses(client: httpx2.AsyncClient, count: int, source: str = "198.51.100.1") -> list[int]:
    return [(await client.get("/api/scenarios", headers={"X-Forwarded-For": source})).status_code for _ in range(count)]


async def test_too_many_requests_from_one_address_are_told_when_to_come_again() -> None:
    async with limited(source=Rate(3, 60.0)).client() as client:
        assert await statuses(client, 3) == [200, 200, 200]
        refused = await client.get("/healthz", headers={"X-Forwarded-For": "198.51.100.1"})
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 20
        assert json.loads(refused.content)["code"] == "rate.exceeded"
        assert refused.headers["X-Content-Type-Options"] == "nosniff"
        assert await statuses(client, 1, "198.51.100.2") == [200]


async def test_one_caller_is_counted_wherever_they_call_from() -> None:
    async with limited(key=Rate(2, 60.0)).client() as client:
        found = [(await statuses(client, 1, f"198.51.100.{number}"))[0] for number in range(3)]
        assert found == [200, 200, 429]


async def test_where_nobody_is_counted_nobody_is_refused() -> None:
    async with House().client() as client:
        assert set(await statuses(client, 50)) == {200}


async def test_an_owner_with_as_many_runs_as_they_may_is_told_so_and_nothing_is_recorded() -> None:
    house = House(room=Room(per_owner=2))
    body = {"scenario_id": NEWS, "input": {"url": "http://127.0.0.1:1/"}}
    async with house.client() as client:
        answers = [await client.post("/api/runs", json=body) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert json.loads(answers[2].content)["code"] == "runs.too_many"
        assert answers[2].headers["Retry-After"]
        assert len(json.loads((await client.get("/api/runs")).content)["runs"]) == 2


async def test_with_a_full_queue_nothing_is_taken_in_and_nothing_is_recorded() -> None:
    house = House(room=Room(queued=2))
    body = {"scenario_id": NEWS, "input": {"url": "http://127.0.0.1:1/"}}
    async with house.client() as client:
        answers = [await client.post("/api/runs", json=body) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 503]
        assert json.loads(answers[2].content)["code"] == "queue.full"
        assert answers[2].headers["Retry-After"]
        assert len(json.loads((await client.get("/api/runs")).content)["runs"]) == 2
        house.engine.dispatched.clear()
        assert (await client.post("/api/runs", json=body)).status_code == 202
