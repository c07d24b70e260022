"""`PUT /api/scenarios/{scenario_id}` with a document in YAML."""

from typing import Any

import httpx2
import pytest

from callsheet.scenario.codec import digest
from callsheet.scenario.model import MAX_DOCUMENT_BYTES
from callsheet.scenario.source import Syntax, read_source
from tests.api.house import House, problems_of

URL = "/api/scenarios/mine"
GOOD = """\
# What it is for.
schema_version: "1"
scenario_id: mine
name: Mine   # é
input_schema: {type: object}
steps:
  - {name: a, type: transform, output: {from: input.a}}
"""
BAD = GOOD.replace("input.a", "steps.gone.output")


async def put(client: httpx2.AsyncClient, text: str | bytes, kind: str = "application/yaml") -> httpx2.Response:
    data = text.encode() if isinstance(text, str) else text
    return await client.put(URL, content=data, headers={"content-type": kind, "If-Match": "*"})


async def create(client: httpx2.AsyncClient, text: str) -> httpx2.Response:
    headers = {"content-type": "application/yaml", "If-None-Match": "*"}
    return await client.put(URL, content=text.encode(), headers=headers)


def document(text: str = GOOD) -> Any:
    return read_source(text.encode(), Syntax.YAML).document


async def test_it_is_saved_as_the_document_that_it_stands_for(client: httpx2.AsyncClient) -> None:
    response = await create(client, GOOD)

    assert response.status_code == 201
    assert response.headers["etag"] == f'"{digest(document())}"'
    assert (await client.get(URL)).json() == document()
    assert list((await client.get(URL)).json()) == list(document())


async def test_the_same_in_json_is_no_new_revision_and_comments_are_none(client: httpx2.AsyncClient) -> None:
    first = (await create(client, GOOD)).json()
    for body in (GOOD.replace("What it is for", "Something else"), "---\n" + GOOD):
        assert (await put(client, body)).json()["revision"] == first["revision"]
    again = await client.put(URL, json=document())
    assert (again.status_code, again.json()["number"]) == (200, 1)


@pytest.mark.parametrize(
    "kind",
    ["application/yaml", "Application/YAML", "application/yaml; charset=UTF-8", 'application/yaml;charset="utf-8"'],
)
async def test_yaml_in_utf_8_may_be_named_in_the_usual_ways(client: httpx2.AsyncClient, kind: str) -> None:
    await create(client, GOOD)
    assert (await put(client, GOOD, kind)).status_code == 200


async def test_its_errors_have_lines_and_columns(client: httpx2.AsyncClient) -> None:
    response = await create(client, BAD)

    assert (response.status_code, response.json()["code"]) == (422, "scenario.invalid")
    [found] = [each for each in problems_of(response) if each["severity"] == "error"]
    assert (found["code"], found["pointer"], found["line"]) == ("E130", "/steps/0/output/from", 7)
    assert int(found["column"]) > 1
    assert (await client.get(URL)).status_code == 404


async def test_its_warnings_have_lines_and_columns(client: httpx2.AsyncClient) -> None:
    [found] = (await create(client, GOOD.replace("input.a", "steps"))).json()["problems"]
    assert (found["code"], found["severity"], found["line"]) == ("W210", "warning", 7)


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        ("a: [1\n", "broken", 2),
        ("a: 1\na: 2\n", "twice", 2),
        ("a: &x 1\nb: *x\n", "anchors", 1),
        ("a: !!python/object:os.system 1\n", "tag", 1),
        ("a: 1\n---\nb: 2\n", "one document", 2),
        (b"a: \xfc\n", "UTF-8", 1),
        ("#" + "x" * MAX_DOCUMENT_BYTES, "bytes", 1),
    ],
)
async def test_what_a_file_may_not_be_is_400_with_its_place(
    client: httpx2.AsyncClient, text: str | bytes, word: str, place: int
) -> None:
    response = await put(client, text)

    assert (response.status_code, response.json()["code"]) == (400, "yaml.invalid")
    assert word in response.json()["detail"]
    assert problems_of(response)[0]["line"] == place
    assert f"(line {place}, column " in response.json()["detail"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "5\n"])
async def test_what_is_no_object_is_422(client: httpx2.AsyncClient, text: str) -> None:
    response = await put(client, text)
    assert (response.status_code, response.json()["code"]) == (422, "request.invalid")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/runs"),
        ("POST", "/api/scenarios/validate"),
        ("PUT", "/api/schedules/nightly"),
        ("PUT", "/api/scenarios/mine/more"),
    ],
)
async def test_no_other_route_takes_yaml(client: httpx2.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, path, content=b"a: 1", headers={"content-type": "application/yaml"})
    assert (response.status_code, response.json()["code"]) == (415, "body.type")


@pytest.mark.parametrize("kind", ["text/yaml", "application/yaml; charset=utf-16", "application/x-yaml"])
async def test_another_type_is_told_which_ones_are_taken(client: httpx2.AsyncClient, kind: str) -> None:
    response = await put(client, GOOD, kind)
    assert (response.status_code, response.json()["code"]) == (415, "body.type")
    assert "application/json or application/yaml" in response.json()["detail"]


async def test_the_document_of_the_api_names_both_types(house: House) -> None:
    content = house.app.openapi()["paths"]["/api/scenarios/{scenario_id}"]["put"]["requestBody"]["content"]
    assert set(content) == {"application/json", "application/yaml"}
