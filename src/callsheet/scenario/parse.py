"""From a decoded document to a `Scenario`, or to diagnostics that say why it is none."""

from dataclasses import dataclass
from itertools import islice
from typing import Final

from pydantic import ValidationError

from callsheet.scenario.diagnostics import MAX_DIAGNOSTICS, Diagnostic
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.misfits import diagnostics_of
from callsheet.scenario.model import Scenario

_KINDS: Final = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
_LISTS: Final = frozenset({"steps", "on_error", "default", "finally", "cases", "catch"})
"""Keys that hold a list of objects of the model."""

_OBJECTS: Final = frozenset({"defaults", "retry"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """A scenario, or None and at least one error."""

    scenario: Scenario | None
    diagnostics: tuple[Diagnostic, ...] = ()


def parse_scenario(document: Json) -> Parsed:
    """Read a document that is already JSON. Never raises: what is wrong with it is data."""
    if not isinstance(document, dict):
        kind = "nothing" if document is None else f"a JSON {_KINDS[type(document)]}"
        message = f"A scenario is a JSON object; this document is {kind}."
        return Parsed(None, (Diagnostic(code="E100", pointer="", message=message),))
    try:
        known = {key: value for key, value in document.items() if key != "$schema"}
        return Parsed(Scenario.model_validate(without_extensions(known)))
    except ValidationError as exc:
        return Parsed(None, tuple(islice(diagnostics_of(exc), MAX_DIAGNOSTICS)))
    except RecursionError:
        return Parsed(None, (Diagnostic(code="E100", pointer="", message="The document is nested too deeply."),))


def without_extensions(document: JsonObject) -> JsonObject:
    """The document without its `x-…` keys, on the levels where a misspelt key would be an error."""
    result: JsonObject = {}
    for key, value in document.items():
        if key.startswith("x-"):
            continue
        if key in _LISTS and isinstance(value, list):
            result[key] = [_bare(item) for item in value]
        elif key == "branches" and isinstance(value, dict):
            result[key] = {name: _bare_list(steps) for name, steps in value.items()}
        else:
            result[key] = _bare(value) if key in _OBJECTS else value
    return result


def _bare(value: Json) -> Json:
    return without_extensions(value) if isinstance(value, dict) else value


def _bare_list(value: Json) -> Json:
    return [_bare(item) for item in value] if isinstance(value, list) else value
