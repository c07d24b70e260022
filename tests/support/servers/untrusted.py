"""A tool server whose every text comes from a file of texts, so that what it says can be anything.

    python untrusted.py TEXTS.json

The file has `everything`, a text; `texts`, a list of them; `addresses`, a list of addresses; `long`, a long text.

Tools:
* one for each text, with that name, title and description, where a tool can have it;
* `say`: all kinds of content, and structured content with the texts as keys and values;
* `fail`: fails with `everything`;
* `report`: logs and reports progress with the texts;
* `ask`: asks with a form made of the texts; `pay {"address": n}` sends the person to one of the addresses.
"""

import asyncio
import base64
import json
import sys
from pathlib import Path
from typing import Any

import mcp_types as types
from mcp.server import Server
from mcp.server.stdio import stdio_server


class Tools:
    def __init__(self, given: dict[str, Any]) -> None:
        self.everything: str = given["everything"]
        self.texts: list[str] = given["texts"]
        self.addresses: list[str] = given["addresses"]
        self.long: str = given["long"]

    async def list(self, _context: Any, _params: Any) -> types.ListToolsResult:
        own = [self._tool(name, self.everything) for name in ("say", "fail", "report", "ask", "pay")]
        named = [self._tool(text, text) for text in self.texts if text.isprintable() and len(text) <= 128]
        return types.ListToolsResult(tools=[*own, *named])

    def _tool(self, name: str, about: str) -> types.Tool:
        return types.Tool(
            name=name,
            title=about,
            description=about,
            input_schema=self._input(),
            output_schema=None,
            annotations=types.ToolAnnotations(title=about, read_only_hint=True),
        )

    def _input(self) -> dict[str, Any]:
        schema = self.form()
        hidden = {"type": "object", "title": "__proto__", "properties": {"__proto__": {"default": self.everything}}}
        return {**schema, "properties": {**schema["properties"], "hidden": hidden}}

    def form(self) -> dict[str, Any]:
        """A flat form: titles, descriptions, choices, defaults and names of fields are texts."""
        fields: dict[str, Any] = {
            text: {"type": "string", "title": text, "description": text, "default": text}
            for text in self.texts
            if text != "__proto__"
        }
        fields["choice"] = {"type": "string", "enum": self.texts, "title": self.everything}
        fields["named"] = {"type": "string", "oneOf": [{"const": text, "title": text} for text in self.texts]}
        fields["shaped"] = {"type": "string", "pattern": "<script>xss()</script>", "description": self.everything}
        return {"type": "object", "title": self.everything, "description": self.everything, "properties": fields}

    async def call(self, context: Any, params: types.CallToolRequestParams) -> Any:
        arguments = params.arguments or {}
        if params.name == "fail":
            return types.CallToolResult(content=[text(self.everything)], is_error=True)
        if params.name == "report":
            return await self._report(context)
        if params.name in {"ask", "pay"}:
            return self._asks(params, arguments)
        return self._say()

    def _say(self) -> types.CallToolResult:
        content: list[Any] = [text(self.everything), text(self.long)]
        content += [
            types.ImageContent(type="image", data=encoded(self.everything), mime_type=mime)
            for mime in ("image/svg+xml", "text/html", "image/png", 'image/png;x="><img data-xss src=x onerror=xss()>')
        ]
        content += [
            types.ResourceLink(type="resource_link", name=self.everything, title=self.everything, uri=address)
            for address in self.addresses
        ]
        content += [
            types.EmbeddedResource(
                type="resource",
                resource=types.TextResourceContents(uri=address, mime_type="text/html", text=self.everything),
            )
            for address in self.addresses
        ]
        structured = {**{each: each for each in self.texts}, "long": self.long, "all": [self.everything]}
        return types.CallToolResult(content=content, structured_content=structured)

    async def _report(self, context: Any) -> types.CallToolResult:
        for number, each in enumerate([*self.texts, self.everything]):
            await context.session.report_progress(number, len(self.texts), each)
            params = types.LoggingMessageNotificationParams(level="warning", logger=each, data=each)
            await context.session.send_notification(types.LoggingMessageNotification(params=params), context.request_id)
        return types.CallToolResult(content=[text(self.everything)])

    def _asks(self, params: types.CallToolRequestParams, arguments: dict[str, Any]) -> Any:
        if params.input_responses:
            return self._say()
        question: Any = types.ElicitRequestFormParams(message=self.everything, requested_schema=self.form())
        if params.name == "pay":
            address = self.addresses[int(arguments.get("address", 0))]
            question = types.ElicitRequestURLParams(message=self.everything, url=address)
        return types.InputRequiredResult(
            input_requests={"asked": types.ElicitRequest(params=question)}, request_state="1"
        )


def text(words: str) -> types.TextContent:
    return types.TextContent(type="text", text=words)


def encoded(words: str) -> str:
    return base64.b64encode(words.encode()).decode()


async def serve(tools: Tools) -> None:
    title = tools.texts[0]
    server: Server[Any] = Server(
        tools.texts[3],
        version=title,
        title=title,
        instructions=title,
        on_list_tools=tools.list,
        on_call_tool=tools.call,
    )
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(serve(Tools(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
