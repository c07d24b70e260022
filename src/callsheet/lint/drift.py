"""Drift: a tool that is not what it was when it was locked."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final

from callsheet.lint.changes import bounded, description_changes, json_changes, printable
from callsheet.lint.signatures import Found, Signatures, ToolSignature, Unreachable, Use

MAX_LINES: Final = 200
"""Lines of a drift's text."""

_PER_PART: Final = 48
"""Lines for each of description, input_schema, output_schema, annotations: none can hide the others."""

_LONGEST_NAME: Final = 120


class DriftKind(StrEnum):
    """What happened to a tool since it was locked."""

    ADDED = "added"
    """It is used and offered, but not locked."""
    REMOVED = "removed"
    """It is locked, but its server does not offer it any more."""
    CHANGED = "changed"
    """Its description, schemas or annotations are not the locked ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One tool that is not what was locked.

    Attributes:
        changes: for a changed tool what changed, a line each: `-` went, `+` came, `~` is different. At most 300
            characters per line and 196 lines; what does not print is escaped, so each can be shown anywhere.
    """

    server: str
    tool: str
    kind: DriftKind
    changes: tuple[str, ...] = ()

    def text(self) -> str:
        """A heading and the changes: at most 200 lines, without a line break at the end."""
        match self.kind:
            case DriftKind.ADDED:
                heading = f"+ {self._named()} is not locked"
            case DriftKind.REMOVED:
                heading = f"- {self._named()} is locked, but its server does not offer it any more"
            case DriftKind.CHANGED:
                heading = f"~ {self._named()} changed since it was locked"
        return "\n".join((heading, *(f"  {line}" for line in self.changes)))

    def _named(self) -> str:
        name = printable(f"{self.server}/{self.tool}")
        return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def drift(locked: Signatures, live: Signatures, used: Iterable[Use]) -> tuple[Drift, ...]:
    """The drift of the `used` tools, in their order, each tool once.

    A use without a server means the server that it has in `locked`, and the one that it has in `live` if that is
    another. Nothing is said of a tool whose server is unreachable, and of one that neither side knows.
    """
    return tuple(
        found for server, tool in _identities(locked, live, used) if (found := _drift(locked, live, server, tool))
    )


def _identities(locked: Signatures, live: Signatures, used: Iterable[Use]) -> dict[tuple[str, str], None]:
    found = (signatures.resolve(use) for use in used for signatures in (locked, live))
    return {(signature.server, signature.name): None for signature in found if signature is not None}


def _drift(locked: Signatures, live: Signatures, server: str, tool: str) -> Drift | None:
    was, now = locked.resolve((server, tool)), live.find(server, tool)
    if was is None:
        return Drift(server=server, tool=tool, kind=DriftKind.ADDED)
    match now:
        case Found(signature=signature):
            changes = _changes(was, signature)
            return Drift(server=server, tool=tool, kind=DriftKind.CHANGED, changes=changes) if changes else None
        case Unreachable():
            return None
        case _:
            return Drift(server=server, tool=tool, kind=DriftKind.REMOVED)


def _changes(old: ToolSignature, new: ToolSignature) -> tuple[str, ...]:
    if old.same_promise(new):
        return ()
    parts = (
        description_changes(old.description, new.description),
        json_changes("input_schema", old.input_schema, new.input_schema),
        json_changes("output_schema", old.output_schema, new.output_schema),
        json_changes("annotations", old.annotations, new.annotations),
    )
    return tuple(chain.from_iterable(bounded(part, _PER_PART) for part in parts))
