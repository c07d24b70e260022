"""Runs that go first: `priority`."""

from typing import Any

import httpx2
import pytest

from tests.api.house import ARTICLE, NEWS, House

BODY: dict[str, Any] = {"scenario_id": NEWS, "input": ARTICLE}


async def test_a_priority_is_stored_shown_and_told_to_the_engine(house: House, client: httpx2.AsyncClient) -> None:
    run_id = (await client.post("/api/runs", json={**BODY, "priority": 7})).json()["run_id"]

    assert (await house.journal.summary(run_id)).priority == 7
    assert (await client.get(f"/api/runs/{run_id}")).json()["priority"] == 7
    assert (await client.get("/api/runs")).json()["runs"][0]["priority"] == 7


async def test_without_one_it_is_nought(client: httpx2.AsyncClient) -> None:
    run_id = (await client.post("/api/runs", json=BODY)).json()["run_id"]

    assert (await client.get(f"/api/runs/{run_id}")).json()["priority"] == 0


@pytest.mark.parametrize("priority", [101, -101, 1.5, "high", True, None])
async def test_what_is_no_priority_is_422(client: httpx2.AsyncClient, priority: object) -> None:
    response = await client.post("/api/runs", json={**BODY, "priority": priority})

    assert (response.status_code, response.json()["code"]) == (422, "request.invalid")


async def test_the_same_key_with_another_priority_is_another_request(client: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "one"}
    first = await client.post("/api/runs", json=BODY, headers=headers)
    same = await client.post("/api/runs", json={**BODY, "priority": 0}, headers=headers)
    other = await client.post("/api/runs", json={**BODY, "priority": 1}, headers=headers)

    assert first.json() == same.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key.reused")
