"""The shape of a value that is known: a constant of a schema, a literal of an expression or of a document."""

from typing import cast

from callsheet.lint.types.document import Dialect, Document, Part
from callsheet.lint.types.joining import is_whole
from callsheet.lint.types.shape import (
    NEVER,
    NULL,
    UNKNOWN,
    Array,
    Boolean,
    Deferred,
    Number,
    Object,
    Open,
    Property,
    Shape,
    Text,
)


def shape_of_literal(value: object, depth: int = 0) -> Open:
    """Exactly `value`; what is no JSON is unknown. Lists and objects inside are read when they are looked at."""
    match value:
        case None:
            return NULL
        case bool():
            return Boolean(frozenset({value}))
        case int() | float():
            return Number(is_whole(value), frozenset({value}))
        case str():
            return Text(frozenset({value}))
        case list():
            items = cast("list[object]", value)
            return Array(NEVER, tuple(_inside(item, depth) for item in items), len(items))
        case dict():
            fields = cast("dict[str, object]", value)
            return Object({name: Property(_inside(item, depth), True) for name, item in fields.items()}, NEVER)
        case _:
            return UNKNOWN


def _inside(value: object, depth: int) -> Shape:
    if not isinstance(value, list | dict):
        return shape_of_literal(value)
    schema = {"const": cast("object", value)}
    return Deferred((Part(schema, Document(schema, Dialect.CURRENT)),), depth + 1)
