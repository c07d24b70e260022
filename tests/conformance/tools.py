"""The tools that the official conformance suite wants to find, as a tool server; scenarios of the same names call them.

    python tools.py

What the suite prescribes of each stands in its own description of the scenario; see `fixtures.py` for the list.
"""

import asyncio
import base64
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import mcp_types as types
from mcp.server import Server
from mcp.server.stdio import stdio_server

PIXEL: Final = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
SILENCE: Final = base64.b64encode(
    b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0@\x1f\0\0@\x1f\0\0\x01\0\x08\0data\0\0\0\0"
).decode()
OBJECT: Final = {"type": "object"}

NAME: Final = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
COLOR: Final = {"type": "object", "properties": {"color": {"type": "string"}}, "required": ["color"]}
OK: Final = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
CONFIRM: Final = {"type": "object", "properties": {"confirm": {"type": "boolean"}}, "required": ["confirm"]}
USER: Final = {
    "type": "object",
    "properties": {
        "username": {"type": "string", "description": "User's response"},
        "email": {"type": "string", "description": "User's email address"},
    },
    "required": ["username", "email"],
}
DEFAULTS: Final = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        "verified": {"type": "boolean", "default": True},
    },
}


def titled(prefix: str, *titles: str) -> list[dict[str, str]]:
    return [{"const": f"{prefix}{number}", "title": title} for number, title in enumerate(titles, start=1)]


ENUMS: Final = {
    "type": "object",
    "properties": {
        "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
        "titledSingle": {"type": "string", "oneOf": titled("value", "First Option", "Second Option", "Third Option")},
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
        "titledMulti": {
            "type": "array",
            "items": {"anyOf": titled("value", "First Choice", "Second Choice", "Third Choice")},
        },
    },
}

QUESTIONS: Final[dict[str, list[tuple[str, str, dict[str, Any]]]]] = {
    "test_elicitation": [("question", "", USER)],
    "test_elicitation_sep1034_defaults": [("question", "Please review.", DEFAULTS)],
    "test_elicitation_sep1330_enums": [("question", "Please choose.", ENUMS)],
    "test_input_required_result_elicitation": [("user_name", "What is your name?", NAME)],
    "test_input_required_result_request_state": [("confirm", "Please confirm", OK)],
    "test_input_required_result_multi_round": [
        ("step1", "Step 1: What is your name?", NAME),
        ("step2", "Step 2: What is your favorite color?", COLOR),
    ],
    "test_input_required_result_tampered_state": [("confirm", "Please confirm", OK)],
    "test_input_required_result_capabilities": [("user_name", "What is your name?", NAME)],
    "test_tool_with_task": [("user_name", "What is your name?", NAME)],
    "test_streaming_elicitation": [("user_name", "What is your name?", NAME)],
    "confirm_delete": [("confirm", "Really delete it?", CONFIRM)],
}
"""What each tool asks, one question a round."""


def text(words: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=words)])


def resource(uri: str, mime_type: str, words: str) -> types.EmbeddedResource:
    contents = types.TextResourceContents(uri=uri, mime_type=mime_type, text=words)
    return types.EmbeddedResource(type="resource", resource=contents)


async def simple_text(_context: Any, _arguments: dict[str, Any]) -> types.CallToolResult:
    return text("This is a simple text response for testing.")


async def image(_context: Any, _arguments: dict[str, Any]) -> types.CallToolResult:
    return types.CallToolResult(content=[types.ImageContent(type="image", data=PIXEL, mime_type="image/png")])


async def audio(_context: Any, _arguments: dict[str, Any]) -> types.CallToolResult:
    return types.CallToolResult(content=[types.AudioContent(type="audio", data=SILENCE, mime_type="audio/wav")])


async def embedded(_context: Any, _arguments: dict[str, Any]) -> types.CallToolResult:
    words = "This is an embedded resource content."
    return types.CallToolResult(content=[resource("test://embedded-resource", "text/plain", words)])


async def mixed(_context: Any, _arguments: dict[str, Any]) -> types.CallToolResult:
    return types.CallToolResult(
        content=[
            types.TextContent(type="text", text="Multiple content types test:"),
            types.ImageContent(type="image", data=PIXEL, mime_type="image/png"),
            resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
        ]
    )


