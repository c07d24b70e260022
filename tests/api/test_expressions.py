"""`POST /api/expressions/evaluate`: what an expression gives on given data."""

import asyncio
import threading
from typing import Any

import httpx2
import pytest

from callsheet.api.workbench import Workbench
from callsheet.errors.kinds import Unavailable
from callsheet.runs.events import RunId
from tests.api.house import NEWS, House
from tests.support.events import run_finished, step_finished, step_started

SEARCH = "search_news_sources"
URL = "/api/expressions/evaluate"
DATA = {"input": {"n": 3, "names": ["b", "a"], "none": None}}


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("input.n", 3),
        ("sort(input.names)", ["a", "b"]),
        ("input.none", None),
        ("nothing.at.all", None),
        ("add(input.n, `1`)", 4),
        ("'Ünïcøde'", "Ünïcøde"),
    ],
)
async def test_an_expression_gives_its_result(client: httpx2.AsyncClient, expression: str, result: Any) -> None:
    response = await client.post(URL, json={"expression": expression, "data": DATA})

    assert (response.status_code, response.json()) == (200, {"result": result, "missing": False})


@pytest.mark.parametrize(
    ("value", "result", "missing"),
    [
        ({"template": "It is ${input.n}."}, "It is 3.", False),
        ({"from": "input.none", "default": [1]}, [1], False),
        ({"from": "input.none"}, None, True),
        ({"const": {"from": "input.n"}}, {"from": "input.n"}, False),
        ({"a": {"from": "input.n"}, "b": {"from": "input.none"}}, {"a": 3}, False),
        (None, None, False),
    ],
)
async def test_a_value_in_any_form_gives_its_result(
    client: httpx2.AsyncClient, value: Any, result: Any, missing: bool
) -> None:
    response = await client.post(URL, json={"value": value, "data": DATA})

    assert (response.status_code, response.json()) == (200, {"result": result, "missing": missing})


async def test_data_may_be_left_out(client: httpx2.AsyncClient) -> None:
    assert (await client.post(URL, json={"expression": "`1`"})).json()["result"] == 1


@pytest.mark.parametrize(
    ("body", "says", "column"),
    [
        ({"expression": "input.[n"}, "ends too early", 9),
        ({"expression": "input.n ="}, "cannot be read", 9),
        ({"expression": "input.n + 1"}, "cannot be read", 9),
        ({"expression": "sorted(input.names)"}, "Did you mean 'sort()'", 1),
        ({"expression": "length(input.n)"}, "length", 1),
        ({"expression": "x" * 5_000}, "4096", 1),
        ({"value": {"from": "input.[n"}}, "ends too early", 9),
        ({"value": {"template": "${input.none}"}}, "has no value", None),
        ({"value": {"template": "${input.n"}}, "not closed", None),
        ({"value": {"from": 7}}, "takes a text", None),
    ],
)
async def test_what_is_wrong_is_422_with_a_sentence_and_the_column(
    client: httpx2.AsyncClient, body: dict[str, Any], says: str, column: int | None
) -> None:
    response = await client.post(URL, json=body | {"data": DATA})

    assert (response.status_code, response.json()["code"]) == (422, "expression.invalid")
    assert says in response.json()["detail"]
    assert response.json()["column"] == column


@pytest.mark.parametrize(
    "expression",
    [
        "join('', [join('', [x,x,x,x,x,x,x,x,x,x]), x])".replace("x", f"'{'y' * 40}'"),
        "a[?b[?c[?length(root().a) > `1`]]]",
        "|".join(["[@,@]"] * 60),
    ],
)
async def test_an_attack_is_stopped_and_the_service_goes_on(client: httpx2.AsyncClient, expression: str) -> None:
    data = {"a": [{"b": [{"c": [1] * 30}] * 30}] * 100}
    response = await client.post(URL, json={"expression": expression, "data": data})

    assert response.status_code in {200, 422}
    assert (await client.get("/healthz")).status_code == 200


async def test_a_value_with_very_many_expressions_is_refused(client: httpx2.AsyncClient) -> None:
    response = await client.post(URL, json={"value": [{"from": "input.n"}] * 21, "data": DATA})

    assert (response.status_code, response.json()["code"]) == (422, "expression.invalid")
    assert "at most 20" in response.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": {}},
        {"expression": "a", "value": 1},
        {"expression": 5},
        {"expression": "a", "data": []},
        {"expression": "a", "roots": {}},
    ],
)
async def test_a_request_of_another_form_is_422(client: httpx2.AsyncClient, body: Any) -> None:
    response = await client.post(URL, json=body)
    assert (response.status_code, response.json()["code"]) == (422, "request.invalid")


class TestTheWorkbench:
    async def test_bounds_what_is_at_work_and_what_waits(self) -> None:
        bench, go = Workbench(places=2, queue=3), threading.Event()
        at_work = threading.Semaphore(0)

        def work() -> bool:
            at_work.release()
            return go.wait(10)

        tasks = [asyncio.create_task(bench.run(work)) for _ in range(5)]
        for _ in range(2):
            assert await asyncio.to_thread(at_work.acquire, timeout=10)
        with pytest.raises(Unavailable, match="waiting already"):
            await bench.run(work)
        assert not at_work.acquire(blocking=False)
        go.set()
        assert await asyncio.gather(*tasks) == [True] * 5

    async def test_gives_its_place_back_after_a_failure(self) -> None:
        bench = Workbench(places=1, queue=0)

        def fails() -> None:
            raise ValueError("no")

        for _ in range(3):
            with pytest.raises(ValueError, match="no"):
                await bench.run(fails)
        assert await bench.run(lambda: 5) == 5


async def finished_news(house: House) -> RunId:
    """A run of the seed's scenario whose only step has ended."""
    run_id = (await house.runs.submit(NEWS, {"url": "https://example.org"})).run_id
    await house.journal.append(
        run_id, 1, [step_started(run_id, SEARCH), step_finished(run_id, SEARCH, output={"n": 2}), run_finished(run_id)]
    )
    return run_id


async def test_the_roots_may_be_those_of_a_run(house: House, client: httpx2.AsyncClient) -> None:
    run_id = await finished_news(house)
    at_the_end = {"expression": f"[input.url, steps.{SEARCH}.output.n, run.id]", "run_id": run_id}
    response = await client.post(URL, json=at_the_end)
    assert (response.status_code, response.json()["result"]) == (200, ["https://example.org", 2, run_id])
    of_the_step = {"value": {"template": "${input.url} ${length(keys(steps))}"}, "run_id": run_id, "step_path": SEARCH}
    assert (await client.post(URL, json=of_the_step)).json()["result"] == "https://example.org 0"


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"run_id": "76d6903c-f520-4a40-b0fc-8fed3f7955d2"}, 404, "run.not_found"),
        ({"run_id": "no-uuid"}, 404, "run.not_found"),
        ({"step_path": SEARCH}, 422, "request.invalid"),
        ({"run_id": "76d6903c-f520-4a40-b0fc-8fed3f7955d2", "data": {}}, 422, "request.invalid"),
    ],
)
async def test_roots_that_there_are_not_are_refused(
    client: httpx2.AsyncClient, more: dict[str, Any], status: int, code: str
) -> None:
    response = await client.post(URL, json={"expression": "input"} | more)
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_a_step_that_the_scenario_does_not_have_is_404(house: House, client: httpx2.AsyncClient) -> None:
    body = {"expression": "input", "run_id": await finished_news(house), "step_path": "gone"}
    response = await client.post(URL, json=body)
    assert (response.status_code, response.json()["code"]) == (404, "step.not_found")
