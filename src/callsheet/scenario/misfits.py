"""What pydantic says about a document, as diagnostics for the document's author."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, ValidationError

from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import escape
from callsheet.scenario.model import STEP_TYPES, Defaults, Scenario
from callsheet.scenario.steps.base import BaseStep, Retry
from callsheet.scenario.steps.switch import Case
from callsheet.scenario.steps.try_ import Handler
from callsheet.scenario.values import ValueInvalid

Location: TypeAlias = tuple[str | int, ...]

_LONGEST_NAME: Final = 128
_INSIDE: Final[dict[str, type[BaseModel]]] = {
    "defaults": Defaults,
    "retry": Retry,
    "cases": Case,
    "catch": Handler,
    "steps": BaseStep,
    "on_error": BaseStep,
}
"""Which model reads what stands under a key."""


def diagnostics_of(invalid: ValidationError) -> Iterator[Diagnostic]:
    """A diagnostic for each thing that is wrong, without those that only repeat another."""
    for error in invalid.errors(include_url=False):
        if not _is_echo(error):
            yield _diagnostic(error)


def _is_echo(error: Any) -> bool:
    """Pydantic reports a list whose items failed as too short as well."""
    return error["type"] == "too_short" and bool(error["input"])


def _diagnostic(error: Any) -> Diagnostic:
    location: Location = tuple(error["loc"])
    pointer = "".join(f"/{escape(token)}" for token in _in_document(location))
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, ValueInvalid):
        return Diagnostic(code=cause.code, pointer=pointer + cause.pointer, message=str(cause))
    if error["type"] == "union_tag_invalid":
        pointer += "/type"
    message, hint = _sentence(error, location)
    return Diagnostic(code="E100", pointer=pointer, message=message, hint=hint)


def _in_document(location: Location) -> Location:
    """Without the types of steps, which pydantic names in between: they are no keys of the document."""
    return tuple(token for index, token in enumerate(location) if not _is_type(location, index))


def _is_type(location: Location, index: int) -> bool:
    return index > 0 and isinstance(location[index - 1], int) and location[index] in STEP_TYPES


def _sentence(error: Any, location: Location) -> tuple[str, str]:
    name = next((str(token) for token in reversed(_in_document(location)) if isinstance(token, str)), "The document")
    match error["type"]:
        case "extra_forbidden":
            return f"Unknown key '{name}'.", _did_you_mean(name, location)
        case "missing":
            return f"The key '{name}' is missing.", ""
        case "union_tag_not_found" if isinstance(error["input"], dict):
            return "The key 'type' is missing.", f"A step is one of: {', '.join(STEP_TYPES)}."
        case "union_tag_not_found" | "model_type" | "model_attributes_type":
            what = f"An entry of '{name}'" if _is_entry(location) else f"'{name}'"
            return f"{what} is {_shown(error['input'])}; an object is expected.", ""
        case "union_tag_invalid":
            given = str(error["ctx"]["tag"])
            return f"Unknown step type {_shown(given)}.", _similar(given, STEP_TYPES, "A step is one of")
        case "string_pattern_mismatch":
            return f"'{name}' is {_shown(error['input'])}, which does not match {error['ctx']['pattern']}.", ""
        case "value_error" if _is_entry(location):
            text = str(error["ctx"]["error"])
            return f"{text[0].upper()}{text[1:]}.", ""
        case "value_error":
            return f"'{name}': {str(error['ctx']['error']).removesuffix('.')}.", ""
        case "too_short":
            return f"'{name}' is empty.", ""
        case "too_long":
            return f"'{name}' has more than {error['ctx']['max_length']} entries.", ""
        case _:
            return f"'{name}' is {_shown(error['input'])}: {error['msg'][0].lower()}{error['msg'][1:]}.", ""


def _is_entry(location: Location) -> bool:
    """Whether the error is about a whole entry of a list."""
    return bool(location) and (isinstance(location[-1], int) or _is_type(location, len(location) - 1))


def _did_you_mean(name: str, location: Location) -> str:
    return _similar(name, keys_of(_model_at(location[:-1])), "Known keys")


def _model_at(location: Location) -> type[BaseModel]:
    for index in reversed(range(len(location))):
        token = location[index]
        if _is_type(location, index):
            return STEP_TYPES[str(token)]
        if isinstance(token, str) and token in _INSIDE:
            return _INSIDE[token]
    return Scenario


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a model as documents write them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _similar(name: str, known: "list[str] | dict[str, Any]", otherwise: str) -> str:
    close = get_close_matches(name, known, n=1) if len(name) <= _LONGEST_NAME else []
    return f"Did you mean '{close[0]}'?" if close else f"{otherwise}: {', '.join(known)}."


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
