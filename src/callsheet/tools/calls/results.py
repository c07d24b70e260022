"""From `tools/call` results as they came to ours, with every check that a foreign value needs."""

import asyncio
from collections.abc import Collection
from typing import Final, cast

from loguru import logger

from callsheet.errors.tools import BadOutput, ToolFailed
from callsheet.runs.tools import TextBlock, ToolInfo, ToolResult
from callsheet.scenario.json import Json, JsonObject, NotJson, check_json
from callsheet.tools.calls.blocks import block_of
from callsheet.tools.calls.schemas import OutputSchemas, SchemaMismatch
from callsheet.tools.faults import plain
from callsheet.tools.servers import OutputValidation
from callsheet.tools.session.causes import Target

MANY_VALUES: Final = 2_000
"""A result of more values is read in a thread; a text counts as one for each 128 of its characters."""

ERROR_TEXT: Final = 4_000
"""Characters of a tool's own error text that are kept."""


class Results:
    """Reads the results of one server's tools."""

    def __init__(self, validation: OutputValidation) -> None:
        self._validation: OutputValidation = validation
        self._schemas = OutputSchemas()

    async def read(self, answer: object, tool: ToolInfo) -> ToolResult:
        """The result that `answer`, the `result` member of the server's response, stands for.

        Raises:
            ToolFailed: the tool says that it failed, in its own words.
            BadOutput: the result is not JSON within our limits, is none of MCP's, or does not fit its `outputSchema`.
        """
        target = Target(server=tool.server, tool=tool.name)
        try:
            raw, result = await asyncio.to_thread(_read, answer) if _is_large(answer) else _read(answer)
        except NotJson as error:
            raise _bad(target, f"{error.pointer or 'the result'}: {error}") from error
        if isinstance(raw, dict) and raw.get("isError") is True:
            text = "\n".join(block.text for block in result.content if isinstance(block, TextBlock))
            raise _failed(target, plain(text.strip(), ERROR_TEXT) or "it gave no reason", result.structured)
        if tool.output_schema is not None and self._validation != "off":
            await self._check(target, tool.output_schema, result)
        return result

    async def _check(self, target: Target, schema: JsonObject, result: ToolResult) -> None:
        try:
            if not result.has_structured:
                raise SchemaMismatch("it promises structuredContent in its outputSchema and sent none")
            await self._schemas.check(target.tool, schema, result.structured)
        except SchemaMismatch as error:
            if self._validation == "strict":
                raise _bad(target, str(error)) from error
            # Without the reason: it quotes the value, and here nobody knows which secrets it holds.
            logger.warning("Result of tool {!r} of {!r} accepted, though {}", target.tool, target.server, error.where)


def _result(raw: Json) -> ToolResult:
    """Read the shape of MCP's CallToolResult; what the SDK lets pass here differs from revision to revision."""
    match raw:
        case {"resultType": "input_required"}:
            raise NotJson("it asks a question back, which is not supported here", "/resultType")
        case {"resultType": str() as kind} if kind != "complete":
            raise NotJson(f"a result of the kind {plain(kind, 40)!r} was not asked for", "/resultType")
        case {"isError": flag} if not isinstance(flag, bool):
            raise NotJson("it is neither true nor false", "/isError")
        case {"content": [*blocks]}:
            return ToolResult(
                content=tuple(block_of(block, f"/content/{index}") for index, block in enumerate(blocks)),
                structured=raw.get("structuredContent"),
                has_structured="structuredContent" in raw,
            )
        case _:
            raise NotJson("it has no list of content, so it is not a tool's result", "/content")


def _failed(target: Target, words: str, data: Json) -> ToolFailed:
    return ToolFailed(
        f"Tool {target.tool!r} of the tool server {target.server!r} failed: {words}",
        server=target.server,
        tool=target.tool,
        data=data,
    )


def _bad(target: Target, reason: str) -> BadOutput:
    return BadOutput(
        f"The result of tool {target.tool!r} of the tool server {target.server!r} cannot be used: {reason}.",
        server=target.server,
        tool=target.tool,
    )


def _read(answer: object) -> tuple[Json, ToolResult]:
    raw = check_json(answer)
    return raw, _result(raw)


def _is_large(answer: object) -> bool:
    """Whether `answer` holds so much that reading it would hold up the event loop."""
    left, found = MANY_VALUES, [answer]
    while found and left > 0:
        node = found.pop()
        kind = type(node)
        if kind is str:
            left -= len(cast("str", node)) >> 7
        elif kind is dict or kind is list:
            items = cast("Collection[object]", node)
            left -= len(items)
            if left > 0:
                found += cast("dict[str, object]", node).values() if kind is dict else items
    return left <= 0
