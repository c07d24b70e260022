"""`POST /api/scenarios/validate`: what the checker says about a document that is not saved."""

from typing import Any

import httpx2
import orjson
import pytest

from callsheet.api.schemas.validation import MAX_REFERENCES
from callsheet.scenario.source import Syntax, read_source
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
        assert await validate(client, **body) == {"valid": True, "diagnostics": [], "references": []}


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


FLOW = """\
schema_version: "1"
scenario_id: flow
name: Flow
steps:
  - {name: a, type: tool, tool: t, input: {}}
  - name: each
    type: foreach
    items: {from: steps.a.output.items}
    steps:
      - name: b
        type: tool
        tool: t
        when: "steps.a.status == 'success'"
        input: {x: {template: "${item} ${steps.a.output}"}}
  - {name: p, type: loop, max_iterations: 2, until: steps.q.output, steps: [{name: q, type: transform, output: true}]}
  - {name: c, type: transform, output: {x: {from: "[steps.each.output, steps.p.output, steps.each.status]"}}}
  - {name: d, type: transform, output: {const: {from: steps.a.output}}}
on_error:
  - name: e
    type: tool
    tool: t
    input: {why: {from: error.message}, of: {from: steps.a.output, default: {from: steps.c.output}}}
output: {all: {from: steps.c.output}}
"""


def arrows(answer: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    """Who is named by whom, and where."""
    return [(each["from_step"], each["to_step"], each["pointer"]) for each in answer["references"]]


async def test_references_say_which_step_uses_what_of_which(client: httpx2.AsyncClient) -> None:
    answer = await validate(client, source=FLOW, syntax="yaml")

    assert answer["valid"] is True
    assert arrows(answer) == [
        ("a", "each", "/steps/1/items/from"),
        ("a", "b", "/steps/1/steps/0/when"),
        ("a", "b", "/steps/1/steps/0/input/x/template"),
        ("q", "p", "/steps/2/until"),
        ("each", "c", "/steps/3/output/x/from"),
        ("p", "c", "/steps/3/output/x/from"),
        ("c", None, "/output/all/from"),
        ("a", "e", "/on_error/0/input/of/from"),
        ("c", "e", "/on_error/0/input/of/default/from"),
    ]
    assert [each["expression"] for each in answer["references"]][:4] == [
        "steps.a.output.items",
        "steps.a.status == 'success'",
        "steps.a.output",
        "steps.q.output",
    ]


async def test_references_are_there_while_a_document_has_errors_of_the_rules(client: httpx2.AsyncClient) -> None:
    later = FLOW.replace("items: {from: steps.a.output.items}", "items: {from: steps.c.output}")
    answer = await validate(client, source=later.replace("error.message", "steps.gone.output"), syntax="yaml")

    assert {each["code"] for each in answer["diagnostics"]} >= {"E130", "E131"}
    assert arrows(answer)[0] == ("c", "each", "/steps/1/items/from")
    assert all(name != "gone" for name, _, _ in arrows(answer))


@pytest.mark.parametrize("source", ["{", "[]", FLOW.replace("type: foreach", "type: nothing")])
async def test_what_is_no_scenario_has_no_references(client: httpx2.AsyncClient, source: str) -> None:
    answer = await validate(client, source=source, syntax="yaml")
    assert (answer["valid"], answer["references"]) == (False, [])


async def test_a_document_has_the_references_that_its_text_has(client: httpx2.AsyncClient) -> None:
    document = read_source(FLOW.encode(), Syntax.YAML).document
    text = await validate(client, source=FLOW, syntax="yaml")
    assert (await validate(client, document=document))["references"] == text["references"]


async def test_an_answer_has_a_bounded_number_of_references(client: httpx2.AsyncClient) -> None:
    everything = f"[{', '.join(f'steps.s{number}' for number in range(150))}]"
    first = [{"name": f"s{number}", "type": "transform", "output": 1} for number in range(150)]
    then = [{"name": f"t{number}", "type": "transform", "output": {"from": everything}} for number in range(40)]
    answer = await validate(client, document=news_document() | {"steps": first + then})
    assert (answer["valid"], len(answer["references"])) == (True, MAX_REFERENCES)
