"""Two API replicas and two workers on one database: whatever is asked of one of them, the others do or know."""

import asyncio
import json
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from callsheet.journal.postgres.migrate import upgrade
from callsheet.scenario.json import Json, JsonObject
from tests.e2e.fleet import ECHO, client, reached, submit, worker
from tests.e2e.load import Event, chain, journal_of, read_lines, report
from tests.support.fleet import make_queue
from tests.support.postgres import PostgresServer
from tests.support.scenarios import from_, scenario, step
from tests.support.service import Service, furnish, printing, program

pytestmark = pytest.mark.timeout(180)


def calls(name: str, child: str) -> JsonObject:
    return {"name": name, "type": "scenario", "scenario_id": child}


BREAKS = scenario(step("break_it", tool="fail", server="echo"), scenario_id="breaks")
ASKS = scenario({"name": "ask", "type": "approval", "message": "Go on?"}, scenario_id="asks")
SAVED = scenario({"name": "say", "type": "transform", "output": from_("input")}, scenario_id="saved")
CROWD = step("crowd", tool="crowd", server="counting", input={"seconds": 0.3})
FAMILY = scenario(
    step("own", tool="effect", server="echo", input={"value": "parent"}),
    {
        "name": "all",
        "type": "foreach",
        "items": [1, 2, 3, 4, 5, 6],
        "max_concurrency": 6,
        "steps": [calls("one", "short")],
    },
    scenario_id="family",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The processes that the tests of this file share."""

    folder: Path
    replicas: tuple[Service, Service]
    ledger: Path


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Generator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet") / "folder"
    ledger = folder.parent / "ledger"
    url = postgres.prepared("journal", upgrade)
    make_queue(url)
    with ExitStack() as stack:
        port = stack.enter_context(printing(ECHO, "--http", "0"))
        furnish(
            folder,
            scenarios=[
                chain("long", [60.0], ["echo"]),
                chain("short", [1.0], ["echo"]),
                BREAKS,
                ASKS,
                FAMILY,
                scenario(calls("call", "long"), scenario_id="parent"),
                scenario(calls("call", "breaks"), scenario_id="unlucky"),
                scenario(CROWD, scenario_id="narrow", max_concurrency=2),
                scenario({**CROWD, "input": {"seconds": 2.0}}, scenario_id="single", max_concurrency=1),
            ],
            servers={
                "echo": program(ECHO, "--ledger", ledger),
                "counting": {"type": "http", "url": f"http://127.0.0.1:{port}/mcp"},
            },
            settings={"database_url": url, "drain_timeout": 0.5, "max_concurrent_runs": 4},
        )
        replicas = Service(folder, "--no-worker"), Service(folder, "--no-worker")
        for replica in replicas:
            stack.callback(replica.close)
            replica.spawn()
        for _ in range(2):
            stack.enter_context(worker(folder))
        for replica in replicas:
            replica.wait_ready()
        yield Fleet(folder=folder, replicas=replicas, ledger=ledger)
        for replica in replicas:  # each looks in the folder that it shares for processes that stayed behind
            assert replica.stop() == 0


@pytest.fixture
async def here(fleet: Fleet) -> AsyncGenerator[httpx2.AsyncClient]:
    async with client(fleet.replicas[0]) as http:
        yield http


@pytest.fixture
async def there(fleet: Fleet) -> AsyncGenerator[httpx2.AsyncClient]:
    async with client(fleet.replicas[1]) as http:
        yield http


async def ended(http: httpx2.AsyncClient, run_id: str) -> list[Event]:
    async with asyncio.timeout(60):
        return await journal_of(http, str(http.base_url).rstrip("/"), run_id)


async def children_of(http: httpx2.AsyncClient, run_id: str) -> list[str]:
    rows = (await http.get("/api/runs", params={"parent_run_id": run_id})).json()["runs"]
    return [row["run_id"] for row in rows]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_cancel_reaches_a_tool_call_in_a_worker(here: httpx2.AsyncClient, there: httpx2.AsyncClient) -> None:
    run_id = await submit(here, "long")
    begun = moment((await reached(here, run_id, "step_started"))["started_at"])  # pyright: ignore[reportArgumentType]
    asked = datetime.now(begun.tzinfo)
    assert (await there.post(f"/api/runs/{run_id}/cancel")).status_code == 202
    end = (await ended(here, run_id))[-1]
    assert end["status"] == "cancelled"
    assert (moment(end["finished_at"]) - begun).total_seconds() < 40, "the tool needs 60 s"
    report(f"cancelled {(moment(end['finished_at']) - asked).total_seconds():.3f} s after it was asked for")


async def test_runs_are_forked_retried_and_removed_through_any_replica(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    run_id = await submit(here, "breaks")
    assert (await ended(there, run_id))[-1]["status"] == "failed"
    for wish in ({"retry": True}, {"from_step": "break_it"}, {}):
        fork = await there.post(f"/api/runs/{run_id}/fork", json=wish)
        assert fork.status_code == 202, fork.text
        assert (await ended(here, fork.json()["run_id"]))[-1]["status"] == "failed"
    assert (await there.delete(f"/api/runs/{run_id}")).status_code == 204
    assert (await here.get(f"/api/runs/{run_id}")).status_code == 404
    retried = (await there.post("/api/runs/bulk", json={"action": "retry", "filter": {"scenario_id": "breaks"}})).json()
    assert (retried["failed"], len(retried["done"]) >= 3) == ([], True), retried
    rows = (await here.get("/api/runs", params={"scenario_id": "breaks"})).json()["runs"]
    for row in rows:
        await ended(here, row["run_id"])
    everything = {"action": "delete", "filter": {"scenario_id": "breaks", "status": ["failed"]}}
    assert (await here.post("/api/runs/bulk", json=everything)).status_code == 200
    left = (await there.get("/api/runs", params={"scenario_id": "breaks"})).json()["runs"]
    assert [row["run_id"] for row in left if row["parent_run_id"] is None] == []


async def test_an_answer_to_any_replica_reaches_a_run_that_a_worker_parked(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    run_id = await submit(there, "asks")
    await reached(there, run_id, "run_waiting")
    assert (await here.post(f"/api/runs/{run_id}/resume")).status_code == 202
    answers = await asyncio.gather(
        *(http.post(f"/api/runs/{run_id}/steps/ask/answer", json={"approved": True}) for http in (here, there))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert (await ended(here, run_id))[-1]["status"] == "success"


async def test_children_are_executed_by_any_worker(here: httpx2.AsyncClient, fleet: Fleet) -> None:
    run_id = await submit(here, "family")
    assert (await ended(here, run_id))[-1]["status"] == "success"
    family = [run_id, *await children_of(here, run_id)]
    assert len(family) == 7
    calls = [each for each in read_lines(fleet.ledger) if each["event"] == "call"]
    own = next(each["pid"] for each in reversed(calls) if each["value"] == "parent")
    others = {each["pid"] for each in calls if str(each["value"]).split("/")[0] in family}
    assert others - {own}, "of six at the same time one worker has room for four"


async def test_a_cancel_and_a_failure_travel_between_parents_and_children(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    parent, unlucky = await submit(here, "parent"), await submit(there, "unlucky")
    await reached(here, parent, "run_waiting")
    (child,) = await children_of(there, parent)
    await reached(there, child, "step_started")
    await there.post(f"/api/runs/{parent}/cancel")
    assert [(await ended(here, run_id))[-1]["status"] for run_id in (parent, child)] == ["cancelled", "cancelled"]
    assert (await ended(here, unlucky))[-1]["status"] == "failed"


async def test_the_limit_of_a_scenario_holds_over_all_workers_and_when_one_dies(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient, fleet: Fleet
) -> None:
    with worker(fleet.folder) as third:
        runs = await asyncio.gather(*(submit(http, "narrow") for _ in range(6) for http in (here, there)))
        await reached(here, runs[0], "run_finished")
        third.kill()
        journals = [await ended(there, run_id) for run_id in runs]
    assert {events[-1]["status"] for events in journals} == {"success"}
    outputs = [event["output"] for events in journals for event in events if event["type"] == "step_finished"]
    most = [output["most"] for output in outputs]
    taken_over = sum(len(events) > 4 for events in journals)
    report(f"at most {max(most)} at once; {taken_over} runs were taken over")
    assert max(most) <= 2


async def test_of_those_that_wait_for_a_place_the_more_important_begins_first(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    first = await submit(here, "single")
    await reached(here, first, "step_started")
    low, high = await submit(there, "single", priority=-5), await submit(here, "single", priority=5)
    begun = [(await reached(here, run_id, "step_started"))["started_at"] for run_id in (high, low)]
    assert begun == sorted(map(str, begun))
    for run_id in (first, low, high):  # the tool server counts their calls, too, and other tests look at its count
        await ended(here, run_id)


async def test_a_scenario_and_a_schedule_saved_on_one_replica_run_from_the_other(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    assert (await here.put("/api/scenarios/saved", json=SAVED)).status_code in (200, 201)
    assert (await ended(here, await submit(there, "saved")))[-1]["status"] == "success"
    nightly = {"schema_version": "1", "name": "nightly", "scenario_id": "saved", "cron": "0 3 1 1 *"}
    assert (await here.put("/api/schedules/nightly", json=nightly)).status_code in (200, 201)
    started = await there.post("/api/schedules/nightly/trigger")
    assert started.status_code == 202, started.text
    assert (await ended(here, started.json()["run_id"]))[-1]["status"] == "success"
    rows = (await here.get("/api/runs", params={"scenario_id": "saved"})).json()["runs"]
    assert len(rows) == 2


async def test_one_replica_shows_live_what_workers_do_with_runs_of_another(
    here: httpx2.AsyncClient, there: httpx2.AsyncClient
) -> None:
    statuses: list[Json] = []
    run_id = ""
    async with asyncio.timeout(60), here.stream("GET", "/api/events") as stream:
        async for line in stream.aiter_lines():
            told: dict[str, Any] = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            if told.get("type") == "ready":
                run_id = await submit(there, "short")
            if told.get("type") == "run_status" and told["run_id"] == run_id:
                statuses.append(told["status"])
                if told["status"] == "success":
                    break
    assert statuses[-2:] == ["running", "success"]
