"""`POST /api/runs/{run_id}/fork` and `…/resume`."""

from typing import Any

import httpx2
import pytest

from callsheet.runs.events import ForkedFrom, RunId, StepPath
from callsheet.runs.ports import NewRun
from callsheet.scenario.codec import canonical, digest
from tests.api.house import ARTICLE, House, news_document, problems_of
from tests.support.events import new_id, run_finished, run_started, step_finished, step_started, steps

STEP = "search_news_sources"


async def stored(house: House, *, ended: bool = True) -> RunId:
    """A run of the seed's scenario that came to its step."""
    run_id, document = new_id(), news_document()
    started = run_started(run_id, scenario_id="news_source_discovery_v1", revision=digest(document), data=ARTICLE)
    await house.journal.create(NewRun(started=started, definition=canonical(document)))
    end = [run_finished(run_id)] if ended else []
    await house.journal.append(run_id, 1, [step_started(run_id, STEP), step_finished(run_id, STEP), *end])
    return run_id


async def fork(client: httpx2.AsyncClient, run_id: str, /, **fields: Any) -> httpx2.Response:
    return await client.post(f"/api/runs/{run_id}/fork", json=fields)


async def test_a_fork_is_stored_and_dispatched_when_202_arrives(house: House, client: httpx2.AsyncClient) -> None:
    run_id = await stored(house)
    response = await fork(client, run_id, from_step=STEP)

    assert response.status_code == 202
    answer = response.json()
    assert list(answer) == ["run_id", "scenario_id", "status", "input", "started_at"]
    assert answer["input"] == ARTICLE
    assert response.headers["location"] == f"/api/runs/{answer['run_id']}"
    assert house.engine.dispatched == [answer["run_id"]]
    row = await house.journal.summary(answer["run_id"])
    assert row.forked_from == ForkedFrom(run_id=run_id, from_step=StepPath(STEP))
    origin = {"run_id": run_id, "from_step": STEP}
    assert (await client.get(f"/api/runs/{answer['run_id']}")).json()["forked_from"] == origin
    assert (await client.get("/api/runs")).json()["runs"][0]["forked_from"] == origin


async def test_a_fork_needs_no_body(house: House, client: httpx2.AsyncClient) -> None:
    response = await client.post(f"/api/runs/{await stored(house)}/fork")

    assert response.status_code == 202
    snapshot = (await client.get(response.headers["location"])).json()
    assert (snapshot["steps"], snapshot["forked_from"]["from_step"]) == ([], None)


async def test_another_input_is_checked(house: House, client: httpx2.AsyncClient) -> None:
    run_id = await stored(house)

    assert (await fork(client, run_id, input={"url": "http://x"})).json()["input"] == {"url": "http://x"}
    refused = await fork(client, run_id, input={"url": 7})
    assert (refused.status_code, refused.json()["code"]) == (422, "input.invalid")


@pytest.mark.parametrize(
    ("body", "status", "code", "says"),
    [
        ({"from_step": "search_news_source"}, 422, "fork.invalid", "Did you mean 'search_news_sources'?"),
        ({"from_step": ""}, 422, "fork.invalid", "never came to a step ''"),
        ({"from_step": "x" * 1_500}, 422, "fork.invalid", "never came to a step 'xxx"),
        ({"from_step": "x" * 3_000}, 422, "request.invalid", "at most 2000"),
        ({"revision": "0" * 64}, 422, "fork.invalid", "ever had the revision"),
        ({"retry": True}, 409, "run.nothing_to_retry", "ended with success"),
        ({"retry": True, "from_step": STEP}, 422, "request.invalid", "leave out 'from_step'"),
        ({"retry": "yes"}, 422, "request.invalid", "boolean"),
        ({"from": STEP}, 422, "request.invalid", "not permitted"),
    ],
)
async def test_what_cannot_be_forked_is_refused_with_a_sentence(
    house: House, client: httpx2.AsyncClient, body: dict[str, Any], status: int, code: str, says: str
) -> None:
    response = await fork(client, await stored(house), **body)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert says in response.json()["detail"]
    assert house.engine.dispatched == []


async def test_the_place_of_the_fault_is_named(house: House, client: httpx2.AsyncClient) -> None:
    response = await fork(client, await stored(house), from_step="nowhere")

    assert problems_of(response)[0]["pointer"] == "/from_step"


async def test_the_same_key_and_body_give_the_same_fork(house: House, client: httpx2.AsyncClient) -> None:
    run_id, headers = await stored(house), {"Idempotency-Key": "one"}
    first = await client.post(f"/api/runs/{run_id}/fork", json={}, headers=headers)
    again = await client.post(f"/api/runs/{run_id}/fork", json={}, headers=headers)
    other = await client.post(f"/api/runs/{run_id}/fork", json={"from_step": STEP}, headers=headers)

    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key.reused")


async def test_a_run_with_a_long_history_is_forked_from_its_end(house: House, client: httpx2.AsyncClient) -> None:
    run_id, document = new_id(), news_document()
    started = run_started(run_id, scenario_id="news_source_discovery_v1", revision=digest(document), data=ARTICLE)
    await house.journal.create(NewRun(started=started, definition=canonical(document)))
    begun = step_started(run_id, STEP, index=1_000)
    await house.journal.append(run_id, 1, [*steps(run_id, 1_000), begun])

    assert (await fork(client, run_id, from_step=STEP)).status_code == 202


async def test_an_unfinished_run_is_pushed_and_may_be_pushed_again(house: House, client: httpx2.AsyncClient) -> None:
    run_id = await stored(house, ended=False)
    for _ in range(2):
        response = await client.post(f"/api/runs/{run_id}/resume")
        assert (response.status_code, response.json()["status"]) == (202, "running")
    assert house.engine.dispatched == [run_id, run_id]


async def test_a_finished_run_is_not_pushed(house: House, client: httpx2.AsyncClient) -> None:
    response = await client.post(f"/api/runs/{await stored(house)}/resume")

    assert (response.status_code, response.json()["code"]) == (409, "run.finished")
    assert "Fork or retry" in response.json()["detail"]
    assert house.engine.dispatched == []


@pytest.mark.parametrize("action", ["fork", "resume"])
async def test_an_unknown_run_is_404(client: httpx2.AsyncClient, action: str) -> None:
    response = await client.post(f"/api/runs/{new_id()}/{action}")

    assert (response.status_code, response.json()["code"]) == (404, "run.not_found")


@pytest.mark.parametrize("action", ["fork", "resume"])
async def test_a_stopping_service_begins_nothing(house: House, client: httpx2.AsyncClient, action: str) -> None:
    house.draining.start()
    response = await client.post(f"/api/runs/{await stored(house)}/{action}")

    assert (response.status_code, response.json()["code"]) == (503, "service.stopping")
