"""The API page reads as the seed's. Texts and examples below are the seed's, to the letter."""

import json
import re
from typing import Any

import httpx2
import pytest

from tests.api.house import House, news_document
from tests.api.readers import read_naively

SEED: dict[tuple[str, str], tuple[str, str, dict[str, str]]] = {
    ("/api/runs", "post"): (
        "Schedule a scenario run",
        "Creates a run record and schedules execution in the background. Returns immediately with a `run_id`; poll "
        "`GET /api/runs/{run_id}` or subscribe to `GET /api/runs/{run_id}/events` for progress.",
        {"202": "Successful Response", "422": "Validation Error"},
    ),
    ("/api/runs/{run_id}", "get"): (
        "Get run snapshot",
        "Returns the current state of a run. For running runs the `steps` list reflects progress so far; for terminal "
        "runs it is complete.",
        {"200": "Successful Response", "404": "Unknown run_id", "422": "Validation Error"},
    ),
    ("/api/runs/{run_id}/events", "get"): (
        "Live run progress (SSE)",
        "Server-Sent Events stream. Late subscribers receive a replay of buffered events first, then tail new events "
        "until `run_finished`.\n\nEvent types: `run_started`, `step_started`, `step_finished`, `run_finished`. Each "
        "event is JSON in the SSE `data:` field.",
        {"200": "SSE stream of run events", "404": "Unknown run_id", "422": "Validation Error"},
    ),
    ("/api/scenarios", "get"): (
        "List available scenarios",
        "Returns metadata (id, name, description, input schema) for every scenario in the index.",
        {"200": "Successful Response"},
    ),
    ("/api/scenarios/{scenario_id}", "get"): (
        "Get full scenario definition",
        "Returns the raw scenario JSON (including the `steps` graph) for UI visualization.",
        {"200": "Scenario definition", "404": "Unknown scenario_id", "422": "Validation Error"},
    ),
    ("/api/tools", "get"): (
        "List MCP tools",
        "Proxies MCP `list_tools()` and returns name, description, and input schema for each tool.",
        {"200": "Successful Response", "502": "MCP transport error"},
    ),
}

STREAM = (
    "event: run_started\n"
    'data: {"type":"run_started","run_id":"76d6903c-f520-4a40-b0fc-8fed3f7955d2",'
    '"scenario_id":"news_source_discovery_v1","started_at":"2026-04-24T09:27:59.873+00:00"}\n\n'
    "event: step_started\n"
    'data: {"type":"step_started","run_id":"76d6903c-...","step_name":"search_news_sources",'
    '"index":0,"started_at":"2026-04-24T09:27:59.875+00:00"}\n\n'
    "event: step_finished\n"
    'data: {"type":"step_finished","run_id":"76d6903c-...","step_name":"search_news_sources",'
    '"index":0,"status":"success","started_at":"2026-04-24T09:27:59.875+00:00",'
    '"finished_at":"2026-04-24T09:28:00.028+00:00","message":""}\n\n'
    "event: run_finished\n"
    'data: {"type":"run_finished","run_id":"76d6903c-...","status":"success",'
    '"finished_at":"2026-04-24T09:28:01.750+00:00","message":""}\n\n'
)

MODELS = {
    "ScenarioRunRequest": ["scenario_id", "input"],
    "RunSubmitResponse": ["run_id", "scenario_id", "status", "input", "started_at"],
    "ScenarioRunResponse": ["scenario_id", "status", "message", "input", "steps", "run_id"],
    "StepState": ["node_id", "status", "started_at", "finished_at", "message"],
    "ScenarioSummary": ["scenario_id", "name", "description", "input_schema"],
    "ToolSummary": ["name", "description", "input_schema"],
}


@pytest.fixture
def page(house: House) -> dict[str, Any]:
    """The OpenAPI document."""
    return house.app.openapi()


@pytest.mark.parametrize(("place", "texts"), SEED.items())
def test_operations_read_as_in_the_seed(
    page: dict[str, Any], place: tuple[str, str], texts: tuple[str, str, dict[str, str]]
) -> None:
    operation = page["paths"][place[0]][place[1]]
    summary, description, responses = texts

    assert operation["tags"] == ["workflow"]
    assert (operation["summary"], operation["description"]) == (summary, description)
    assert {status: operation["responses"][status]["description"] for status in responses} == responses


def test_the_streams_example_is_the_seeds(page: dict[str, Any]) -> None:
    [(kind, content)] = page["paths"]["/api/runs/{run_id}/events"]["get"]["responses"]["200"]["content"].items()

    assert (kind, content["example"]) == ("text/event-stream", STREAM)


def test_the_example_of_the_stream_of_all_runs_is_such_a_stream(page: dict[str, Any]) -> None:
    [(kind, content)] = page["paths"]["/api/events"]["get"]["responses"]["200"]["content"].items()
    events = read_naively(content["example"].encode())

    assert kind == "text/event-stream"
    assert [event.type for event in events] == ["ready", "run_status", "step_finished", "run_deleted"]
    assert [event.data["type"] for event in events] == [event.type for event in events]


def test_the_definitions_example_is_the_seeds(page: dict[str, Any]) -> None:
    content = page["paths"]["/api/scenarios/{scenario_id}"]["get"]["responses"]["200"]["content"]

    assert content["application/json"]["example"] == news_document()


@pytest.mark.parametrize(("model", "fields"), MODELS.items())
def test_models_have_the_seeds_names_and_its_fields_first(page: dict[str, Any], model: str, fields: list[str]) -> None:
    assert list(page["components"]["schemas"][model]["properties"])[: len(fields)] == fields


def test_the_body_of_a_run_is_described(page: dict[str, Any]) -> None:
    body = page["paths"]["/api/runs"]["post"]["requestBody"]

    assert body["required"]
    assert body["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ScenarioRunRequest"}


def test_every_reference_leads_somewhere(page: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in page["components"]["schemas"]}
    assert set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(page))) <= known
    assert "HTTPValidationError" not in page["components"]["schemas"]


async def test_the_page_and_its_document_are_served(client: httpx2.AsyncClient) -> None:
    page = await client.get("/docs")
    document = await client.get("/openapi.json")

    assert page.headers["content-type"].startswith("text/html")
    assert "<title>Callsheet" in page.text
    assert (document.json()["info"]["title"], document.json()["info"]["version"]) == ("Callsheet", "1.2.3")
