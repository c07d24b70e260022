"""The way to one tool server, as a connection sees it: opened once, used up when lost."""

from typing import Protocol

from mcp.client import Transport

from callsheet.tools.faults import FaultMark


class Link(Transport, Protocol):
    """An MCP transport that also tells what it knows of its server."""

    @property
    def mark(self) -> FaultMark:
        """Finds our own faults among the server's errors."""
        ...

    @property
    def received(self) -> int | None:
        """How many bytes came from the server so far; None where silence of one call says nothing about the others."""
        ...

    @property
    def has_sessions(self) -> bool:
        """Whether the server knows us by a session's id, which it may forget."""
        ...

    def instead(self) -> "Link | None":
        """Another way to try, after the handshake over this one failed; None when there is none."""
        ...

    def epitaph(self) -> str:
        """How the server ended, as the end of a sentence; empty when nothing is known."""
        ...
