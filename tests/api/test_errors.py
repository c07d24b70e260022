"""One error shape, on every route."""

import asyncio
import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from fastapi import FastAPI
from loguru import logger

from callsheet import errors
from callsheet.api import errors as api_errors
from callsheet.errors.kinds import CallsheetError
from callsheet.errors.runs import RunOwnershipLost
from callsheet.errors.service import ConfigurationInvalid
from callsheet.errors.steps import StepFailure
from callsheet.scenario.json import Json
from tests.api.house import House

if TYPE_CHECKING:
    from loguru import Record

BODIES: dict[tuple[str, str], Json] = {
    ("/api/tools/{server}/{tool}/call", "POST"): {},
    ("/api/runs", "POST"): {"scenario_id": "a"},
    ("/api/runs/{run_id}/fork", "POST"): {},
    ("/api/runs/bulk", "POST"): {"action": "cancel", "all": True},
    ("/api/runs/{run_id}/steps/{step_path}/answer", "POST"): {"approved": True},
    ("/api/scenarios/{scenario_id}", "PUT"): {},
    ("/api/scenarios/validate", "POST"): {"document": {}},
    ("/api/schedules/{name}", "PUT"): {},
    ("/api/hooks/{name}", "PUT"): {},
    ("/api/expressions/evaluate", "POST"): {"expression": "a"},
    ("/api/keys", "POST"): {"name": "a", "role": "viewer"},
    ("/api/secrets/{name}", "PUT"): {"value": "a"},
    ("/api/session", "POST"): {"key": "cs_a"},
}
"""What the routes that take a body take."""

HOMES = {import_module(f"{errors.__name__}.{module.name}").__name__ for module in iter_modules(errors.__path__)}
"""The modules that exceptions are in; imported, so that every class is known."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def operations(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every path and method that the API page knows."""
    for path, item in app.openapi()["paths"].items():
        for method in item:
            yield path, method.upper()


def has_the_shape(response: httpx2.Response) -> bool:
    body = response.json()
    return (
        response.headers["content-type"] == "application/json"
        and list(body)[:2] == ["detail", "code"]
        and isinstance(body["detail"], str)
        and body["detail"].endswith((".", "…"))
        and response.headers["x-content-type-options"] == "nosniff"
        and api_errors.STATUS[body["code"]] == response.status_code
    )


def test_the_app_has_the_routes_that_it_should(house: House) -> None:
    assert set(operations(house.app)) == {
        ("/api/runs", "POST"),
        ("/api/runs", "GET"),
        ("/api/runs/{run_id}", "GET"),
        ("/api/runs/{run_id}/events", "GET"),
        ("/api/events", "GET"),
        ("/api/runs/{run_id}/steps/{step_path}", "GET"),
        ("/api/runs/{run_id}/steps/{step_path}/answer", "POST"),
        ("/api/runs/{run_id}/cancel", "POST"),
        ("/api/runs/{run_id}/fork", "POST"),
        ("/api/runs/{run_id}/resume", "POST"),
        ("/api/runs/{run_id}", "DELETE"),
        ("/api/runs/bulk", "POST"),
        ("/api/scenarios", "GET"),
        ("/api/scenarios/{scenario_id}", "GET"),
        ("/api/scenarios/{scenario_id}", "PUT"),
        ("/api/scenarios/{scenario_id}/revisions", "GET"),
        ("/api/scenarios/{scenario_id}/revisions/{number}", "GET"),
        ("/api/scenarios/validate", "POST"),
        ("/api/expressions/evaluate", "POST"),
        ("/api/tools", "GET"),
        ("/api/tools/{server}/{tool}", "GET"),
        ("/api/tool-servers", "GET"),
        ("/api/tools/{server}/{tool}/call", "POST"),
        ("/api/schedules", "GET"),
        ("/api/schedules/{name}", "GET"),
        ("/api/schedules/{name}", "PUT"),
        ("/api/schedules/{name}", "DELETE"),
        ("/api/schedules/{name}/pause", "POST"),
        ("/api/schedules/{name}/resume", "POST"),
        ("/api/schedules/{name}/trigger", "POST"),
        ("/api/hooks", "GET"),
        ("/api/hooks/{name}", "GET"),
        ("/api/hooks/{name}", "PUT"),
        ("/api/hooks/{name}", "DELETE"),
        ("/api/hooks/{name}", "POST"),
        ("/api/runs/{run_id}/scenario", "GET"),
        ("/api/settings", "GET"),
        ("/api/stats", "GET"),
        ("/api/scenarios/{scenario_id}/source", "GET"),
        ("/schemas/scenario.v1.schema.json", "GET"),
        ("/healthz", "GET"),
        ("/readyz", "GET"),
        ("/metrics", "GET"),
        ("/api/session", "GET"),
        ("/api/session", "POST"),
        ("/api/session", "DELETE"),
        ("/api/session/oidc", "GET"),
        ("/api/session/oidc/callback", "GET"),
        ("/api/keys", "GET"),
        ("/api/keys", "POST"),
        ("/api/keys/{key_id}", "DELETE"),
        ("/api/secrets", "GET"),
        ("/api/secrets/{name}", "PUT"),
        ("/api/secrets/{name}", "DELETE"),
        ("/api/audit", "GET"),
        ("/api/audit/export", "GET"),
    }


