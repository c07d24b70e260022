"""`POST /api/runs/bulk`, and the list's filters for it."""

from typing import Any

import httpx2
import pytest

from callsheet.runs.codec import timestamp
from callsheet.runs.events import ParentStep, RunId, RunStatus
from callsheet.runs.ports import NewRun, RunFilter
from callsheet.scenario.codec import canonical, digest
from tests.api.house import ARTICLE, NEWS, House, news_document
from tests.support.events import NOON, after_noon, new_id, new_run, run_finished, run_started


async def bulk(client: httpx2.AsyncClient, action: str, /, **fields: Any) -> dict[str, Any]:
    response = await client.post("/api/runs/bulk", json={"action": action, **fields})
    assert response.status_code == 200, response.content
    return response.json()


async def run(
    house: House, status: RunStatus | None = None, *, scenario_id: str = NEWS, code: str | None = None
) -> RunId:
    """A run, finished when a status is given."""
    started = run_started(new_id(), scenario_id=scenario_id, revision=digest(news_document()), data=ARTICLE)
    await house.journal.create(NewRun(started=started, definition=canonical(news_document())))
    if status is not None:
        await house.journal.append(started.run_id, 1, [run_finished(started.run_id, status, code=code)])
    return started.run_id


async def test_unfinished_runs_of_a_scenario_are_cancelled(house: House, client: httpx2.AsyncClient) -> None:
    open_, done, other = await run(house), await run(house, RunStatus.SUCCESS), await run(house, scenario_id="other")
    answer = await bulk(client, "cancel", filter={"scenario_id": NEWS})

    assert answer == {
        "action": "cancel",
        "dry_run": False,
        "matched": 1,
        "more": False,
        "done": [open_],
        "made": {},
        "failed": [],
    }
    assert house.engine.cancelled == [open_]
    assert not await house.journal.cancel_requested(other)
    assert (await house.journal.summary(done)).status is RunStatus.SUCCESS


async def test_failed_runs_are_retried_and_the_new_ones_named(house: House, client: httpx2.AsyncClient) -> None:
    failed = [await run(house, RunStatus.FAILED) for _ in range(3)]
    await run(house, RunStatus.SUCCESS)
    answer = await bulk(client, "retry", filter={"status": ["failed"]})

    assert sorted(answer["done"]) == sorted(failed) == sorted(answer["made"])
    for old, new in answer["made"].items():
        origin = (await house.journal.summary(new)).forked_from
        assert origin is not None
        assert origin.run_id == old
    assert sorted(house.engine.dispatched) == sorted(answer["made"].values())


async def test_only_the_runs_that_failed_with_a_code_are_retried(house: House, client: httpx2.AsyncClient) -> None:
    failed = await run(house, RunStatus.FAILED, code="RateLimited")
    await run(house, RunStatus.FAILED, code="ToolError")
    answer = await bulk(client, "retry", filter={"error_code": ["RateLimited"]})

    assert answer["done"] == [failed]


async def test_what_is_refused_for_one_run_concerns_that_one_alone(house: House, client: httpx2.AsyncClient) -> None:
    failed, good = await run(house, RunStatus.FAILED), await run(house, RunStatus.SUCCESS)
    answer = await bulk(client, "retry", filter={"status": ["failed", "success"]})

    assert answer["done"] == [failed]
    [refused] = answer["failed"]
    assert (refused["run_id"], refused["code"]) == (good, "run.nothing_to_retry")
    assert refused["detail"].endswith(".")


async def test_parents_and_children_are_removed_together(house: House, client: httpx2.AsyncClient) -> None:
    parent = await run(house, RunStatus.SUCCESS)
    children = [
        (await house.journal.create(new_run(parent=ParentStep(run_id=parent, seq=1, depth=1)))).run_id for _ in range(3)
    ]
    for child in children:
        await house.journal.append(child, 1, [run_finished(child)])
    answer = await bulk(client, "delete", all=True)

    assert (sorted(answer["done"]), answer["failed"]) == (sorted([parent, *children]), [])
    assert (await house.journal.runs(RunFilter(), 10)).runs == ()


async def test_a_dry_run_finds_the_runs_and_does_nothing(house: House, client: httpx2.AsyncClient) -> None:
    runs = [await run(house, RunStatus.FAILED) for _ in range(3)]
    answer = await bulk(client, "delete", filter={"status": ["failed"]}, limit=2, dry_run=True)

    assert (answer["done"], answer["matched"], answer["more"], answer["dry_run"]) == (runs[:0:-1], 2, True, True)
    assert len((await house.journal.runs(RunFilter(), 10)).runs) == 3


async def test_runs_are_resumed(house: House, client: httpx2.AsyncClient) -> None:
    runs = [await run(house) for _ in range(20)]
    await bulk(client, "resume", filter={"status": ["queued", "running"]})

    assert sorted(house.engine.dispatched) == sorted(runs)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"action": "delete"}, "'filter' must have a field"),
        ({"action": "delete", "filter": {}}, "'filter' must have a field"),
        ({"action": "delete", "filter": {"status": []}}, "'filter' must have a field"),
        ({"action": "delete", "filter": {"q": ""}}, "'filter' must have a field"),
        ({"action": "burn", "all": True}, "'cancel', 'retry', 'resume' or 'delete'"),
        ({"action": "cancel", "all": "yes"}, "boolean"),
        ({"action": "cancel", "all": True, "limit": 1_001}, "1000"),
        ({"action": "cancel", "all": True, "latest": True}, "'latest' is for a retry"),
        ({"action": "cancel", "filter": {"scenario": "x"}}, "not permitted"),
        ({"action": "cancel", "filter": {"status": ["late"]}}, "'queued'"),
    ],
)
async def test_what_does_not_say_which_runs_is_422(
    house: House, client: httpx2.AsyncClient, body: dict[str, Any], says: str
) -> None:
    await run(house, RunStatus.FAILED)
    response = await client.post("/api/runs/bulk", json=body)

    assert (response.status_code, response.json()["code"]) == (422, "request.invalid")
    assert says in response.json()["detail"]
    assert len((await house.journal.runs(RunFilter(), 10)).runs) == 1


async def test_the_list_shows_children_and_what_ended_before(house: House, client: httpx2.AsyncClient) -> None:
    parent = await run(house, RunStatus.SUCCESS)
    child = (await house.journal.create(new_run(parent=ParentStep(run_id=parent, seq=1, depth=1)))).run_id

    async def listed(**parameters: str) -> list[str]:
        return [row["run_id"] for row in (await client.get("/api/runs", params=parameters)).json()["runs"]]

    assert await listed(parent_run_id=parent) == [child]
    assert await listed(finished_before=timestamp(after_noon(1))) == [parent]
    assert await listed(finished_before=timestamp(NOON)) == []
