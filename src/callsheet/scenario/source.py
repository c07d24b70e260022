"""A scenario's text, in JSON or YAML: decoded, parsed, and every diagnostic given its line and column."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from callsheet.scenario.codec import DocumentInvalid, decode_json, decode_text
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import Json
from callsheet.scenario.model import MAX_DOCUMENT_BYTES
from callsheet.scenario.positions import Positions, json_positions
from callsheet.scenario.yaml import decode_yaml
from callsheet.scenario.yaml_positions import yaml_positions


class Syntax(StrEnum):
    """How a document is written."""

    JSON = "json"
    YAML = "yaml"


@dataclass(frozen=True, slots=True)
class Source:
    """A decoded text.

    Attributes:
        document: the JSON it stands for; None when `diagnostics` says why it could not be decoded.
        positions: where its values stand.
        diagnostics: why it could not be decoded; empty otherwise.
    """

    document: Json
    positions: Positions
    diagnostics: tuple[Diagnostic, ...] = ()

    def locate(self, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """The same diagnostics with line and column, in the order of the text."""
        located = (self._located(diagnostic) for diagnostic in diagnostics)
        return tuple(sorted(located, key=lambda each: (each.line, each.column, each.code)))

    def _located(self, diagnostic: Diagnostic) -> Diagnostic:
        place = self.positions.locate(diagnostic.pointer)
        return replace(diagnostic, line=place.line, column=place.column)


def read_source(data: bytes, syntax: Syntax) -> Source:
    """Decode a document. Never raises: a text that cannot be decoded is a diagnostic."""
    if len(data) > MAX_DOCUMENT_BYTES:
        message = f"The document has more than {MAX_DOCUMENT_BYTES} bytes, the most that is allowed."
        return Source(None, Positions(), (Diagnostic(code="E100", pointer="", message=message, line=1, column=1),))
    try:
        text = decode_text(data)
    except DocumentInvalid as exc:
        return _undecoded(exc, Positions())
    try:
        if syntax is Syntax.YAML:
            return Source(decode_yaml(text), yaml_positions(text))
        return Source(decode_json(text), json_positions(text))
    except DocumentInvalid as exc:
        return _undecoded(exc, Positions() if syntax is Syntax.YAML else json_positions(text))


def _undecoded(exc: DocumentInvalid, positions: Positions) -> Source:
    line, column = (exc.line, exc.column) if exc.line else positions.locate(exc.pointer)
    found = Diagnostic(code="E100", pointer=exc.pointer, message=str(exc), line=line, column=column)
    return Source(None, positions, (found,))
