"""From a text to a scenario that may run, or to everything that keeps it from running."""

from dataclasses import dataclass

from callsheet.lint.check import check
from callsheet.scenario.diagnostics import Diagnostic, Severity
from callsheet.scenario.json import JsonObject, is_object
from callsheet.scenario.model import Scenario
from callsheet.scenario.parse import parse_scenario
from callsheet.scenario.positions import Positions
from callsheet.scenario.source import Syntax, read_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text that was read.

    Attributes:
        document: as written; None when the text could not be decoded to a JSON object.
        scenario: the parsed document; None when `diagnostics` has an error.
        diagnostics: what the checker says, with line and column, in the order of the text.
        positions: where the document's values stand in the text.
    """

    document: JsonObject | None
    scenario: Scenario | None
    diagnostics: tuple[Diagnostic, ...]
    positions: Positions


def read_scenario(data: bytes, syntax: Syntax) -> Reading:
    """Decode, parse and check a document. Never raises, whatever `data` is."""
    source = read_source(data, syntax)
    if source.diagnostics:
        return Reading(document=None, scenario=None, diagnostics=source.diagnostics, positions=source.positions)
    parsed = parse_scenario(source.document)
    found = parsed.diagnostics if parsed.scenario is None else check(parsed.scenario)
    broken = any(diagnostic.severity is Severity.ERROR for diagnostic in found)
    return Reading(
        document=source.document if is_object(source.document) else None,
        scenario=None if broken else parsed.scenario,
        diagnostics=source.locate(found),
        positions=source.positions,
    )
