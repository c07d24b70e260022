"""The headers that HTTP wants beside each message (streamable HTTP, "Custom Headers"), for messages from elsewhere."""

from collections.abc import Mapping
from typing import Any, Final, cast

from mcp.shared.inbound import (
    MCP_METHOD_HEADER,
    MCP_NAME_HEADER,
    MCP_PROTOCOL_VERSION_HEADER,
    NAME_BEARING_METHODS,
    encode_header_value,
    find_invalid_x_mcp_header,
    mcp_param_headers,
    x_mcp_header_map,
)
from mcp.shared.message import ClientMessageMetadata
from mcp_types import (
    PROTOCOL_VERSION_META_KEY,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
)

_TASKS: Final = ("tasks/get", "tasks/update", "tasks/cancel")
_MAX_TOOLS: Final = 10_000


class Headers:
    """Knows what the messages so far have settled: the protocol's version, and which arguments go into headers."""

    def __init__(self) -> None:
        self._version: str | None = None
        self._mirrored: dict[str, Mapping[tuple[str, ...], str]] = {}

    def of(self, message: JSONRPCMessage) -> ClientMessageMetadata | None:
        """The headers of a message of the client; None where there are none."""
        if not isinstance(message, JSONRPCRequest | JSONRPCNotification):
            return self._only(self._version)
        params: Mapping[str, Any] = message.params or {}
        version = _object(params.get("_meta")).get(PROTOCOL_VERSION_META_KEY)
        if not isinstance(version, str):
            return self._only(None if message.method == "initialize" else self._version)
        headers = {MCP_PROTOCOL_VERSION_HEADER: version, MCP_METHOD_HEADER: message.method}
        name = params.get("taskId" if message.method in _TASKS else NAME_BEARING_METHODS.get(message.method, ""))
        if isinstance(name, str):
            headers[MCP_NAME_HEADER] = encode_header_value(name)
            arguments = _object(params.get("arguments"))
            if message.method == "tools/call":
                headers.update(mcp_param_headers(self._mirrored.get(name, {}), arguments))
        return ClientMessageMetadata(headers=headers)

    def learn(self, message: JSONRPCMessage) -> None:
        """Look at a message of the server."""
        if not isinstance(message, JSONRPCResponse):
            return
        result: Mapping[str, Any] = message.result
        if isinstance(version := result.get("protocolVersion"), str):
            self._version = version
        tools = result.get("tools")
        for tool in map(_object, cast("list[object]", tools) if isinstance(tools, list) else ()):
            schema = tool.get("inputSchema")
            if len(self._mirrored) < _MAX_TOOLS and find_invalid_x_mcp_header(schema) is None:
                self._mirrored[str(tool.get("name"))] = x_mcp_header_map(schema)

    @staticmethod
    def _only(version: str | None) -> ClientMessageMetadata | None:
        return None if version is None else ClientMessageMetadata(headers={MCP_PROTOCOL_VERSION_HEADER: version})


def _object(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}
