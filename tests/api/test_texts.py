"""`GET /api/scenarios/{scenario_id}/source`, and where the list says that each scenario is kept."""

from typing import Any

import httpx2
import orjson
import pytest

from callsheet.catalog.candidates import read_candidate
from callsheet.scenario.model import MAX_DOCUMENT_BYTES
from callsheet.scenario.source import Syntax, read_source
from tests.api.house import NEWS, House, Shelf, news_document, unreadable

YAML = """\
# What it is for.
schema_version: "1"
scenario_id: hello
name: Hello   # said to everybody
steps:
  - {name: a, type: transform, output: "é"}
"""


def house_of(name: str, data: bytes) -> House:
    """A house whose folder `scenarios` has one file."""
    return House(catalog=Shelf(read_candidate(name, "scenarios", data).entry))


async def source_of(house: House, scenario_id: str) -> dict[str, Any]:
    async with house.client() as client:
        response = await client.get(f"/api/scenarios/{scenario_id}/source")
        assert response.status_code == 200
        return response.json()


async def test_of_a_file_it_is_the_text_with_its_comments() -> None:
    house = house_of("greeting.yml", YAML.encode())
    async with house.client() as client:
        tag = (await client.get("/api/scenarios/hello")).headers["etag"]
    assert await source_of(house, "hello") == {
        "scenario_id": "hello",
        "source": YAML,
        "syntax": "yaml",
        "path": "scenarios/greeting.yml",
        "read_only": True,
        "revision": tag.strip('"'),
    }


async def test_of_a_saved_scenario_it_is_the_document_as_indented_json(client: httpx2.AsyncClient) -> None:
    document = news_document() | {"scenario_id": "mine"}
    saved = (await client.put("/api/scenarios/mine", json=document)).json()
    body = (await client.get("/api/scenarios/mine/source")).json()

    assert (body["syntax"], body["path"], body["read_only"]) == ("json", None, False)
    assert body["revision"] == saved["revision"]
    assert list(orjson.loads(body["source"])) == list(document)
    assert orjson.loads(body["source"]) == document
    assert body["source"].startswith('{\n  "schema_version": "1",\n')


@pytest.mark.parametrize(
    ("name", "data"),
    [("broken.json", b'{"schema_version": '), ("broken.yaml", b"a: [1\n"), ("latin.json", b'{"name": "\xfc"}')],
)
async def test_a_broken_file_has_a_text_though_it_is_no_document(name: str, data: bytes) -> None:
    house, scenario_id = house_of(name, data), name.partition(".")[0]
    body = await source_of(house, scenario_id)
    assert (body["source"], body["revision"]) == (data.decode("utf-8", "replace"), "")
    async with house.client() as client:
        assert (await client.get(f"/api/scenarios/{scenario_id}")).status_code == 404


async def test_the_text_can_be_checked_as_it_is(client: httpx2.AsyncClient) -> None:
    body = (await client.get(f"/api/scenarios/{NEWS}/source")).json()
    answer = await client.post("/api/scenarios/validate", json={key: body[key] for key in ("source", "syntax")})
    assert answer.json()["valid"] is True


async def test_a_text_is_never_larger_than_a_document_may_be(client: httpx2.AsyncClient) -> None:
    value: Any = 1
    for _ in range(60):
        value = [value, *([1] * 300)]
    document = news_document() | {"scenario_id": "mine", "x-deep": value}
    assert (await client.put("/api/scenarios/mine", json=document)).status_code == 201
    text = (await client.get("/api/scenarios/mine/source")).json()["source"]

    assert len(text.encode()) <= MAX_DOCUMENT_BYTES
    assert read_source(text.encode(), Syntax.JSON).document == document


async def test_what_has_no_text_is_404_with_the_reason() -> None:
    too_large = read_candidate("large.json", "scenarios", b" " * (MAX_DOCUMENT_BYTES + 1)).entry
    async with House(catalog=Shelf(unreadable("gone"), too_large)).client() as client:
        for scenario_id, word in (("gone", "broken"), ("large", "bytes"), ("unknown", "Unknown"), ("x" * 300, "xxx")):
            response = await client.get(f"/api/scenarios/{scenario_id}/source")
            assert (response.status_code, response.json()["code"]) == (404, "scenario.not_found")
            assert word in response.json()["detail"]


async def test_the_list_says_which_scenario_is_a_file_and_which_was_saved(client: httpx2.AsyncClient) -> None:
    await client.put("/api/scenarios/mine", json=news_document() | {"scenario_id": "mine"})
    kept = [
        (each["scenario_id"], each["source"], each["read_only"]) for each in (await client.get("/api/scenarios")).json()
    ]
    assert kept == [("mine", "saved", False), (NEWS, f"scenarios/{NEWS}.json", True)]
