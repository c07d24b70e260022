"""Which scenarios are tools, and what is told of them."""

import asyncio
from typing import Any

import jsonschema_rs
import pytest
from mcp.shared.exceptions import MCPError

from callsheet.runs.tools import ToolListing
from callsheet.scenario.json import JsonObject
from tests.mcp_endpoint.house import LEGACY, MODERN, Annotated, calls, document, eras, give, house, names

SCHEMA: JsonObject = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"who": {"type": "string", "minLength": 1}},
    "required": ["who"],
    "additionalProperties": False,
}


@eras
async def test_a_scenario_is_a_tool_with_its_schemas_as_they_are(era: str) -> None:
    greet = document("greet", description="Greets.", input_schema=SCHEMA, output_schema={"type": "object"})
    async with house(greet) as at, at.client(era) as client:
        (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "greet"]
    assert (tool.title, tool.description) == ("Greet", "Greets.")
    assert tool.input_schema == SCHEMA
    assert tool.output_schema == {"type": "object"}


@eras
async def test_properties_are_told_as_objects_since_some_clients_take_no_booleans(era: str) -> None:
    schema: JsonObject = {"type": "object", "properties": {"any": True, "none": False, "one": {"minimum": 1}}}
    told: JsonObject = {"any": {}, "none": {"not": {}}, "one": {"minimum": 1}}
    async with house(document("a", input_schema=schema, output_schema=schema)) as at, at.client(era) as client:
        (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "a"]
        refused = await client.call_tool("a", {"none": 1})
    assert tool.input_schema["properties"] == told
    assert tool.output_schema is not None
    assert tool.output_schema["properties"] == told
    assert refused.is_error


@eras
async def test_what_cannot_be_a_tool_does_not_hide_the_others(era: str) -> None:
    documents: list[JsonObject] = [
        document("good"),
        document("list_input", input_schema={"type": "array"}),
        document("any_input", input_schema={"properties": {}}),
        document("callsheet_start"),
        {"schema_version": "1", "scenario_id": "broken", "name": "B", "steps": []},
    ]
    async with house(*documents) as at, at.client(era) as client:
        tools = (await client.list_tools()).tools
        assert names(tools) == ["good"]
        assert [tool.name for tool in tools].count("callsheet_start") == 1
        for name in ("list_input", "broken"):
            with pytest.raises(MCPError, match="Unknown tool"):
                await client.call_tool(name, {})


NEW, SEVEN, FOUR = (
    "https://json-schema.org/draft/2020-12/schema",
    "http://json-schema.org/draft-07/schema#",
    "http://json-schema.org/draft-04/schema#",
)
ONE: JsonObject = {"$defs": {"one": {"type": "integer"}, "all": {"items": {"$ref": "#/$defs/one"}}}}


@eras
@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"$ref": "#/$defs/one"}, **ONE},
        *({"$schema": dialect, "type": "array", "items": {"$ref": "#/$defs/one"}, **ONE} for dialect in (SEVEN, FOUR)),
        *({"$schema": dialect, "$ref": "#/$defs/all", **ONE} for dialect in (NEW, SEVEN, FOUR)),
    ],
)
async def test_an_output_that_is_no_object_is_wrapped_as_its_schema_says(era: str, schema: JsonObject) -> None:
    async with house(document("count", give([1, 2]), output_schema=schema)) as at, at.client(era) as client:
        (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "count"]
        result = await client.call_tool("count", {})  # the client checks it against the schema
    assert tool.output_schema is not None
    assert tool.output_schema["type"] == "object"
    assert result.structured_content == {"result": [1, 2]}
    checks = jsonschema_rs.validator_for(tool.output_schema, offline=True)
    assert checks.is_valid(result.structured_content)
    assert not checks.is_valid({"result": ["x"]})


@eras
async def test_the_list_comes_in_pages_and_goes_on_where_a_scenario_was_removed(era: str) -> None:
    async with house(*map(document, "abdef"), page=3) as at, at.client(era) as client:
        first = await client.list_tools()
        assert len(first.tools) == 3
        second = await client.list_tools(cursor=first.next_cursor)
        assert len(second.tools) == 3
        at.system.catalog.remove("000003.json")
        third = await client.list_tools(cursor=second.next_cursor)
        assert (names(third.tools), third.next_cursor) == (["e", "f"], None)
        with pytest.raises(MCPError) as raised:
            await client.list_tools(cursor="no cursor!")
        assert raised.value.error.code == -32602


