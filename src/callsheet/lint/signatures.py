"""What is known of the tools that a scenario calls: from the live servers or from `callsheet.lock`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from callsheet.lint.suggestions import Suggestions
from callsheet.scenario.codec import canonical
from callsheet.scenario.json import JsonObject

_SIMILAR: Final = 3
"""Names that are suggested at most."""

Use: TypeAlias = tuple[str | None, str]
"""A step's server, None where it names none, and its tool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSignature:
    """What a server promises of one tool; the schemas and annotations are the server's own JSON.

    The three properties read the hints of MCP's `annotations`. They are true only for what the server wrote down: a
    tool without annotations is neither destructive nor idempotent nor read-only, although MCP's default for
    `destructiveHint` is true. Otherwise every tool of the many servers that annotate nothing would be warned about.
    """

    server: str
    name: str
    description: str
    input_schema: JsonObject
    output_schema: JsonObject | None = None
    annotations: JsonObject | None = None

    @property
    def is_read_only(self) -> bool:
        """`readOnlyHint` is true."""
        return self._hint("readOnlyHint")

    @property
    def is_destructive(self) -> bool:
        """`destructiveHint` is true, and `readOnlyHint`, beside which it means nothing (MCP), is not."""
        return self._hint("destructiveHint") and not self.is_read_only

    @property
    def is_idempotent(self) -> bool:
        """`idempotentHint` is true."""
        return self._hint("idempotentHint")

    def promise(self) -> JsonObject:
        """What may drift, as one JSON object: description, input_schema, output_schema, annotations."""
        return {
            "description": self.description,
            "input_schema": self.input_schema,
            "output_schema": self.output_schema,
            "annotations": self.annotations,
        }

    def same_promise(self, other: "ToolSignature") -> bool:
        """Whether both promise the same, as JSON: 1, 1.0 and true are three values."""
        return canonical(self.promise()) == canonical(other.promise())

    def _hint(self, name: str) -> bool:
        return self.annotations is not None and self.annotations.get(name) is True


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The tool is known."""

    signature: ToolSignature


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """No server that was looked at has the tool; `similar` are names that may have been meant, the closest first."""

    similar: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """The step names no server, and all of these offer the tool."""

    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownServer:
    """There is no such server; `similar` are names that may have been meant, the closest first."""

    similar: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """The tool may be on a server that could not be asked, so nothing can be said. `reason` names the servers."""

    reason: str


Lookup: TypeAlias = Found | Missing | Ambiguous | UnknownServer | Unreachable
"""The answer to `Signatures.find`."""


class Signatures:
    """An immutable collection of tool signatures, ordered by server and name.

    Args:
        signatures: the tools; of two with the same server and name the later one counts.
        servers: the servers that were asked, beside those of `signatures`: they may have no tool at all.
        unavailable: the servers of which nothing is known, and why. What `signatures` has of one is known all the same.
    """

    __slots__ = ("_by_server", "_unavailable")

    def __init__(
        self,
        signatures: Iterable[ToolSignature] = (),
        *,
        servers: Iterable[str] = (),
        unavailable: Mapping[str, str] | None = None,
    ) -> None:
        by_server: dict[str, dict[str, ToolSignature]] = {server: {} for server in servers}
        for signature in signatures:
            by_server.setdefault(signature.server, {})[signature.name] = signature
        self._unavailable = dict(sorted((unavailable or {}).items()))
        self._by_server = {
            server: dict(sorted(tools.items()))
            for server, tools in sorted(by_server.items())
            if tools or server not in self._unavailable
        }

    def __iter__(self) -> Iterator[ToolSignature]:
        return (signature for tools in self._by_server.values() for signature in tools.values())

    def __len__(self) -> int:
        return sum(map(len, self._by_server.values()))

    def __repr__(self) -> str:
        return f"<Signatures: {len(self)} tools of {len(self._by_server)} servers>"

    @property
    def servers(self) -> tuple[str, ...]:
        """The servers of which the tools are known."""
        return tuple(self._by_server)

    @property
    def unavailable(self) -> Mapping[str, str]:
        """The servers of which nothing is known, and why."""
        return {server: why for server, why in self._unavailable.items() if server not in self._by_server}

    def find(self, server: str | None, tool: str, suggestions: Suggestions | None = None) -> Lookup:
        """The tool of `server`, or for None of the only server that offers it: what the pool would call.

        `suggestions` finds similar names, for those who ask for many tools.
        """
        look = suggestions or Suggestions()
        return self._anywhere(tool, look) if server is None else self._on(server, tool, look)

    def resolve(self, use: Use) -> ToolSignature | None:
        """The signature that `find` finds; None for every other answer."""
        found = self.find(*use)
        return found.signature if isinstance(found, Found) else None

    def only(self, used: Iterable[Use]) -> "Signatures":
        """The tools that are found for `used`: what a lock keeps. A use that is not found adds nothing."""
        return Signatures(signature for use in used if (signature := self.resolve(use)) is not None)

    def _on(self, server: str, tool: str, look: Suggestions) -> Lookup:
        tools = self._by_server.get(server)
        if tools is not None:
            if tool in tools:
                return Found(signature=tools[tool])
            return Missing(similar=look.closest(tool, tools, _SIMILAR))
        if server in self._unavailable:
            return self._unreachable([server])
        return UnknownServer(similar=look.closest(server, {**self._by_server, **self._unavailable}, _SIMILAR))

    def _anywhere(self, tool: str, look: Suggestions) -> Lookup:
        offering = [tools[tool] for tools in self._by_server.values() if tool in tools]
        if len(offering) == 1:
            return Found(signature=offering[0])
        if offering:
            return Ambiguous(servers=tuple(signature.server for signature in offering))
        if self.unavailable:
            return self._unreachable(self.unavailable)
        names = dict.fromkeys(signature.name for signature in self)
        return Missing(similar=look.closest(tool, names, _SIMILAR))

    def _unreachable(self, servers: Iterable[str]) -> Unreachable:
        return Unreachable(reason="; ".join(f"'{server}': {self._unavailable[server]}" for server in servers))
