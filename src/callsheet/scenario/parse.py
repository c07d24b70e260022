"""From a decoded document to a `Scenario`, or to diagnostics that say why it is none."""

from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from callsheet.scenario.diagnostics import MAX_DIAGNOSTICS, Diagnostic
from callsheet.scenario.json import Json, JsonObject, escape
from callsheet.scenario.model import Defaults, Scenario
from callsheet.scenario.steps.base import Retry
from callsheet.scenario.steps.tool import ToolStep
from callsheet.scenario.values import ValueInvalid

_MODELS: Final[dict[str, type[BaseModel]]] = {
    "steps": ToolStep,
    "on_error": ToolStep,
    "defaults": Defaults,
    "retry": Retry,
}
"""Which model reads what stands under a key: for the names that a misspelt key may have meant."""


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
        found = (_diagnostic(error) for error in exc.errors(include_url=False) if not _is_echo(error))
        return Parsed(None, tuple(islice(found, MAX_DIAGNOSTICS)))
    except RecursionError:
        return Parsed(None, (Diagnostic(code="E100", pointer="", message="The document is nested too deeply."),))


def without_extensions(document: JsonObject) -> JsonObject:
    """The document without its `x-…` keys, on the levels where a misspelt key would be an error."""
    result: JsonObject = {}
    for key, value in document.items():
        if key.startswith("x-"):
            continue
        if key in {"steps", "on_error"} and isinstance(value, list):
            result[key] = [_bare(step) for step in value]
        else:
            result[key] = _bare(value) if key in {"defaults", "retry"} else value
    return result


def _bare(value: Json) -> Json:
    return without_extensions(value) if isinstance(value, dict) else value


_KINDS: Final = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}


def _is_echo(error: Any) -> bool:
    """Pydantic reports a list whose items failed as too short as well."""
    return error["type"] == "too_short" and bool(error["input"])


def _diagnostic(error: Any) -> Diagnostic:
    location = tuple(error["loc"])
    pointer = "".join(f"/{escape(token)}" for token in location)
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, ValueInvalid):
        return Diagnostic(code=cause.code, pointer=pointer + cause.pointer, message=str(cause))
    message, hint = _sentence(error, location)
    return Diagnostic(code="E100", pointer=pointer, message=message, hint=hint)


def _sentence(error: Any, location: tuple[str | int, ...]) -> tuple[str, str]:
    name = next((str(token) for token in reversed(location) if isinstance(token, str)), "The document")
    match error["type"]:
        case "extra_forbidden":
            return f"Unknown key '{name}'.", _did_you_mean(name, location)
        case "missing":
            return f"The key '{name}' is missing.", ""
        case "literal_error" if name == "type":
            known = ", ".join(get_args(ToolStep.model_fields["type"].annotation))
            return f"Unknown step type {_shown(error['input'])}.", f"This version knows: {known}."
        case "string_pattern_mismatch":
            return f"'{name}' is {_shown(error['input'])}, which does not match {error['ctx']['pattern']}.", ""
        case "model_type":
            what = f"An entry of '{name}'" if isinstance(location[-1], int) else f"'{name}'"
            return f"{what} is {_shown(error['input'])}; an object is expected.", ""
        case "value_error":
            return f"'{name}': {error['ctx']['error']}.", ""
        case "too_long":
            return f"'{name}' has more than {error['ctx']['max_length']} entries.", ""
        case _:
            return f"'{name}' is {_shown(error['input'])}: {error['msg'][0].lower()}{error['msg'][1:]}.", ""


def _did_you_mean(name: str, location: tuple[str | int, ...]) -> str:
    around = [token for token in location[:-1] if isinstance(token, str)]
    model = _MODELS.get(around[-1], Scenario) if around else Scenario
    close = get_close_matches(name, model.model_fields, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"Known keys: {', '.join(model.model_fields)}."


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