@eras
async def test_a_new_scenario_is_in_the_next_list_and_a_changed_one_as_it_is_now(era: str) -> None:
    async with house(document("a")) as at, at.client(era) as client:
        assert names((await client.list_tools()).tools) == ["a"]
        at.system.catalog.put("b.json", document("b"))
        at.system.catalog.put("000001.json", document("a", description="New."))
        tools = (await client.list_tools()).tools
        assert names(tools) == ["a", "b"]
        assert [tool.description for tool in tools if tool.name == "a"] == ["New."]


@pytest.mark.parametrize(
    ("made", "read_only", "destructive", "idempotent"),
    [
        (calls("x", "read"), True, False, True),
        (calls("x", "read", "put"), False, False, True),
        (calls("x", "read", "drop"), False, True, False),
        (calls("x", "read", server="other"), False, True, False),
        (calls("x", "unknown"), False, True, False),
        (document("x", {"name": "c", "type": "scenario", "scenario_id": "reads"}), True, False, True),
        (document("x", {"name": "c", "type": "scenario", "scenario_id": "drops"}), False, True, False),
        (document("x"), True, False, True),
    ],
)
async def test_a_scenario_promises_what_all_its_tools_promise(
    made: JsonObject, read_only: bool, destructive: bool, idempotent: bool
) -> None:
    tools = Annotated()
    documents = (made, calls("reads", "read"), calls("drops", "drop"))
    async with house(*documents, tools=tools, trusted={"trusted"}) as at, at.client(MODERN) as client:
        found: Any = {tool.name: tool.annotations for tool in (await client.list_tools()).tools}["x"]
    assert (found.read_only_hint, found.destructive_hint, found.idempotent_hint) == (read_only, destructive, idempotent)
    assert found.open_world_hint is True


class Late(Annotated):
    """Tools of a server that cannot be reached at first."""

    reachable = False

    async def list(self) -> ToolListing:
        if self.reachable:
            return await super().list()
        return ToolListing(tools=(), unavailable={"trusted": "Connection refused."})


async def test_a_trusted_server_is_believed_as_soon_as_it_can_be_reached() -> None:
    tools = Late()
    async with house(calls("x", "read"), tools=tools, trusted={"trusted"}) as at, at.client(MODERN) as client:
        hints: list[Any] = []
        for reachable in (False, True):
            tools.reachable = reachable
            hints += [tool.annotations for tool in (await client.list_tools()).tools if tool.name == "x"]
    assert [hint.read_only_hint for hint in hints] == [False, True]


class Hesitating(Annotated):
    """Tools of a server that takes its time when it is first asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def list(self) -> ToolListing:
        if not self.asked.is_set():
            self.asked.set()
            await self.go.wait()
        return await super().list()


async def test_a_list_that_took_its_time_has_what_was_saved_meanwhile() -> None:
    tools = Hesitating()
    async with (
        asyncio.timeout(20),
        house(document("a"), tools=tools, trusted={"trusted"}) as at,
        at.client(MODERN) as client,
    ):
        slow = asyncio.create_task(client.list_tools())
        await tools.asked.wait()
        at.system.catalog.put("b.json", document("b"))
        assert names((await client.list_tools()).tools) == ["a", "b"]
        tools.go.set()
        assert names((await slow).tools) == ["a", "b"]


async def test_a_server_that_takes_its_time_is_believed_as_before() -> None:
    tools = Hesitating()
    tools.go.set()
    async with (
        asyncio.timeout(20),
        house(calls("x", "read"), tools=tools, trusted={"trusted"}, listing_patience=0.01) as at,
        at.client(MODERN) as client,
    ):
        for _ in range(2):
            (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "x"]
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint is True
            tools.asked.clear()
            tools.go.clear()


async def test_clients_of_the_initialize_era_are_told_that_the_list_may_change() -> None:
    async with house() as at, at.client(LEGACY) as client:
        capabilities = client.server_capabilities
    assert capabilities.tools is not None
    assert capabilities.tools.list_changed is True
