"""Shapes in words, for sentences of diagnostics."""

import json
from collections.abc import Mapping
from typing import Final, assert_never

from callsheet.lint.types.from_schema import opened
from callsheet.lint.types.look import elements
from callsheet.lint.types.shape import (
    EVERY_TYPE,
    Alternative,
    Array,
    Boolean,
    Never,
    Null,
    Number,
    Object,
    Open,
    Shape,
    Text,
    Union,
    Unknown,
)

_SHOWN: Final = 5
"""Values of an enumeration that are named."""

_LONGEST: Final = 40
_PLURALS: Final[Mapping[type, str]] = {
    Text: "texts",
    Number: "numbers",
    Boolean: "booleans",
    Object: "objects",
    Array: "lists",
}


def describe(shape: Shape) -> str:
    """A short phrase such as "a list of objects", "a number or null", "one of 'a', 'b'"."""
    return _open(opened(shape))


def _open(shape: Open) -> str:
    match shape:
        case Unknown():
            return "any value"
        case Never():
            return "no value"
        case Union(parts) if {type(each) for each in parts} == {type(each) for each in EVERY_TYPE}:
            return "any value"
        case Union(parts):
            return " or ".join(dict.fromkeys(_one(each) for each in sorted(parts, key=_null_last)))
        case _:
            return _one(shape)


def _null_last(shape: Alternative) -> bool:
    return isinstance(shape, Null)


def _one(shape: Alternative) -> str:
    match shape:
        case Null():
            return "null"
        case Boolean():
            return _values(shape.values if shape.values != frozenset({True, False}) else None, "", "a boolean")
        case Number():
            return _values(shape.values, "the number ", "an integer" if shape.whole else "a number")
        case Text():
            return _values(shape.values, "the text ", "a text")
        case Array():
            return _list(shape)
        case Object():
            return "an object"
        case _:
            assert_never(shape)


def _list(shape: Array) -> str:
    inner = elements(shape)
    if isinstance(inner, Number) and inner.whole:
        return "a list of integers"
    return f"a list of {_PLURALS[type(inner)]}" if type(inner) in _PLURALS else "a list"


def _values(
    values: frozenset[bool] | frozenset[int | float] | frozenset[str] | None, prefix: str, otherwise: str
) -> str:
    if not values:
        return otherwise
    shown = sorted(_value(value) for value in values)
    if len(shown) == 1:
        return f"{prefix}{shown[0]}" if len(shown[0]) <= _LONGEST else otherwise
    more = ", …" if len(shown) > _SHOWN else ""
    return f"one of {', '.join(shown[:_SHOWN])}{more}"


def _value(value: float | str) -> str:
    text = f"'{value}'" if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
