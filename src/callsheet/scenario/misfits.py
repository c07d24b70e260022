"""What pydantic says about a document, as diagnostics for the document's author."""

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, ValidationError

from callsheet.scenario.diagnostics import MAX_DIAGNOSTICS, Diagnostic
from callsheet.scenario.json import escape
from callsheet.scenario.model import STEP_TYPES, Defaults, Scenario
from callsheet.scenario.steps.base import BaseStep, Retry
from callsheet.scenario.steps.switch import Case
from callsheet.scenario.steps.try_ import Handler
from callsheet.scenario.values import ValueInvalid

Location: TypeAlias = tuple[str | int, ...]

_LONGEST_NAME: Final = 128
_MOST: Final = 50
"""Keys that are looked through for a misspelt one."""
_INSIDE: Final[dict[str, type[BaseModel]]] = {
    "defaults": Defaults,
    "retry": Retry,
    "cases": Case,
    "catch": Handler,
    "steps": BaseStep,
    "on_error": BaseStep,
}
"""Which model reads what stands under a key."""

_TYPE_MEANT: Final = "Did you mean 'type'?"


def diagnostics_of(invalid: ValidationError, root: type[BaseModel] = Scenario) -> Iterator[Diagnostic]:
    """A diagnostic for each thing that is wrong with a `root`, without those that only repeat another."""
    errors: list[Any] = [error for error in invalid.errors(include_url=False) if not _is_echo(error)]
    unknown = islice((error for error in errors if error["type"] == "extra_forbidden"), MAX_DIAGNOSTICS)
    meant = {location for error in unknown if (location := _meant(error, root)) is not None}
    for error in errors:
        if error["type"] != "missing" or tuple(error["loc"]) not in meant:
            yield _diagnostic(error, root)


def _meant(error: Any, root: type[BaseModel]) -> Location | None:
    """Where the key belongs that an unknown one is like: that it is missing there goes without saying."""
    *around, name = error["loc"]
    close = _close(str(name), keys_of(_model_at(tuple(around), root)))
    return None if close is None else (*around, close)


def _is_echo(error: Any) -> bool:
    """Pydantic reports a list whose items failed as too short as well."""
    return error["type"] == "too_short" and bool(error["input"])


def _diagnostic(error: Any, root: type[BaseModel]) -> Diagnostic:
    location: Location = tuple(error["loc"])
    pointer = "".join(f"/{escape(token)}" for token in _in_document(location))
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, ValueInvalid):
        return Diagnostic(code=cause.code, pointer=pointer + cause.pointer, message=str(cause))
    if error["type"] == "union_tag_invalid":
        pointer += "/type"
    misspelt = _misspelt_type(error)
    if misspelt is not None:
        message = f"Unknown key {_shown(misspelt)}."
        return Diagnostic(code="E100", pointer=f"{pointer}/{escape(misspelt)}", message=message, hint=_TYPE_MEANT)
    message, hint = _sentence(error, location, root)
    return Diagnostic(code="E100", pointer=pointer, message=message, hint=hint)


def _misspelt_type(error: Any) -> str | None:
    """The key of a step without a `type` that was meant to be it."""
    if error["type"] != "union_tag_not_found" or not isinstance(error["input"], dict):
        return None
    keys: list[str] = [key for key in error["input"] if isinstance(key, str)]  # pyright: ignore[reportUnknownVariableType]: pydantic gives the input as it was
    return next((key for key in keys[:_MOST] if _close(key, ["type", *keys_of(BaseStep)]) == "type"), None)


def _in_document(location: Location) -> Location:
    """Without what pydantic names beside the keys of the document: types of steps, and that a key itself is meant."""
    keys = location[:-1] if location and location[-1] == "[key]" else location
    return tuple(token for index, token in enumerate(keys) if not _is_type(keys, index))


def _is_type(location: Location, index: int) -> bool:
    return index > 0 and isinstance(location[index - 1], int) and location[index] in STEP_TYPES


def _sentence(error: Any, location: Location, root: type[BaseModel]) -> tuple[str, str]:
    name = next((str(token) for token in reversed(_in_document(location)) if isinstance(token, str)), "The document")
    match error["type"]:
        case "extra_forbidden":
            return f"Unknown key '{name}'.", _did_you_mean(name, location, root)
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


def _did_you_mean(name: str, location: Location, root: type[BaseModel]) -> str:
    return _similar(name, keys_of(_model_at(location[:-1], root)), "Known keys")


def _model_at(location: Location, root: type[BaseModel]) -> type[BaseModel]:
    for index in reversed(range(len(location))):
        token = location[index]
        if _is_type(location, index):
            return STEP_TYPES[str(token)]
        if isinstance(token, str) and token in _INSIDE:
            return _INSIDE[token]
    return root


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a model as documents write them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _close(name: str, known: "list[str] | dict[str, Any]") -> str | None:
    close = get_close_matches(name, known, n=1) if len(name) <= _LONGEST_NAME else []
    return close[0] if close else None


def _similar(name: str, known: "list[str] | dict[str, Any]", otherwise: str) -> str:
    close = _close(name, known)
    return f"{otherwise}: {', '.join(known)}." if close is None else f"Did you mean '{close}'?"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
