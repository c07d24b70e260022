"""`GET /api/runs/{run_id}/steps/{step_path}`, and child runs in the snapshot."""

import httpx2

from callsheet.runs.codec import timestamp
from callsheet.runs.events import (
    ParentStep,
    RunError,
    RunId,
    StepFinished,
    StepPath,
    StepRetrying,
    StepStatus,
    StepWaiting,
)
from tests.api.house import House
from tests.support.events import NOON, after_noon, new_id, new_run, step_finished, step_started


def retrying(run_id: RunId, attempt: int, at: float, *, interrupted: bool = False) -> StepRetrying:
    return StepRetrying(
        run_id=run_id,
        step_name="search",
        index=0,
        at=after_noon(at),
        step_path=StepPath("search"),
        attempt=attempt,
        delay=10.0,
        interrupted=interrupted,
        error=RunError(code="Timeout", message="too slow", step=StepPath("search"), attempt=attempt - 1),
    )


async def test_a_step_shows_each_attempt_with_its_error_and_its_times(house: House, client: httpx2.AsyncClient) -> None:
    run_id = new_id()
    end = StepFinished(
        run_id=run_id,
        step_name="search",
        index=0,
        status=StepStatus.FAILED,
        started_at=NOON,
        finished_at=after_noon(60),
        message="broken",
        step_path=StepPath("search"),
        attempts=3,
        error=RunError(code="ToolError", message="broken", step=StepPath("search"), attempt=3),
    )
    await house.run(step_started(run_id), retrying(run_id, 2, 5), retrying(run_id, 3, 20, interrupted=True), end)
    found = (await client.get(f"/api/runs/{run_id}/steps/search")).json()["attempt_history"]

    assert [(each["attempt"], each["error"]["code"], each["interrupted"]) for each in found] == [
        (1, "Timeout", False),
        (2, "Timeout", True),
        (3, "ToolError", False),
    ]
    assert [(each["started_at"], each["finished_at"]) for each in found] == [
        (timestamp(NOON), timestamp(after_noon(5))),
        (timestamp(after_noon(15)), timestamp(after_noon(20))),
        (timestamp(after_noon(30)), timestamp(after_noon(60))),
    ]


async def test_a_step_with_one_attempt_shows_that(house: House, client: httpx2.AsyncClient) -> None:
    run_id = new_id()
    await house.run(step_started(run_id), step_finished(run_id))
    [only] = (await client.get(f"/api/runs/{run_id}/steps/search")).json()["attempt_history"]

    assert (only["attempt"], only["error"], only["finished_at"]) == (1, None, timestamp(NOON))


async def test_a_step_at_work_has_an_attempt_without_an_end(house: House, client: httpx2.AsyncClient) -> None:
    run_id = new_id()
    await house.run(step_started(run_id), retrying(run_id, 2, 5))
    first, second = (await client.get(f"/api/runs/{run_id}/steps/search")).json()["attempt_history"]

    assert (first["finished_at"], second["started_at"], second["finished_at"]) == (
        timestamp(after_noon(5)),
        timestamp(after_noon(15)),
        None,
    )


async def test_a_step_names_its_child_and_the_snapshot_lists_the_children(
    house: House, client: httpx2.AsyncClient
) -> None:
    run_id, child = new_id(), new_id()
    waits = StepWaiting(
        run_id=run_id,
        step_name="search",
        index=0,
        at=NOON,
        step_path=StepPath("search"),
        waits_for={"kind": "run", "run_id": child, "scenario_id": "news", "revision": "rev-1"},
    )
    await house.run(step_started(run_id), waits, step_finished(run_id))
    await house.journal.create(new_run(child, parent=ParentStep(run_id=run_id, seq=3, depth=1)))
    snapshot = (await client.get(f"/api/runs/{run_id}")).json()

    assert snapshot["steps"][0]["child_run_id"] == child
    assert snapshot["children"] == [{"run_id": child, "scenario_id": "news", "status": "queued", "step_path": "search"}]
    assert (await client.get(f"/api/runs/{run_id}/steps/search")).json()["child_run_id"] == child
    assert (await client.get(f"/api/runs/{child}")).json()["parent_run_id"] == run_id
