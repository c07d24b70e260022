"""`/api/scenarios`, `/api/tools` and the probes."""

import asyncio

import httpx2
import pytest

from callsheet.api.options import ApiOptions
from callsheet.lint.drift import Drift, DriftKind
from callsheet.lint.signatures import ToolSignature
from callsheet.runs.tools import ToolInfo
from tests.api.house import NEWS, FullDisk, House, SomeTools, Watched, news_document

SEARCH = ToolInfo(
    server="news",
    name="search",
    description="Searches.",
    input_schema={"type": "object"},
    output_schema={"type": "object"},
    annotations={"readOnlyHint": True},
)


async def test_a_scenario_is_listed_with_what_the_seed_names_first(client: httpx2.AsyncClient) -> None:
    [summary] = (await client.get("/api/scenarios")).json()

    assert list(summary)[:4] == ["scenario_id", "name", "description", "input_schema"]
    document = news_document()
    assert {key: summary[key] for key in list(summary)[:4]} == {key: document[key] for key in list(summary)[:4]}
    assert summary["revision"]
    assert (summary["tags"], summary["output_schema"], summary["problems"]) == ([], None, [])


async def test_a_scenario_is_returned_as_it_was_written(client: httpx2.AsyncClient) -> None:
    response = await client.get(f"/api/scenarios/{NEWS}")

    assert response.headers["content-type"] == "application/json"
    assert response.json() == news_document()
    assert list(response.json()) == list(news_document())


@pytest.mark.parametrize("name", ["unknown", "x" * 5_000, "%0A", "..%2F..%2Fetc"])
async def test_an_unknown_scenario_is_404_with_the_reason(client: httpx2.AsyncClient, name: str) -> None:
    response = await client.get(f"/api/scenarios/{name}")

    assert response.status_code == 404
    assert response.json()["code"] in {"scenario.not_found", "path.not_found"}
    assert len(response.content) < 500


class TestTools:
    async def test_are_listed_with_what_the_seed_names_first(self) -> None:
        house = House(tools=SomeTools(SEARCH, alive=["news"]))
        async with house.client() as client:
            response = await client.get("/api/tools")

        assert response.status_code == 200
        assert list(response.json()[0].items()) == [
            ("name", "search"),
            ("description", "Searches."),
            ("input_schema", {"type": "object"}),
            ("server", "news"),
            ("output_schema", {"type": "object"}),
            ("annotations", {"readOnlyHint": True}),
            ("drift", None),
        ]
        assert "callsheet-unavailable-servers" not in response.headers

    async def test_dead_servers_are_named_and_do_not_hide_the_others(self) -> None:
        house = House(tools=SomeTools(SEARCH, alive=["news"], dead=["maps", "a, ü"]))
        async with house.client() as client:
            response = await client.get("/api/tools")

        assert (response.status_code, len(response.json())) == (200, 1)
        assert response.headers["callsheet-unavailable-servers"] == "maps, a%2C%20%C3%BC"

    async def test_a_living_server_without_tools_is_an_empty_list(self) -> None:
        house = House(tools=SomeTools(alive=["news"], dead=["maps"]))
        async with house.client() as client:
            response = await client.get("/api/tools")

        assert (response.status_code, response.json()) == (200, [])

    async def test_502_with_every_reason_when_none_can_be_listed(self) -> None:
        house = House(tools=SomeTools(dead=["maps", "news"]))
        async with house.client() as client:
            response = await client.get("/api/tools")

        assert (response.status_code, response.json()["code"]) == (502, "tools.unavailable")
        assert "maps: Connection refused. news: Connection refused." in response.json()["detail"]

    async def test_an_empty_configuration_is_an_empty_list(self, client: httpx2.AsyncClient) -> None:
        response = await client.get("/api/tools")

        assert (response.status_code, response.json()) == (200, [])


class TestProbes:
    async def test_a_live_process_says_so(self, client: httpx2.AsyncClient) -> None:
        response = await client.get("/healthz")

        assert (response.status_code, response.json()) == (200, {"status": "ok", "version": "1.2.3"})

    async def test_a_dead_tool_server_does_not_make_the_service_unready(self) -> None:
        house = House(tools=SomeTools(alive=["news"], dead=["maps"]))
        async with house.client() as client:
            response = await client.get("/readyz")

        assert response.status_code == 200
        answer = response.json()
        assert (answer["status"], answer["journal"], answer["engine"]) == ("ready", "ok", "ok")
        assert [(server["name"], server["connected"]) for server in answer["tool_servers"]] == [
            ("news", True),
            ("maps", False),
        ]

    async def test_a_full_disk_makes_it_unready_and_is_named(self) -> None:
        async with House(journal=FullDisk()).client() as client:
            response = await client.get("/readyz")

        assert (response.status_code, response.json()["code"]) == (503, "service.not_ready")
        assert "no space left" in response.json()["detail"]
        assert "no space left" in response.json()["journal"]

    async def test_a_stopping_service_is_unready_and_alive(self, house: House, client: httpx2.AsyncClient) -> None:
        house.draining.start()

        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200

    async def test_a_journal_that_does_not_answer_makes_it_unready(self) -> None:
        class HungDisk(Watched):
            async def check(self) -> None:
                await asyncio.Event().wait()

        async with House(journal=HungDisk(), options=ApiOptions(ready_timeout=0.01)).client() as client:
            response = await client.get("/readyz")

        assert response.status_code == 503
        assert "did not answer" in response.json()["journal"]


class TestOneTool:
    async def test_is_shown_beside_what_was_locked_of_it(self) -> None:
        tools = SomeTools(SEARCH, alive=["news"])
        tools.locked = ToolSignature(server="news", name="search", description="Was other.", input_schema={})
        tools.drift = Drift(server="news", tool="search", kind=DriftKind.CHANGED, changes=("~ description",))
        async with House(tools=tools).client() as client:
            response = await client.get("/api/tools/news/search")
            [summary] = (await client.get("/api/tools")).json()

        assert response.status_code == 200
        body = response.json()
        assert body.pop("locked") == {
            "description": "Was other.",
            "input_schema": {},
            "output_schema": None,
            "annotations": None,
        }
        assert body.pop("drift") == "~ news/search changed since it was locked\n  ~ description"
        assert body == {key: value for key, value in summary.items() if key != "drift"}

    async def test_that_was_not_locked_says_so(self) -> None:
        async with House(tools=SomeTools(SEARCH, alive=["news"])).client() as client:
            body = (await client.get("/api/tools/news/search")).json()
        assert (body["locked"], body["drift"]) == (None, None)

    @pytest.mark.parametrize(
        ("path", "status", "code", "sentence"),
        [
            ("news/serch", 404, "tool.not_found", "Did you mean 'search'?"),
            ("new/search", 404, "tool.not_found", "Did you mean 'news'?"),
            ("maps/search", 502, "tool.unavailable", "Connection refused."),
        ],
    )
    async def test_that_cannot_be_shown_is_an_error(self, path: str, status: int, code: str, sentence: str) -> None:
        async with House(tools=SomeTools(SEARCH, alive=["news"], dead=["maps"])).client() as client:
            response = await client.get(f"/api/tools/{path}")
        assert (response.status_code, response.json()["code"]) == (status, code)
        assert sentence in response.json()["detail"]
