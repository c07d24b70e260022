"""Tool servers as the operator configured them: plain data, with every `${NAME}` already expanded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from callsheet.access.patterns import ALL, Patterns
from callsheet.runs.tools import LockPolicy
from callsheet.tools.rate import RateLimit

OutputValidation: TypeAlias = Literal["strict", "warn", "off"]
"""What happens to a result that does not fit its `outputSchema`: it fails, it is logged, or nobody looks."""


Scope: TypeAlias = Literal["shared", "run"]
"""Whose a connection is: everybody's, or one run's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """A person signs in, with `callsheet tools login` (OAuth 2.1, authorization code with PKCE).

    Attributes:
        client_id: of a client that was registered by hand; None registers one when it is needed.
        client_metadata_url: where this installation describes itself as a client (SEP-991); authorization servers that
            look there need no registration.
        issuer: the only authorization server that is signed in at, and that `client_secret` is shown to; None lets the
            tool server name one.
    """

    client_id: str | None = None
    issuer: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    client_metadata_url: str | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials:
    """We sign in for ourselves, with a secret (OAuth 2.1, client credentials).

    Attributes:
        issuer: the authorization server that gave the secret; it is shown to no other.
    """

    client_id: str
    issuer: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKeyJwt:
    """We sign in for ourselves, with a key (RFC 7523); `key` is its PEM, `issuer` as above."""

    client_id: str
    issuer: str
    key: str = field(repr=False)
    algorithm: str = "RS256"
    scopes: tuple[str, ...] = ()


Auth: TypeAlias = OAuth | ClientCredentials | PrivateKeyJwt


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """The `callsheet` object of one server in `mcp.json`.

    Attributes:
        connect_timeout: seconds for starting the server, the handshake and the first tool list.
        call_timeout: seconds for one call, waiting and connecting included, when the call names no timeout.
        max_in_flight: calls at work at the same time; others wait.
        total_in_flight: calls at work at the same time in all: of all copies, connections and processes; None for any
            number.
        max_queue: calls that may wait; one more is refused.
        max_message_bytes: the largest message taken from the server.
        tools: the only tools that exist for us; None means all.
        scenarios: those whose runs may call the server, by their ids.
        idle_timeout: seconds without progress, a log line or an answer after which a call fails; None for never.
        elicits: whether the server's tools ask people; one of the `initialize` era is then called one at a time.
        held_for: seconds that a call of the `initialize` era stays open while a person thinks, and that the connection
            of a run stays open unused.
        processes: copies of a stdio server; `max_in_flight` is meant for each.
        scope: `run` gives every run a connection of its own, for servers that keep what was done; `max_in_flight` is
            also how many runs have one.
        trust_annotations: whether what the server says of its tools' effects is believed where that makes a difference.
        lock: what happens to a tool that is not as it was locked: it is refused, it is said, or nobody looks.
        rate_limit: how often the server may be called; None for as often as anybody likes.
    """

    connect_timeout: float = 15.0
    call_timeout: float = 60.0
    max_in_flight: int = 32
    total_in_flight: int | None = None
    max_queue: int = 1000
    max_message_bytes: int = 4 * 2**20
    tools: frozenset[str] | None = None
    scenarios: Patterns = ALL
    output_validation: OutputValidation = "strict"
    idle_timeout: float | None = None
    elicits: bool = False
    held_for: float = 24 * 3600.0
    processes: int = 1
    scope: Scope = "shared"
    trust_annotations: bool = False
    lock: LockPolicy = "warn"
    rate_limit: RateLimit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StdioServer:
    """A server that is a program of ours, spoken to over its stdin and stdout.

    Attributes:
        command: a name to look for on PATH when connecting, or an absolute path.
        env: all that the program gets beside the allow-list of `callsheet.tools.transports.child`.
        secrets: those that stand in any of it, by name.
    """

    name: str
    command: str
    args: tuple[str, ...] = field(default=(), repr=False)
    env: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    cwd: Path | None = None
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    options: ServerOptions = field(default_factory=ServerOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpServer:
    """A server behind a URL. `headers` go to the URL's origin only.

    Attributes:
        transport: streamable HTTP, with the transport of 2024-11-05 as a fallback, or that alone (`sse`).
        auth: how we sign in; None for not at all, or by `headers`.
        secrets: those that stand in any of it, by name.
    """

    name: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    transport: Literal["http", "sse"] = "http"
    auth: Auth | None = None
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    options: ServerOptions = field(default_factory=ServerOptions)


ServerConfig: TypeAlias = StdioServer | HttpServer
