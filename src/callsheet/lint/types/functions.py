"""What the functions of expressions give, by what they get.

A call that certainly fails gives nothing, so any answer about it is true; unknown is the one that hides no mistake.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from callsheet.lint.types.from_schema import either, opened
from callsheet.lint.types.joining import union
from callsheet.lint.types.look import arrays, at_index, elements, nullable, objects, values_of, without_null
from callsheet.lint.types.shape import (
    NEVER,
    NULL,
    UNKNOWN,
    Array,
    Boolean,
    Null,
    Number,
    Object,
    Open,
    Property,
    Text,
    Unknown,
    alternatives,
)

Arguments: TypeAlias = Sequence[Open]
"""The shapes of a call's arguments, without those written `&expression`."""

_NAMES: Final[Mapping[type, str]] = {
    Null: "null",
    Boolean: "boolean",
    Number: "number",
    Text: "string",
    Array: "array",
    Object: "object",
}


def call(name: str, arguments: Arguments, keys: Arguments) -> Open:
    """What the function `name` gives; unknown for one that is not known here.

    Args:
        name: of the function; `root` has no arguments to judge by and is not known here.
        arguments: what it gets.
        keys: what its `&expression` gives on the elements of its list, if it takes one.
    """
    if name in _FIXED:
        return _FIXED[name]
    if name == "map" and len(keys) == 1 and len(arguments) == 1:
        return union(Array(keys[0], (), each.least) for each in arrays(arguments[0]))
    result = _BY_ARGUMENTS.get(name)
    return UNKNOWN if result is None or not arguments else result(arguments)


def _number(arguments: Arguments) -> Open:
    """Whole numbers stay whole: when they are added, multiplied, made positive."""
    parts = [each for argument in arguments for each in alternatives(argument)]
    return Number(whole=all(isinstance(each, Number) and each.whole for each in parts))


def _sum(arguments: Arguments) -> Open:
    return _number([union(map(elements, arrays(arguments[0])))])


def _to_number(arguments: Arguments) -> Open:
    numbers = [each for each in alternatives(arguments[0]) if isinstance(each, Number)]
    if len(numbers) == len(alternatives(arguments[0])):
        return union(numbers)
    texts = any(isinstance(each, Text) for each in alternatives(arguments[0]))
    return union([*numbers, Number() if texts else NEVER, NULL])


def _to_string(arguments: Arguments) -> Open:
    return arguments[0] if isinstance(arguments[0], Text) else Text()


def _to_array(arguments: Arguments) -> Open:
    return union(each if isinstance(each, Array) else Array(NEVER, (each,), 1) for each in alternatives(arguments[0]))


def _type(arguments: Arguments) -> Open:
    return Text(frozenset(_NAMES[type(each)] for each in alternatives(arguments[0])))


def _not_null(arguments: Arguments) -> Open:
    found: Open = NEVER
    for argument in arguments:
        found = either(found, without_null(argument))
        if not isinstance(argument, Unknown) and not nullable(argument):
            return found
    return either(found, NULL)


def _reverse(arguments: Arguments) -> Open:
    texts = any(isinstance(each, Text) for each in alternatives(arguments[0]))
    return union([_reordered(arguments) if arrays(arguments[0]) else NEVER, Text() if texts else NEVER])


def _reordered(arguments: Arguments) -> Open:
    """The same elements in another order."""
    found = arrays(arguments[0])
    return union(Array(elements(each), (), each.least) for each in found) if found else UNKNOWN


def _unique(arguments: Arguments) -> Open:
    found = arrays(arguments[0])
    return union(Array(elements(each), (), min(each.least, 1)) for each in found) if found else UNKNOWN


def _best(arguments: Arguments) -> Open:
    """One of the elements; null of an empty list."""
    found = arrays(arguments[0])
    parts = [part for each in found for part in (elements(each), NEVER if each.least > 0 else NULL)]
    return union(parts) if found else UNKNOWN


def _keys(arguments: Arguments) -> Open:
    found = objects(arguments[0])
    return union(_list_of_members(each, Text()) for each in found) if found else UNKNOWN


def _values(arguments: Arguments) -> Open:
    found = objects(arguments[0])
    return union(_list_of_members(each, values_of(each)) for each in found) if found else UNKNOWN


def _items(arguments: Arguments) -> Open:
    found = objects(arguments[0])
    pairs = (_list_of_members(each, Array(NEVER, (Text(), values_of(each)), 2)) for each in found)
    return union(pairs) if found else UNKNOWN


def _list_of_members(owner: Object, item: Open) -> Array:
    return Array(item, (), sum(each.required for each in owner.properties.values()))


def _from_items(arguments: Arguments) -> Open:
    pairs = [pair for each in arrays(arguments[0]) for pair in arrays(elements(each))]
    return Object({}, union(at_index(pair, 1) for pair in pairs))


def _groups(arguments: Arguments) -> Open:
    found = arrays(arguments[0])
    return Object({}, Array(union(map(elements, found)), (), 1)) if found else UNKNOWN


def _merge(arguments: Arguments) -> Open:
    merged: Object = Object({}, NEVER)
    for argument in arguments:
        found = objects(argument)
        if len(found) != 1:
            return Object({}, UNKNOWN)
        merged = _merged(merged, found[0])
    return merged


def _merged(one: Object, other: Object) -> Object:
    """`other` wins where it has the member."""
    properties: dict[str, Property] = {}
    for name in {**one.properties, **other.properties}:
        before = one.properties.get(name, Property(one.additional))
        after = other.properties.get(name, Property(other.additional))
        shape = opened(after.shape) if after.required else either(before.shape, after.shape)
        properties[name] = Property(shape, before.required or after.required)
    return Object(properties, either(one.additional, other.additional), one.loose or other.loose)


_FIXED: Final[Mapping[str, Open]] = {
    "avg": union([Number(), NULL]),
    "ceil": Number(whole=True),
    "contains": Boolean(),
    "divide": Number(),
    "ends_with": Boolean(),
    "floor": Number(whole=True),
    "join": Text(),
    "length": Number(whole=True),
    "lower": Text(),
    "replace": Text(),
    "split": Array(Text()),
    "starts_with": Boolean(),
    "upper": Text(),
}

_BY_ARGUMENTS: Final[Mapping[str, Callable[[Arguments], Open]]] = {
    "abs": _number,
    "add": _number,
    "from_items": _from_items,
    "group_by": _groups,
    "items": _items,
    "keys": _keys,
    "max": _best,
    "max_by": _best,
    "merge": _merge,
    "min": _best,
    "min_by": _best,
    "multiply": _number,
    "not_null": _not_null,
    "reverse": _reverse,
    "sort": _reordered,
    "sort_by": _reordered,
    "subtract": _number,
    "sum": _sum,
    "to_array": _to_array,
    "to_number": _to_number,
    "to_string": _to_string,
    "type": _type,
    "unique": _unique,
    "values": _values,
}
