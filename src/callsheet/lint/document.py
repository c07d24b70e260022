"""From a text to a scenario that may run, or to everything that keeps it from running."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from callsheet.lint.check import findings
from callsheet.lint.context import ALONE, LintContext
from callsheet.lint.ignores import Ignores, read_ignores
from callsheet.scenario.diagnostics import MAX_DIAGNOSTICS, Diagnostic, Severity
from callsheet.scenario.json import JsonObject, is_object
from callsheet.scenario.model import Scenario
from callsheet.scenario.parse import parse_scenario
from callsheet.scenario.positions import Positions
from callsheet.scenario.source import Source, Syntax, read_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text that was read.

    Attributes:
        document: as written; None when the text could not be decoded to a JSON object.
        scenario: the parsed document; None when `diagnostics` has an error.
        parsed: the same, also when rules found an error; None when the document has not the form of a scenario.
        diagnostics: what the checker says, with line and column, in the order of the text; not what is ignored.
        positions: where the document's values stand in the text.
    """

    document: JsonObject | None
    scenario: Scenario | None
    parsed: Scenario | None
    diagnostics: tuple[Diagnostic, ...]
    positions: Positions


def read_scenario(data: bytes, syntax: Syntax, context: LintContext = ALONE) -> Reading:
    """Decode, parse and check a document. Never raises, whatever `data` is.

    Args:
        data: the text.
        syntax: how it is written.
        context: what is known of the tools and of other scenarios.
    """
    source = read_source(data, syntax)
    if source.diagnostics:
        return Reading(
            document=None, scenario=None, parsed=None, diagnostics=source.diagnostics, positions=source.positions
        )
    parsed = parse_scenario(source.document)
    document = source.document if is_object(source.document) else None
    if parsed.scenario is None or document is None:
        found = source.locate(parsed.diagnostics)
    else:
        ignores = read_ignores(document, data, syntax)
        kept = _kept(findings(parsed.scenario, context, document), ignores, source)
        found = _ordered((*_located(ignores, source), *islice(kept, MAX_DIAGNOSTICS)))
    broken = any(diagnostic.severity is Severity.ERROR for diagnostic in found)
    return Reading(
        document=document,
        scenario=None if broken else parsed.scenario,
        parsed=parsed.scenario,
        diagnostics=found,
        positions=source.positions,
    )


def _kept(found: Iterator[Diagnostic], ignores: Ignores, source: Source) -> Iterator[Diagnostic]:
    """What is told, with line and column."""
    for diagnostic in found:
        (located,) = source.locate([diagnostic])
        if not ignores.covers(located):
            yield located


def _located(ignores: Ignores, source: Source) -> Iterator[Diagnostic]:
    """What is wrong with the ignoring; that of comments has its place already."""
    for problem in ignores.problems[:MAX_DIAGNOSTICS]:
        yield problem if problem.line else source.locate([problem])[0]


def _ordered(found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=lambda each: (each.line, each.column, each.code)))
