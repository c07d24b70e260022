"""`PUT /api/scenarios/{scenario_id}`, its revisions, and the headers of conditional requests."""

import asyncio
from typing import Any

import httpx2
import pytest

from callsheet.catalog.memory_revisions import MemoryRevisions
from callsheet.errors.kinds import Unavailable
from callsheet.runs.revisions import Expected, Saved
from callsheet.scenario.codec import digest
from callsheet.scenario.json import JsonObject
from tests.api.house import NEWS, House, Shelf, news_document, problems_of, unreadable

CREATE = {"If-None-Match": "*"}


def document(name: str = "One", **more: Any) -> JsonObject:
    return news_document() | {"scenario_id": "mine", "name": name} | more


def at(revision: str) -> dict[str, str]:
    return {"If-Match": f'"{revision}"'}


async def put(client: httpx2.AsyncClient, body: Any, headers: dict[str, str] | None = None) -> httpx2.Response:
    return await client.put("/api/scenarios/mine", json=body, headers=headers)


async def revision_of(client: httpx2.AsyncClient) -> str:
    return (await client.get("/api/scenarios/mine")).headers["etag"].strip('"')


async def test_a_new_scenario_is_201_and_can_be_run(house: House, client: httpx2.AsyncClient) -> None:
    response = await put(client, document())

    assert response.status_code == 201
    revision = digest(document())
    answer = response.json()
    assert list(answer) == ["scenario_id", "revision", "number", "saved_at", "problems"]
    assert (answer["scenario_id"], answer["revision"], answer["number"]) == ("mine", revision, 1)
    assert answer["saved_at"].endswith("+00:00")
    assert answer["problems"] == []
    assert response.headers["location"] == "/api/scenarios/mine"
    assert response.headers["etag"] == f'"{revision}"'
    assert (await client.get("/api/scenarios/mine")).json() == document()
    run = await client.post("/api/runs", json={"scenario_id": "mine", "input": {"url": "http://127.0.0.1:1/"}})
    assert run.status_code == 202
    assert (await house.journal.summary(run.json()["run_id"])).revision == revision


async def test_saved_scenarios_are_listed_beside_the_files(client: httpx2.AsyncClient) -> None:
    await put(client, document())
    assert [each["scenario_id"] for each in (await client.get("/api/scenarios")).json()] == ["mine", NEWS]


async def test_what_begins_a_scenario_that_does_not_exist_or_itself_is_refused(client: httpx2.AsyncClient) -> None:
    for other in ("gone", "mine"):
        begins = {"name": "begin", "type": "scenario", "scenario_id": other}
        response = await put(client, document(steps=[begins], output={}), CREATE)
        assert response.status_code == 422
        assert [each["pointer"] for each in problems_of(response)] == ["/steps/0/scenario_id"]
    assert (await client.get("/api/scenarios/mine")).status_code == 404


async def test_a_change_from_the_current_revision_is_200(client: httpx2.AsyncClient) -> None:
    await put(client, document("One"))
    response = await put(client, document("Two"), at(await revision_of(client)))

    assert (response.status_code, response.json()["number"]) == (200, 2)
    assert "location" not in response.headers
    assert (await client.get("/api/scenarios/mine")).json()["name"] == "Two"


async def test_the_same_content_is_200_and_no_new_revision(client: httpx2.AsyncClient) -> None:
    first = await put(client, document())
    for headers in ({}, at("older"), at(first.json()["revision"])):
        again = await put(client, document(), headers)
        assert (again.status_code, again.json()) == (200, first.json())
    assert len((await client.get("/api/scenarios/mine/revisions")).json()) == 1


async def test_a_lost_update_is_409_and_names_the_revision_now(client: httpx2.AsyncClient) -> None:
    await put(client, document("One"))
    mine = await revision_of(client)
    theirs = (await put(client, document("Theirs"), at(mine))).json()["revision"]
    response = await put(client, document("Mine"), at(mine))

    assert (response.status_code, response.json()["code"]) == (409, "scenario.conflict")
    assert response.json()["current"] == theirs
    assert theirs in response.json()["detail"]
    assert (await client.get("/api/scenarios/mine")).json()["name"] == "Theirs"