def is_not_of_every_request(record: "Record") -> bool:
    """Whether a line is another one than each request leaves."""
    return "status" not in record["extra"]


async def test_every_route_refuses_other_methods_with_the_shape(house: House, client: httpx2.AsyncClient) -> None:
    known = set(operations(house.app))
    # A scenario may be called "validate".
    known |= {("/api/scenarios/validate", "GET"), ("/api/scenarios/validate", "PUT")}
    # No run is called "bulk": that is 404.
    known |= {("/api/runs/bulk", "GET"), ("/api/runs/bulk", "DELETE")}
    for path in {path for path, _ in known}:
        for method in METHODS:
            if (path, method) not in known:
                response = await client.request(method, path.replace("{", "").replace("}", ""))
                assert response.status_code == 405, (method, path)
                assert has_the_shape(response)
                assert response.headers["allow"]


async def test_every_route_answers_an_unforeseen_error_with_the_shape_and_without_a_traceback(house: House) -> None:
    class Bomb:
        """Stands for every part, and goes off however it is touched."""

        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("a secret of the inside")

    messages: list[str] = []
    sink = logger.add(messages.append, filter=is_not_of_every_request, backtrace=False, diagnose=False)
    house.app.state.parts = Bomb()
    try:
        async with house.client() as client:
            # The schema is a file of the package: no part stands behind it.
            for path, method in set(operations(house.app)) - {("/schemas/scenario.v1.schema.json", "GET")}:
                run_id = "76d6903c-f520-4a40-b0fc-8fed3f7955d2"
                filled = path.format(
                    run_id=run_id, scenario_id="a", step_path="a", number=1, server="a", tool="a", name="a", key_id="a"
                )
                response = await client.request(method, filled, json=BODIES.get((path, method)))
                assert response.status_code == 500, (method, path)
                assert has_the_shape(response)
                assert "secret" not in response.text
                assert "a secret of the inside" in messages[-1]
                assert f"{method} {filled} failed." in messages[-1]
    finally:
        logger.remove(sink)


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/api", "/api/runs/a/b/c", "/%7B0.__class__%7D", "/api/runs//events"]
)
async def test_an_unknown_path_has_the_shape(client: httpx2.AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert (response.status_code, response.json()["code"]) == (404, "path.not_found")
    assert has_the_shape(response)


def classes(root: type[CallsheetError]) -> Iterator[type[CallsheetError]]:
    yield root
    for child in root.__subclasses__():
        yield from classes(child)


def test_the_tree_of_exceptions_names_each_of_them() -> None:
    ours = {kind.__name__ for kind in classes(CallsheetError) if kind.__module__ in HOMES}

    assert ours - set(re.findall(r"\w+", errors.__doc__ or "")) == set()


def test_the_table_knows_every_code_that_a_caller_can_see() -> None:
    # What a step fails with is data of its run; the others are told to operators and workers.
    inside = (StepFailure, ConfigurationInvalid, RunOwnershipLost)
    ours = [
        kind
        for kind in classes(CallsheetError)
        if kind.__module__ in {*HOMES, api_errors.__name__} and not issubclass(kind, inside)
    ]

    assert "secret.not_found" in {kind.code for kind in ours}
    assert {kind.code for kind in ours} <= set(api_errors.STATUS)


async def test_an_error_of_the_inside_is_a_500(house: House) -> None:
    async def lost() -> None:
        raise RunOwnershipLost("Worker 7 has it.")

    house.app.add_api_route("/lost", lost)
    async with house.client() as client:
        response = await client.get("/lost")

    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert "Worker 7" not in response.text


async def test_braces_of_a_caller_do_not_disturb_the_log(house: House, client: httpx2.AsyncClient) -> None:
    messages: list[str] = []
    sink = logger.add(messages.append, filter=is_not_of_every_request)
    house.draining.start()
    try:
        assert (await client.post("/api/hooks/{x}{0.__class__}", json={})).status_code == 503
    finally:
        logger.remove(sink)
    assert "/api/hooks/{x}{0.__class__} was not served" in messages[-1]


async def test_callers_do_not_wait_for_each_other(house: House, client: httpx2.AsyncClient) -> None:
    async with asyncio.TaskGroup() as group:
        answers = [group.create_task(client.get("/healthz")) for _ in range(50)]

    assert {answer.result().status_code for answer in answers} == {200}
