"""`GET /api/stats`: many runs at a glance. What is counted how is in `tests/runs/statistics`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import orjson
import pytest

from callsheet.access.mandate import Mandate
from callsheet.access.patterns import Patterns
from callsheet.access.principal import LOCAL, Principal
from callsheet.access.scopes import Role
from callsheet.runs.codec import timestamp
from callsheet.runs.events import RunStatus
from tests.api.house import House
from tests.support.events import NOON, after_noon, new_run, run_finished, step_finished, step_started
from tests.support.scenarios import scenario, step

WINDOW = {"since": timestamp(NOON - timedelta(hours=1)), "until": timestamp(NOON + timedelta(hours=1))}


async def test_a_report_has_the_shape_that_is_promised(house: House, client: httpx2.AsyncClient) -> None:
    definition = orjson.dumps(scenario(step("search", tool="find", server="news")))
    run = await house.journal.create(new_run(definition=definition))
    end = run_finished(run.run_id, finished_at=after_noon(2))
    await house.journal.append(run.run_id, 1, [step_started(run.run_id), step_finished(run.run_id), end])

    response = await client.get("/api/stats", params=WINDOW)

    figures: dict[str, Any] = {"success": 1, "failed": 0, "success_rate": 1.0}
    assert response.json() == {
        **WINDOW,
        "runs": 1,
        "truncated": False,
        "scenarios": [{"scenario_id": "news", "runs": 1, "cancelled": 0, **figures, "p50_ms": 2000, "p95_ms": 2000}],
        "tools": [{"server": "news", "tool": "find", "calls": 1, **figures, "p50_ms": 0, "p95_ms": 0}],
        "slowest_steps": [
            {
                "run_id": run.run_id,
                "scenario_id": "news",
                "step_path": "search",
                "step_type": "tool",
                "tool": "news/find",
                "duration_ms": 0,
                "status": "success",
            }
        ],
        "failures": [],
    }


async def test_no_runs_is_an_empty_report(client: httpx2.AsyncClient) -> None:
    body = (await client.get("/api/stats")).json()

    assert (body["runs"], body["truncated"], body["scenarios"], body["failures"]) == (0, False, [], [])


async def test_one_scenario_can_be_asked_for(house: House, client: httpx2.AsyncClient) -> None:
    for scenario_id in ("one", "two", "two"):
        run = await house.journal.create(new_run(scenario_id=scenario_id))
        await house.journal.append(run.run_id, 1, [run_finished(run.run_id, RunStatus.CANCELLED)])

    body = (await client.get("/api/stats", params={**WINDOW, "scenario_id": "two"})).json()

    assert [(each["scenario_id"], each["runs"], each["cancelled"]) for each in body["scenarios"]] == [("two", 2, 2)]


@pytest.mark.parametrize(
    "window",
    [
        {"since": "2026-04-24T12:00:00Z", "until": "2026-04-24T12:00:00Z"},
        {"since": "yesterday"},
        {"until": "2026-13-01"},
        {"scenario_id": "x" * 257},
    ],
)
async def test_what_is_no_window_is_422(client: httpx2.AsyncClient, window: dict[str, str]) -> None:
    response = await client.get("/api/stats", params=window)

    assert (response.status_code, response.json()["code"]) == (422, "request.invalid")


@pytest.mark.parametrize("window", [{"until": "0001-01-01T00:00:00Z"}, {"since": "9999-12-31T23:59:59.999Z"}])
async def test_the_ends_of_time_are_an_empty_report(client: httpx2.AsyncClient, window: dict[str, str]) -> None:
    response = await client.get("/api/stats", params=window)

    assert (response.status_code, response.json()["runs"]) == (200, 0)


async def test_only_what_the_caller_may_see_is_counted(house: House, client: httpx2.AsyncClient) -> None:
    for owner, scenario_id in [("key:ann", "news"), ("key:ann", "salaries"), ("key:bob", "news")]:
        new = new_run(scenario_id=scenario_id, mandate=Mandate(owner=owner))
        await house.journal.create(new)

    async def seen_by(caller: Principal) -> dict[str, int]:
        house.people["caller"] = caller
        body = (await client.get("/api/stats", params=WINDOW, headers={"X-Test-Caller": "caller"})).json()
        return {each["scenario_id"]: each["runs"] for each in body["scenarios"]}

    ann = Principal(subject="key:ann", name="ann", role=Role.OPERATOR, every_run=False)
    assert await seen_by(LOCAL) == {"news": 2, "salaries": 1}
    assert await seen_by(ann) == {"news": 1, "salaries": 1}
    assert await seen_by(replace(ann, scenarios=Patterns(("news*",)))) == {"news": 1}
    assert await seen_by(replace(ann, scenarios=Patterns(("news*",)), every_run=True)) == {"news": 2}
    assert await seen_by(replace(ann, subject="key:eve")) == {}