async def test_a_change_that_does_not_say_from_what_is_428(client: httpx2.AsyncClient) -> None:
    await put(client, document("One"))
    response = await put(client, document("Two"))

    assert (response.status_code, response.json()["code"]) == (428, "scenario.revision_required")
    assert "If-Match" in response.json()["detail"]


async def test_create_only_creates_only(client: httpx2.AsyncClient) -> None:
    assert (await put(client, document("One"), CREATE)).status_code == 201
    for name in ("One", "Two"):
        response = await put(client, document(name), CREATE)
        assert (response.status_code, response.json()["current"]) == (409, digest(document("One")))


async def test_changing_what_is_not_there_is_409_without_a_revision(client: httpx2.AsyncClient) -> None:
    for header in ('"x"', "*"):
        response = await put(client, document(), {"If-Match": header})
        assert (response.status_code, response.json()["current"]) == (409, None)


async def test_a_star_a_list_and_a_weak_tag_match_too(client: httpx2.AsyncClient) -> None:
    first = (await put(client, document("One"))).json()["revision"]
    assert (await put(client, document("Two"), {"If-Match": "*"})).status_code == 200
    assert (await put(client, document("Three"), {"If-Match": f'"{first}"'})).status_code == 409
    second = await revision_of(client)
    assert (await put(client, document("Three"), {"If-Match": f'"{first}" , W/"{second}"'})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"If-Match": "abc"},
        {"If-Match": '"a" "b"'},
        {"If-Match": ""},
        {"If-None-Match": '"a"'},
        {"If-None-Match": "*", "If-Match": '"a"'},
    ],
)
async def test_headers_that_cannot_be_read_are_422_and_nothing_is_saved(
    client: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    response = await put(client, document(), headers)

    assert (response.status_code, response.json()["code"]) == (422, "request.invalid")
    assert (await client.get("/api/scenarios/mine")).status_code == 404


async def test_of_many_clients_who_change_one_revision_one_wins(client: httpx2.AsyncClient) -> None:
    await put(client, document("Base"))
    base = at(await revision_of(client))
    answers = await asyncio.gather(*(put(client, document(f"Change {n}"), base) for n in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]


class TestABrokenDocument:
    async def test_is_422_with_every_diagnostic_and_is_not_saved(self, client: httpx2.AsyncClient) -> None:
        step = {"name": "a", "type": "tool", "tool": "t", "input": {"x": {"from": "steps.gone.output"}}}
        response = await put(client, document(steps=[step]))

        assert (response.status_code, response.json()["code"]) == (422, "scenario.invalid")
        assert "was not saved" in response.json()["detail"]
        listed = problems_of(response)
        [problem] = [each for each in listed if each["severity"] == "error"]
        assert list(problem) == ["code", "severity", "pointer", "message", "hint", "line", "column"]
        assert (problem["code"], problem["pointer"], problem["line"]) == ("E130", "/steps/0/input/x/from", 0)
        assert (await client.get("/api/scenarios/mine")).status_code == 404

    async def test_that_calls_itself_otherwise_is_422(self, client: httpx2.AsyncClient) -> None:
        for body in (document(scenario_id="other"), document(scenario_id=7)):
            response = await put(client, body)
            assert response.status_code == 422
            assert problems_of(response)[0]["pointer"] == "/scenario_id"

    async def test_over_256_kib_is_422(self, client: httpx2.AsyncClient) -> None:
        response = await put(client, document(description="x" * 256 * 1024))

        assert (response.status_code, response.json()["code"]) == (422, "scenario.invalid")
        assert "262144" in response.json()["detail"]

    @pytest.mark.parametrize("body", [[], "text", None, 5])
    async def test_that_is_no_object_is_422(self, client: httpx2.AsyncClient, body: Any) -> None:
        response = await put(client, body)
        assert (response.status_code, response.json()["code"]) == (422, "request.invalid")

    @pytest.mark.parametrize("body", [b"{", b'{"a": 1, "a": 2}', b'{"a": NaN}', b'{"a": "\\u0000"}'])
    async def test_that_is_no_json_is_400(self, client: httpx2.AsyncClient, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        response = await client.put("/api/scenarios/mine", content=body, headers=headers)
        assert (response.status_code, response.json()["code"]) == (400, "json.invalid")

    @pytest.mark.parametrize("name", ["Mine", "..%2Fup", "x" * 200, "%20", "a.b"])
    async def test_under_an_impossible_id_is_refused(self, client: httpx2.AsyncClient, name: str) -> None:
        for scenario_id in ("mine", name):
            response = await client.put(f"/api/scenarios/{name}", json=document(scenario_id=scenario_id))
            assert response.status_code in {404, 405, 422}
            assert len(response.content) < 2_000
        assert [each["scenario_id"] for each in (await client.get("/api/scenarios")).json()] == [NEWS]


class TestAFile:
    async def test_is_not_saved_over(self, client: httpx2.AsyncClient) -> None:
        for headers in ({}, {"If-Match": "*"}, at(digest(news_document()))):
            response = await client.put(
                f"/api/scenarios/{NEWS}", json=news_document() | {"name": "Other"}, headers=headers
            )
            assert (response.status_code, response.json()["code"]) == (409, "scenario.read_only")
            assert f"scenarios/{NEWS}.json" in response.json()["detail"]

    async def test_that_is_broken_is_not_saved_over_either(self) -> None:
        async with House(catalog=Shelf(unreadable("mine"))).client() as client:
            assert (await put(client, document())).json()["code"] == "scenario.read_only"

    async def test_has_one_revision_without_a_number(self, client: httpx2.AsyncClient) -> None:
        response = await client.get(f"/api/scenarios/{NEWS}/revisions")
        assert response.json() == [{"number": None, "revision": digest(news_document()), "saved_at": None}]
        assert (await client.get(f"/api/scenarios/{NEWS}/revisions/1")).status_code == 404


class TestRevisions:
    async def test_are_listed_newest_first_and_can_be_read(self, client: httpx2.AsyncClient) -> None:
        for name in ("One", "Two", "Three"):
            assert (await put(client, document(name), {"If-Match": "*"} if name != "One" else {})).is_success

        rows = (await client.get("/api/scenarios/mine/revisions")).json()
        assert [row["number"] for row in rows] == [3, 2, 1]
        assert list(rows[0]) == ["number", "revision", "saved_at"]
        page = await client.get("/api/scenarios/mine/revisions", params={"limit": 1, "before": 3})
        assert page.json() == [rows[1]]
        second = await client.get("/api/scenarios/mine/revisions/2")
        assert (second.json(), second.headers["etag"]) == (document("Two"), f'"{rows[1]["revision"]}"')

    @pytest.mark.parametrize("path", ["mine/revisions/2", "other/revisions", "other/revisions/1"])
    async def test_that_are_not_there_are_404(self, client: httpx2.AsyncClient, path: str) -> None:
        await put(client, document())
        response = await client.get(f"/api/scenarios/{path}")
        assert (response.status_code, response.json()["code"]) == (404, "scenario.not_found")

    @pytest.mark.parametrize("path", ["revisions/0", "revisions/x", "revisions/1e3", "revisions?limit=0"])
    async def test_that_are_no_numbers_are_422(self, client: httpx2.AsyncClient, path: str) -> None:
        assert (await client.get(f"/api/scenarios/mine/{path}")).status_code == 422


async def test_a_document_that_the_caller_has_is_304(client: httpx2.AsyncClient) -> None:
    whole = await client.get(f"/api/scenarios/{NEWS}")
    tag = whole.headers["etag"]
    for header in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        response = await client.get(f"/api/scenarios/{NEWS}", headers={"If-None-Match": header})
        assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", tag)
    for header in ('"x"', "x", tag.strip('"')):
        assert (await client.get(f"/api/scenarios/{NEWS}", headers={"If-None-Match": header})).content == whole.content


async def test_a_store_that_cannot_be_written_is_503() -> None:
    class Full(MemoryRevisions):
        async def save(self, scenario_id: str, document: JsonObject, expected: Expected, at: Any) -> Saved:
            raise Unavailable("The scenario cannot be saved: No space left on device.")

    async with House(revisions=Full()).client() as client:
        response = await put(client, document())

    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert "No space left" in response.json()["detail"]
    assert response.headers["retry-after"]
