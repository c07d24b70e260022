"""`POST /api/scenarios/validate`: what the checker says about a document that is not saved."""

from typing import Any

import httpx2
import orjson
import pytest

from tests.api.house import NEWS, news_document

URL = "/api/scenarios/validate"

BROKEN = """\
schema_version: "1"
scenario_id: mine
name: Mine
steps:
  - name: a
    type: tool
    tool: t
    input: {x: {from: steps.gone.output}}
"""


async def validate(client: httpx2.AsyncClient, **body: Any) -> dict[str, Any]:
    """The answer, which is always 200."""
    response = await client.post(URL, json=body)
    assert response.status_code == 200
    return response.json()


async def test_a_good_document_is_valid_in_every_form(client: httpx2.AsyncClient) -> None:
    text = orjson.dumps(news_document()).decode()
    for body in ({"document": news_document()}, {"source": text}, {"source": text, "syntax": "yaml"}):
        assert await validate(client, **body) == {"valid": True, "diagnostics": []}


async def test_a_text_gets_lines_and_columns(client: httpx2.AsyncClient) -> None:
    answer = await validate(client, source=BROKEN, syntax="yaml")

    assert answer["valid"] is False
    [found] = [each for each in answer["diagnostics"] if each["severity"] == "error"]
    assert set(found) == {"code", "severity", "pointer", "line", "column", "message", "hint"}
    assert (found["code"], found["pointer"], found["line"]) == ("E130", "/steps/0/input/x/from", 8)
    assert found["column"] > 1


async def test_a_document_gets_pointers_and_no_lines(client: httpx2.AsyncClient) -> None:
    answer = await validate(client, document=news_document() | {"surprise": 1})

    [found] = answer["diagnostics"]
    assert (found["pointer"], found["line"], found["column"]) == ("/surprise", 0, 0)


async def test_the_scenarios_that_it_begins_are_looked_for_in_the_catalog(client: httpx2.AsyncClient) -> None:
    begins = {"name": "begin", "type": "scenario", "scenario_id": NEWS, "input": {"url": "http://127.0.0.1:1/"}}
    document = news_document() | {"scenario_id": "mine", "input_schema": {"type": "object"}, "steps": [begins]}
    assert (await validate(client, document=document))["valid"] is True

    begins["scenario_id"] = f"{NEWS}s"
    [found] = (await validate(client, document=document))["diagnostics"]
    assert (found["code"], found["pointer"]) == ("E152", "/steps/0/scenario_id")
    assert NEWS in found["hint"]


@pytest.mark.parametrize(
    "body",
    [
        {"document": None},
        {"document": []},
        {"document": {}},
        {"source": ""},
        {"source": "{"},
        {"source": "a: *b", "syntax": "yaml"},
        {"source": "\x7f\u2028: 1", "syntax": "yaml"},
        {"source": "x" * 300_000},
        {"source": "[" * 100_000},
    ],
)
async def test_whatever_is_wrong_with_a_document_is_an_answer(client: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    answer = await validate(client, **body)

    assert answer["valid"] is False
    assert any(each["severity"] == "error" for each in answer["diagnostics"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"document": {}, "source": ""},
        {"source": "{}", "syntax": "toml"},
        {"source": 5},
        {"document": {}, "surprise": 1},
        {"syntax": "json"},
        [],
    ],
)
async def test_a_request_of_another_form_is_422(client: httpx2.AsyncClient, body: Any) -> None:
    response = await client.post(URL, json=body)
    assert (response.status_code, response.json()["code"]) == (422, "request.invalid")


async def test_nothing_is_saved(client: httpx2.AsyncClient) -> None:
    await validate(client, document=news_document() | {"scenario_id": "mine"})
    assert [each["scenario_id"] for each in (await client.get("/api/scenarios")).json()] == [NEWS]
