"""`DELETE /api/runs/{run_id}`."""

import httpx2
import pytest

from callsheet.errors.runs import RunNotFound
from callsheet.runs.events import ParentStep, RunId
from tests.api.house import House
from tests.support.events import new_id, new_run, run_finished


async def family(house: House, *, ended: bool = True) -> tuple[RunId, RunId, RunId]:
    """A run that has ended, its child, and the child of that."""
    runs: list[RunId] = []
    for depth in range(3):
        parent = None if depth == 0 else ParentStep(run_id=runs[-1], seq=1, depth=depth)
        runs.append((await house.journal.create(new_run(parent=parent))).run_id)
    for run_id in runs if ended else runs[:2]:
        await house.journal.append(run_id, 1, [run_finished(run_id)])
    return runs[0], runs[1], runs[2]


async def test_a_run_that_has_ended_is_removed_with_its_children(house: House, client: httpx2.AsyncClient) -> None:
    runs = await family(house)
    response = await client.delete(f"/api/runs/{runs[0]}")

    assert (response.status_code, response.content) == (204, b"")
    for run_id in runs:
        with pytest.raises(RunNotFound):
            await house.journal.summary(run_id)


async def test_a_run_that_has_not_ended_stays(house: House, client: httpx2.AsyncClient) -> None:
    run_id = await house.run()
    response = await client.delete(f"/api/runs/{run_id}")

    assert (response.status_code, response.json()["code"]) == (409, "run.not_finished")
    assert (await house.journal.summary(run_id)).run_id == run_id


async def test_a_run_whose_grandchild_has_not_ended_stays_whole(house: House, client: httpx2.AsyncClient) -> None:
    runs = await family(house, ended=False)
    response = await client.delete(f"/api/runs/{runs[0]}")

    assert (response.status_code, response.json()["code"]) == (409, "run.not_finished")
    assert runs[2] in response.json()["detail"]
    assert [(await house.journal.summary(run_id)).run_id for run_id in runs] == list(runs)


async def test_a_child_is_removed_with_its_parent_and_not_before(house: House, client: httpx2.AsyncClient) -> None:
    parent, child, _ = await family(house)
    response = await client.delete(f"/api/runs/{child}")

    assert (response.status_code, response.json()["code"]) == (409, "run.is_child")
    assert parent in response.json()["detail"]


async def test_a_child_whose_parent_is_gone_can_be_removed(house: House, client: httpx2.AsyncClient) -> None:
    parent, child, _ = await family(house)
    await house.journal.delete(parent)

    assert (await client.delete(f"/api/runs/{child}")).status_code == 204


async def test_an_unknown_run_is_404(client: httpx2.AsyncClient) -> None:
    response = await client.delete(f"/api/runs/{new_id()}")

    assert (response.status_code, response.json()["code"]) == (404, "run.not_found")
