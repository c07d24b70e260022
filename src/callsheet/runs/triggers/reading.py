"""From a text to a schedule or a hook, or to everything that keeps it from being one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import orjson
from pydantic import ValidationError

from callsheet.lint.context import ALONE, LintContext
from callsheet.lint.references import references
from callsheet.lint.suggestions import did_you_mean
from callsheet.runs.events import TriggerKind
from callsheet.runs.triggers.documents import MODELS, Hook, Trigger
from callsheet.scenario.diagnostics import MAX_DIAGNOSTICS, Diagnostic, Severity
from callsheet.scenario.json import Json, JsonObject, is_object
from callsheet.scenario.misfits import diagnostics_of
from callsheet.scenario.positions import Positions
from callsheet.scenario.source import Syntax, read_source
from callsheet.scenario.values import expressions

NOUNS: Final = {TriggerKind.SCHEDULE: "schedule", TriggerKind.HOOK: "hook"}
"""What people call each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerReading:
    """A text that was read.

    Attributes:
        document: as written; None when the text could not be decoded to a JSON object.
        trigger: the parsed document; None when `diagnostics` has an error.
        diagnostics: what is to be said about it, with line and column, in the order of the text.
        positions: where the document's values stand in the text.
    """

    document: JsonObject | None
    trigger: Trigger | None
    diagnostics: tuple[Diagnostic, ...]
    positions: Positions


def read_trigger(kind: TriggerKind, data: bytes, syntax: Syntax, context: LintContext = ALONE) -> TriggerReading:
    """Decode, parse and check a document. Never raises, whatever `data` is.

    Args:
        kind: what it is to be.
        data: the text.
        syntax: how it is written.
        context: the scenarios that there are.
    """
    source = read_source(data, syntax)
    if source.diagnostics:
        return TriggerReading(document=None, trigger=None, diagnostics=source.diagnostics, positions=source.positions)
    trigger, found = _parse(kind, source.document)
    if trigger is not None:
        found = tuple(islice(_findings(trigger, context), MAX_DIAGNOSTICS))
    broken = any(diagnostic.severity is Severity.ERROR for diagnostic in found)
    return TriggerReading(
        document=source.document if is_object(source.document) else None,
        trigger=None if broken else trigger,
        diagnostics=source.locate(found),
        positions=source.positions,
    )


def check_trigger(kind: TriggerKind, document: Json, context: LintContext = ALONE) -> TriggerReading:
    """The same for a document that is JSON already; lines and columns mean nothing."""
    return read_trigger(kind, orjson.dumps(document), Syntax.JSON, context)


def _parse(kind: TriggerKind, document: Json) -> tuple[Trigger | None, tuple[Diagnostic, ...]]:
    if not is_object(document):
        message = f"A {NOUNS[kind]} is a JSON object; this document is none."
        return None, (Diagnostic(code="E100", pointer="", message=message),)
    known = {key: value for key, value in document.items() if key != "$schema" and not key.startswith("x-")}
    model = MODELS[kind]
    try:
        return model.model_validate(known), ()
    except ValidationError as exc:
        return None, tuple(islice(diagnostics_of(exc, model), MAX_DIAGNOSTICS))
    except RecursionError:
        return None, (Diagnostic(code="E100", pointer="", message="The document is nested too deeply."),)


def _findings(trigger: Trigger, context: LintContext) -> Iterator[Diagnostic]:
    if context.scenarios is not None and context.scenario(trigger.scenario_id) is None:
        yield Diagnostic(
            code="E152",
            pointer="/scenario_id",
            message=f"There is no scenario '{trigger.scenario_id}' that can be run.",
            hint=did_you_mean(trigger.scenario_id, context.scenario_ids),
        )
    if isinstance(trigger, Hook):
        yield from _mapping_findings(trigger)


def _mapping_findings(hook: Hook) -> Iterator[Diagnostic]:
    for expression, pointer in expressions(hook.input):
        for path in references(expression).paths:
            if path[0] == "headers" and len(path) == 2 and path[1] not in hook.headers:
                message = f"The header '{path[1]}' is not declared, so it is never there."
                hint = "Name it in 'headers', in lower case."
                yield Diagnostic(code="E134", pointer=f"/input{pointer}", message=message, hint=hint)