async def error(_context: Any, _arguments: dict[str, Any]) -> types.CallToolResult:
    words = "This tool intentionally returns an error for testing"
    return types.CallToolResult(content=[types.TextContent(type="text", text=words)], is_error=True)


async def progress(context: Any, _arguments: dict[str, Any]) -> types.CallToolResult:
    for amount in (0, 50, 100):
        await context.session.report_progress(amount, 100)
        await asyncio.sleep(0.05)
    return text("Done.")


async def slow(_context: Any, arguments: dict[str, Any]) -> types.CallToolResult:
    await asyncio.sleep(float(arguments.get("seconds", 1)))
    return text(f"Computed {arguments.get('label', '')}")


async def failing(_context: Any, _arguments: dict[str, Any]) -> types.CallToolResult:
    await asyncio.sleep(1)
    return types.CallToolResult(content=[types.TextContent(type="text", text="The job failed.")], is_error=True)


async def greet(_context: Any, arguments: dict[str, Any]) -> types.CallToolResult:
    return text(f"Hello, {arguments.get('name', 'World')}!")


async def logging(context: Any, _arguments: dict[str, Any]) -> types.CallToolResult:
    await context.session.send_log_message("info", "A line of the tool's log.", "suite")
    return text("Logged.")


async def change(_context: Any, _arguments: dict[str, Any]) -> types.CallToolResult:
    """Put another scenario beside those that are there."""
    return text(f"Added {add_scenario(Path(os.environ['SCENARIOS']))}.")


def add_scenario(folder: Path) -> str:
    name = f"added_{len(list(folder.iterdir()))}"
    document = json.loads((folder / "greet.json").read_text(encoding="utf-8"))
    (folder / f"{name}.json").write_text(json.dumps({**document, "scenario_id": name}), encoding="utf-8")
    return name


Tool = Callable[[Any, dict[str, Any]], Awaitable[types.CallToolResult]]
PLAIN: Final[dict[str, Tool]] = {
    "test_simple_text": simple_text,
    "test_image_content": image,
    "test_audio_content": audio,
    "test_embedded_resource": embedded,
    "test_multiple_content_types": mixed,
    "test_error_handling": error,
    "test_tool_with_progress": progress,
    "test_tool_with_logging": logging,
    "test_logging_tool": logging,
    "test_trigger_tool_change": change,
    "test_x_mcp_header": simple_text,
    "json_schema_2020_12_tool": simple_text,
    "slow_compute": slow,
    "failing_job": failing,
    "greet": greet,
    "test_reconnection": simple_text,
}


async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
    names = [*PLAIN, *QUESTIONS]
    return types.ListToolsResult(tools=[types.Tool(name=name, input_schema=OBJECT) for name in names])


async def call_tool(context: Any, params: types.CallToolRequestParams) -> Any:
    arguments = params.arguments or {}
    if params.name in PLAIN:
        return await PLAIN[params.name](context, arguments)
    return ask(params, arguments)


def ask(params: types.CallToolRequestParams, arguments: dict[str, Any]) -> Any:
    """One round of a tool that asks; its state counts the rounds."""
    rounds, done = QUESTIONS[params.name], int(params.request_state or 0)
    responses: dict[str, Any] = dict(params.input_responses or {})
    if done:
        key = rounds[done - 1][0]
        if key not in responses:
            done -= 1
    if done == len(rounds):
        (response,) = responses.values()
        content: dict[str, Any] = response.content or {}
        words = f"state-ok: Hello, {content.get('name', '')}! action={response.action}, content={content}"
        return text(words)
    key, message, schema = rounds[done]
    form = types.ElicitRequestFormParams(message=arguments.get("message") or message, requested_schema=schema)
    return types.InputRequiredResult(
        input_requests={key: types.ElicitRequest(params=form)}, request_state=str(done + 1)
    )


async def main() -> None:
    server: Server[Any] = Server("conformance", version="1", on_list_tools=list_tools, on_call_tool=call_tool)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(main())
