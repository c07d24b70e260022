"""The endpoint over a system in memory: what the tests of it stand on."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from mcp import Client
from mcp.shared.memory import create_client_server_memory_streams
from mcp.shared.message import SessionMessage
from mcp_types import CallToolResult, TextContent, jsonrpc_message_adapter

from callsheet.access.acts import Acts
from callsheet.engine.cipher import KEY_BYTES, KeyCipher
from callsheet.journal.memory import MemoryJournal
from callsheet.mcp_endpoint.parts import EndpointOptions, EndpointParts
from callsheet.mcp_endpoint.server import Endpoint
from callsheet.runs.tools import Elicitation, InputRequired, ToolInfo, ToolListing, ToolOutcome, ToolResult, Tools
from callsheet.scenario.json import Json, JsonObject
from callsheet.testing import MemorySystem, ToolCall, memory_system
from callsheet.tools.memory import MemoryTool, MemoryTools

LEGACY, MODERN = "legacy", "2026-07-28"

eras = pytest.mark.parametrize("era", [LEGACY, MODERN])
"""Both generations of the protocol."""


async def echo(call: ToolCall) -> Json:
    """Gives back what it gets."""
    return call.arguments


async def books(call: ToolCall) -> ToolOutcome:
    """A tool that asks for a seat, and for a name when there are two questions."""
    if not call.answers:
        seat = Elicitation(key="seat", message="Which seat?", form_schema={"type": "object", "properties": {}})
        name = Elicitation(key="name", message="Which name?", form_schema={"type": "object", "properties": {}})
        requests = (seat, name) if call.arguments.get("two") else (seat,)
        return InputRequired(requests=requests, continuation="c")
    answers: JsonObject = {key: each.content for key, each in call.answers.items()}
    return ToolResult(structured=answers, has_structured=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A system and the endpoint over it."""

    system: MemorySystem
    endpoint: Endpoint

    def client(self, era: str, **options: Any) -> Client:
        """A client in this process."""
        return Client(self.endpoint.server, mode=era, cache=None, **options)


@asynccontextmanager
async def house(
    *documents: JsonObject,
    tools: Mapping[str, Mapping[str, MemoryTool]] | Tools | None = None,
    journal: MemoryJournal | None = None,
    acts: Acts | None = None,
    environment: Mapping[str, str] | None = None,
    **options: Any,
) -> AsyncGenerator[House]:
    """The endpoint over `documents`; `options` are those of `EndpointOptions`, and `acts` as `parts_of` takes them."""
    chosen = {"t": {"echo": echo}} if tools is None else tools
    async with memory_system(documents, chosen, journal=journal, environment=environment) as system:
        parts = parts_of(system, acts, **options)
        endpoint = Endpoint(parts)
        await endpoint.prepare()
        yield House(system=system, endpoint=endpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A client of the `initialize` era, message by message."""

    read: Any
    write: Any

    async def send(self, **message: Json) -> None:
        """Send one."""
        raw = {"jsonrpc": "2.0", **message}
        await self.write.send(SessionMessage(jsonrpc_message_adapter.validate_python(raw)))

    async def receive(self) -> Any:
        """The next one of the server."""
        return (await self.read.receive()).message


@asynccontextmanager
async def wired(at: House) -> AsyncGenerator[Wire]:
    """A client that has initialized, and shows forms; it leaves at the end."""
    server = at.endpoint.server
    async with (
        create_client_server_memory_streams() as ((read, write), (server_read, server_write)),
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(server.run(server_read, server_write, server.create_initialization_options()))
        wire = Wire(read=read, write=write)
        who: JsonObject = {"name": "t", "version": "1"}
        offer: JsonObject = {"protocolVersion": "2025-11-25", "capabilities": {"elicitation": {}}, "clientInfo": who}
        await wire.send(id=1, method="initialize", params=offer)
        await wire.receive()
        await wire.send(method="notifications/initialized")
        yield wire
        await write.aclose()


def parts_of(system: MemorySystem, acts: Acts | None = None, **options: Any) -> EndpointParts:
    """What the endpoint is built from; `acts` writes the audit log."""
    return EndpointParts(
        runs=system.runs,
        answers=system.answers,
        catalog=system.catalog,
        tools=system.tools,
        cipher=KeyCipher(bytes(KEY_BYTES)),
        options=EndpointOptions(**options),
        acts=acts,
    )


def document(scenario_id: str, *steps: JsonObject, **fields: Json) -> JsonObject:
    """A scenario; without steps, one that gives back its input."""
    gives: JsonObject = {"name": "give", "type": "transform", "output": {"from": "input"}}
    head: JsonObject = {"schema_version": "1", "scenario_id": scenario_id, "name": scenario_id.title()}
    return {**head, "steps": list(steps) or [gives], **fields}


class Annotated(MemoryTools):
    """Tools that say what they do."""

    def __init__(self) -> None:
        super().__init__({"trusted": {"read": echo}, "other": {}})
        self.hints: dict[str, JsonObject] = {
            "read": {"readOnlyHint": True},
            "put": {"destructiveHint": False, "idempotentHint": True},
            "drop": {"destructiveHint": True},
        }

    async def list(self) -> ToolListing:
        tools = [
            ToolInfo(server=server, name=name, description="", input_schema={"type": "object"}, annotations=hint)
            for server in ("trusted", "other")
            for name, hint in self.hints.items()
        ]
        return ToolListing(tools=tuple(tools), unavailable={})


def calls(scenario_id: str, *tools: str, server: str = "trusted") -> JsonObject:
    """A scenario that calls these tools."""
    steps: list[JsonObject] = [
        {"name": f"s{number}", "type": "tool", "tool": tool, "server": server} for number, tool in enumerate(tools)
    ]
    return document(scenario_id, *steps)


def give(value: Json, name: str = "give") -> JsonObject:
    """A step with this output."""
    return {"name": name, "type": "transform", "output": value}


def approval(name: str = "ask", **fields: Json) -> JsonObject:
    """A step that asks."""
    return {"name": name, "type": "approval", "message": "Go on?", **fields}


def text_of(result: CallToolResult) -> str:
    """The text blocks of a result."""
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def run_id_of(result: CallToolResult) -> str:
    """The run behind a result."""
    assert result.meta is not None
    return str(result.meta["callsheet/runId"])


def names(tools: Sequence[Any]) -> list[str]:
    """The tools that are scenarios."""
    return [tool.name for tool in tools if not tool.name.startswith("callsheet_")]
