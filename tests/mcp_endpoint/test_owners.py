"""What an MCP client sees and does at `/mcp` is what its caller may."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitResult

from callsheet.access.acts import Acts
from callsheet.access.patterns import ALL, Patterns
from callsheet.access.principal import PRINCIPAL, Principal
from callsheet.access.scopes import Role
from callsheet.mcp_endpoint.http import open_endpoint
from callsheet.mcp_endpoint.outcomes import RUN_ID
from callsheet.runs.events import RunId
from callsheet.runs.ports import RunFilter
from callsheet.scenario.json import JsonObject
from callsheet.testing import MemorySystem, memory_system
from tests.mcp_endpoint.house import MODERN, approval, document, echo, parts_of, text_of
from tests.mcp_endpoint.test_http import ACCEPT, INITIALIZE, PING

URL = "http://127.0.0.1:1/mcp"
WHO: JsonObject = {"type": "object", "properties": {"who": {"type": "string", "x-mcp-header": "Who"}}}


def caller(name: str, role: Role = Role.OPERATOR, *, sees: bool = False, scenarios: Patterns = ALL) -> Principal:
    return Principal(subject=f"key:{name}", name=name, role=role, every_run=sees, scenarios=scenarios)


PEOPLE: Mapping[str, Principal] = {
    "ada": caller("ada"),
    "bob": caller("bob"),
    "viv": caller("viv", Role.VIEWER, sees=True),
    "nora": caller("nora", sees=True, scenarios=Patterns(("news_*",))),
}


class At:
    """The endpoint, as people reach it over HTTP."""

    def __init__(self, system: MemorySystem, app: Any) -> None:
        self.system = system
        self._app = app

    def http(self, name: str | None) -> httpx2.AsyncClient:
        async def known(scope: Any, receive: Any, send: Any) -> None:
            await self._app({**scope, **({} if name is None else {PRINCIPAL: PEOPLE[name]})}, receive, send)

        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=known), base_url="http://127.0.0.1:1")

    @asynccontextmanager
    async def client(self, name: str | None, **options: Any) -> AsyncGenerator[Client]:
        async with (
            self.http(name) as http,
            Client(streamable_http_client(URL, http_client=http), mode=MODERN, cache=None, **options) as client,
        ):
            yield client


@asynccontextmanager
async def reached(*more: JsonObject, acts: Acts | None = None) -> AsyncGenerator[At]:
    billing: JsonObject = {**document("billing"), "input_schema": WHO}
    documents = (document("news_daily"), billing, document("news_asks", approval()), *more)
    async with (
        memory_system(documents, {"t": {"echo": echo}}) as system,
        open_endpoint(parts_of(system, acts)) as endpoint,
    ):
        yield At(system, endpoint.app)


async def names(client: Client) -> set[str]:
    return {tool.name for tool in (await client.list_tools()).tools}


async def test_each_caller_is_shown_the_tools_that_they_may_call() -> None:
    async with reached() as at:
        handles = {"callsheet_start", "callsheet_status", "callsheet_events", "callsheet_answer", "callsheet_cancel"}
        shown = {
            "ada": handles | {"news_daily", "billing", "news_asks"},
            "nora": handles | {"news_daily", "news_asks"},
            "viv": {"callsheet_status", "callsheet_events"},
            None: {"callsheet_status", "callsheet_events"},
        }
        for name, expected in shown.items():
            async with at.client(name) as client:
                assert await names(client) == expected, name


async def test_a_call_starts_a_run_of_its_callers() -> None:
    async with reached() as at:
        async with at.client("ada") as client:
            await client.call_tool("news_daily", {})
        [run] = (await at.system.journal.runs(RunFilter(), 10)).runs
        assert run.owner == "key:ada"


async def test_a_role_that_only_reads_starts_and_changes_nothing() -> None:
    async with reached() as at:
        run_id = (await at.system.runs.submit("news_asks", {})).run_id
        async with at.client("viv") as client:
            assert not (await client.call_tool("callsheet_status", {"run_id": run_id})).is_error
            for tool, arguments in (
                ("news_daily", {}),
                ("callsheet_start", {"scenario_id": "news_daily"}),
                ("callsheet_cancel", {"run_id": run_id}),
                ("callsheet_answer", {"run_id": run_id, "step_path": "ask", "approved": True}),
            ):
                refused = await client.call_tool(tool, arguments)
                assert refused.is_error
                assert text_of(refused).startswith("forbidden:"), tool
        assert [run.run_id for run in (await at.system.journal.runs(RunFilter(), 10)).runs] == [run_id]
        assert not await at.system.journal.cancel_requested(run_id)


async def test_the_run_of_somebody_else_is_as_if_it_were_not_there() -> None:
    async with reached() as at:
        async with at.client("ada") as ada:
            started = await ada.call_tool("callsheet_start", {"scenario_id": "news_asks"})
        assert started.structured_content is not None
        theirs, nobodys = RunId(started.structured_content["run_id"]), "00000000-0000-4000-8000-000000000000"
        async with at.client("bob") as bob:
            for tool, more in (
                ("callsheet_status", {}),
                ("callsheet_events", {}),
                ("callsheet_cancel", {}),
                ("callsheet_answer", {"step_path": "ask", "approved": True}),
            ):
                hidden, missing = [await bob.call_tool(tool, {"run_id": id_, **more}) for id_ in (theirs, nobodys)]
                assert text_of(hidden).replace(theirs, "…") == text_of(missing).replace(nobodys, "…"), tool
                assert text_of(hidden).startswith("run.not_found"), tool
        assert not await at.system.journal.cancel_requested(theirs)


async def test_a_scenario_outside_of_the_patterns_is_as_if_it_were_not_there() -> None:
    async with reached() as at:
        async with at.client("nora") as nora:
            for name in ("billing", "nothing"):
                given: list[dict[str, Any]] = [{}, {"who": "no header tells this"}]
                for arguments in given:
                    with pytest.raises(MCPError, match=f"Unknown tool: {name}"):
                        await nora.call_tool(name, arguments)
            hidden, missing = [
                text_of(await nora.call_tool("callsheet_start", {"scenario_id": name}))
                for name in ("billing", "nothing")
            ]
            assert hidden.replace("billing", "…") == missing.replace("nothing", "…")
        assert (await at.system.journal.runs(RunFilter(), 10)).runs == ()


async def test_the_client_of_an_assignee_is_asked_and_nobody_else_is() -> None:
    asked: list[Any] = []

    async def person(_context: Any, params: Any) -> ElicitResult:
        asked.append(params.requested_schema["properties"])
        return ElicitResult(action="accept", content={"approved": True})

    signed = document("signed", approval(assignees=["grace", "ada"]))
    async with reached(signed) as at:
        async with at.client("bob", elicitation_callback=person) as bob:
            others = await bob.call_tool("signed", {})
            run_id = others.meta[RUN_ID] if others.meta else ""
            arguments = {"run_id": run_id, "step_path": "ask", "approved": True}
            refused = [await bob.call_tool("callsheet_answer", {**arguments, **by}) for by in ({}, {"by": "ada"})]
        assert asked == []
        async with at.client("ada", elicitation_callback=person) as ada:
            given: Any = await ada.call_tool("signed", {})
    assert others.is_error
    assert "waits for an answer: somebody else is to answer it." in text_of(others)
    assert "Those who may answer: grace, ada." in text_of(others)
    assert [text_of(each).partition(":")[0] for each in refused] == ["forbidden", "input.invalid"]
    assert [set(each) for each in asked] == [{"approved", "comment"}]
    assert given.structured_content["by"] == "ada"


async def test_a_session_is_of_use_to_who_began_it_alone() -> None:
    async with reached() as at, at.http("ada") as ada, at.http("bob") as bob:
        opened = await ada.post("/mcp", json=INITIALIZE, headers=ACCEPT)
        headers = {
            **ACCEPT,
            "mcp-session-id": opened.headers["mcp-session-id"],
            "mcp-protocol-version": "2025-11-25",
        }
        assert (await bob.post("/mcp", json=PING, headers=headers)).status_code == 404
        assert (await ada.post("/mcp", json=PING, headers=headers)).status_code == 200
