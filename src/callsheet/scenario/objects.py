"""The objects of a document that the model gives keys to: the document, its steps, cases, handlers and settings."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from callsheet.scenario.json import Json, JsonObject, escape
from callsheet.scenario.model import STEP_TYPES, Defaults, Scenario
from callsheet.scenario.steps.base import Document, Retry
from callsheet.scenario.steps.switch import Case
from callsheet.scenario.steps.try_ import Handler

Found: TypeAlias = tuple[str, JsonObject, type[Document]]
"""A JSON pointer, the object there, and the model that reads it."""

_STEPS: Final = ("steps", "on_error", "default", "finally")
_ENTRIES: Final[dict[str, type[Document]]] = {"cases": Case, "catch": Handler}
_SETTINGS: Final[dict[str, type[Document]]] = {"defaults": Defaults, "retry": Retry}


def objects(document: Json) -> Iterator[Found]:
    """Every such object, outer ones first. A step of an unknown type is left out, with all that is in it."""
    if isinstance(document, dict):
        yield from _with_inner("", document, Scenario)


def _with_inner(pointer: str, node: JsonObject, model: type[Document]) -> Iterator[Found]:
    yield pointer, node, model
    known = {field.alias or name for name, field in model.model_fields.items()}
    for key, value in node.items():
        if key not in known:
            continue
        below = f"{pointer}/{escape(key)}"
        if key in _STEPS:
            yield from _steps(below, value)
        elif key in _ENTRIES and isinstance(value, list):
            for index, entry in enumerate(value):
                if isinstance(entry, dict):
                    yield from _with_inner(f"{below}/{index}", entry, _ENTRIES[key])
        elif key in _SETTINGS and isinstance(value, dict):
            yield from _with_inner(below, value, _SETTINGS[key])
        elif key == "branches" and isinstance(value, dict):
            for name, steps in value.items():
                yield from _steps(f"{below}/{escape(name)}", steps)


def _steps(pointer: str, value: Json) -> Iterator[Found]:
    for index, step in enumerate(value if isinstance(value, list) else ()):
        kind = step.get("type") if isinstance(step, dict) else None
        if isinstance(step, dict) and isinstance(kind, str) and kind in STEP_TYPES:
            yield from _with_inner(f"{pointer}/{index}", step, STEP_TYPES[kind])
