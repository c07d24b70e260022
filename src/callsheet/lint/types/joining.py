"""Unions and intersections of shapes."""

import itertools
from collections.abc import Iterable
from typing import Final, TypeVar

from callsheet.lint.types.shape import (
    NEVER,
    NULL,
    UNKNOWN,
    Alternative,
    Array,
    Boolean,
    Deferred,
    Never,
    Null,
    Number,
    Object,
    Open,
    Property,
    Shape,
    Text,
    Union,
    Unknown,
    alternatives,
)

MAX_ALTERNATIVES: Final = 16
"""Lists and objects in a union; a union of more is unknown."""

MAX_VALUES: Final = 256
"""Values that are remembered of an enumeration; one of more is any value of the type."""

_MAX_PARTS: Final = 16

_Value = TypeVar("_Value", bound=bool | float | str)


def union(shapes: Iterable[Open]) -> Open:
    """What one of `shapes` holds; unknown when that has too many alternatives."""
    given = tuple(shapes)
    if len(given) == 1:
        return given[0]
    merged: dict[type, Alternative] = {}
    composite: dict[int, Alternative] = {}
    for shape in given:
        if isinstance(shape, Unknown):
            return UNKNOWN
        for each in alternatives(shape):
            if isinstance(each, Array | Object):
                composite[id(each)] = each
            else:
                merged[type(each)] = _either(merged[type(each)], each) if type(each) in merged else each
        if len(composite) > MAX_ALTERNATIVES:
            return UNKNOWN
    return _union_of([*merged.values(), *composite.values()])


def meet(one: Open, other: Open) -> Open:
    """What both hold; it may be more than that where the exact answer would be too large."""
    if isinstance(one, Unknown):
        return other
    if isinstance(other, Unknown):
        return one
    pairs = itertools.product(alternatives(one), alternatives(other))
    met = union(shape for shape in (_both(a, b) for a, b in pairs) if not isinstance(shape, Never))
    return one if isinstance(met, Unknown) else met


def meet_inside(one: Shape, other: Shape) -> Shape:
    """`meet` for shapes inside of others, which are not opened for it."""
    if isinstance(one, Deferred) and isinstance(other, Deferred):
        parts = {id(part.node): part for part in (*one.parts, *other.parts)}
        if len(parts) > _MAX_PARTS:
            return one
        return Deferred(tuple(parts.values()), max(one.depth, other.depth))
    if isinstance(one, Deferred):
        return one if isinstance(other, Unknown) else other
    if isinstance(other, Deferred):
        return other if isinstance(one, Unknown) else one
    return meet(one, other)


def _union_of(found: list[Alternative]) -> Open:
    if len(found) > 1:
        return Union(tuple(found))
    return found[0] if found else NEVER


def _either(one: Alternative, other: Alternative) -> Alternative:
    """The union of two shapes of the same scalar type."""
    match one, other:
        case Boolean(), Boolean():
            return Boolean(_all_values(one.values, other.values))
        case Number(), Number():
            return Number(one.whole and other.whole, _all_values(one.values, other.values))
        case Text(), Text():
            return Text(_all_values(one.values, other.values))
        case _:
            return one


def _all_values(one: frozenset[_Value] | None, other: frozenset[_Value] | None) -> frozenset[_Value] | None:
    if one is None or other is None or len(one) + len(other) > MAX_VALUES:
        return None
    return one | other


def _both(one: Alternative, other: Alternative) -> Open:
    match one, other:
        case Null(), Null():
            return NULL
        case Boolean(), Boolean():
            values = _common(one.values, other.values)
            return NEVER if values is not None and not values else Boolean(values)
        case Number(), Number():
            return _both_numbers(one, other)
        case Text(), Text():
            texts = _common(one.values, other.values)
            return NEVER if texts is not None and not texts else Text(texts)
        case Array(), Array():
            return _both_arrays(one, other)
        case Object(), Object():
            return _both_objects(one, other)
        case _:
            return NEVER


def _both_numbers(one: Number, other: Number) -> Open:
    whole = one.whole or other.whole
    values = _common(one.values, other.values)
    if values is None:
        return Number(whole)
    kept = frozenset(value for value in values if not whole or is_whole(value))
    return Number(whole, kept) if kept else NEVER


def is_whole(value: float) -> bool:
    """Tell whether a number has no fraction."""
    return isinstance(value, int) or value.is_integer()


def _common(one: frozenset[_Value] | None, other: frozenset[_Value] | None) -> frozenset[_Value] | None:
    if one is None:
        return other
    return one if other is None else one & other


def _both_arrays(one: Array, other: Array) -> Array:
    length = max(len(one.prefix), len(other.prefix))
    prefix = tuple(meet_inside(element(one, index), element(other, index)) for index in range(length))
    return Array(meet_inside(one.item, other.item), prefix, max(one.least, other.least))


def element(array: Array, index: int) -> Shape:
    """The element at `index`, where it exists; `index` is not negative."""
    return array.prefix[index] if index < len(array.prefix) else array.item


def _both_objects(one: Object, other: Object) -> Object:
    properties: dict[str, Property] = {}
    for name in {**one.properties, **other.properties}:
        first, second = one.properties.get(name), other.properties.get(name)
        shape = meet_inside(
            one.additional if first is None else first.shape, other.additional if second is None else second.shape
        )
        required = (first is not None and first.required) or (second is not None and second.required)
        properties[name] = Property(shape, required)
    return Object(properties, meet_inside(one.additional, other.additional), one.loose and other.loose)
