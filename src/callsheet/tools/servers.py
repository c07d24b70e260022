"""Tool servers as the operator configured them: plain data, with every `${NAME}` already expanded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

OutputValidation: TypeAlias = Literal["strict", "warn", "off"]
"""What happens to a result that does not fit its `outputSchema`: it fails, it is logged, or nobody looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """The `callsheet` object of one server in `mcp.json`.

    Attributes:
        connect_timeout: seconds for starting the server, the handshake and the first tool list.
        call_timeout: seconds for one call, waiting and connecting included, when the call names no timeout.
        max_in_flight: calls at work at the same time; others wait.
        max_queue: calls that may wait; one more is refused.
        max_message_bytes: the largest message taken from the server.
        tools: the only tools that exist for us; None means all.
        idle_timeout: seconds without progress, a log line or an answer after which a call fails; None for never.
        elicits: whether the server's tools ask people; one of the `initialize` era is then called one at a time.
        held_for: seconds that a call of the `initialize` era stays open while a person thinks.
    """

    connect_timeout: float = 15.0
    call_timeout: float = 60.0
    max_in_flight: int = 32
    max_queue: int = 1000
    max_message_bytes: int = 4 * 2**20
    tools: frozenset[str] | None = None
    output_validation: OutputValidation = "strict"
    idle_timeout: float | None = None
    elicits: bool = False
    held_for: float = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StdioServer:
    """A server that is a program of ours, spoken to over its stdin and stdout.

    Attributes:
        command: a name to look for on PATH when connecting, or an absolute path.
        env: all that the program gets beside the allow-list of `callsheet.tools.child`.
    """

    name: str
    command: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    cwd: Path | None = None
    options: ServerOptions = field(default_factory=ServerOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpServer:
    """A server behind a URL, spoken to in streamable HTTP. `headers` go to the URL's origin only."""

    name: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    options: ServerOptions = field(default_factory=ServerOptions)


ServerConfig: TypeAlias = StdioServer | HttpServer
