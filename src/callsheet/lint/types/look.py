"""Looking into shapes: members, elements, and what of a shape JMESPath takes for true."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from callsheet.lint.types.from_schema import either, opened
from callsheet.lint.types.joining import element, union
from callsheet.lint.types.shape import (
    NEVER,
    NULL,
    UNKNOWN,
    Alternative,
    Array,
    Boolean,
    Never,
    Null,
    Number,
    Object,
    Open,
    Property,
    Shape,
    Text,
    Unknown,
    alternatives,
)

_MOST: Final = 1_000
"""Elements or members that are looked at for what all of them have in common."""


@dataclass(frozen=True, slots=True)
class Member:
    """What asking for a member gives.

    Attributes:
        shape: its shape; null among it where it may be missing.
        found: whether it can exist, for all that is known.
        objects: what it was looked for in; none when the value is no object.
        certain: when it was not found, whether it cannot exist rather than is not declared.
    """

    shape: Open
    found: bool
    objects: tuple[Object, ...]
    certain: bool


def find_member(shape: Shape, name: str) -> Member:
    """Look for the member `name` as JMESPath does: null where there is none, or no object."""
    known = opened(shape)
    if isinstance(known, Object):  # as below, without the way around: most members are asked of one object
        return Member(_of_object(known, name), _may_have(known, name), (known,), not _is_loose(known, name))
    parts = alternatives(known)
    objects = tuple(each for each in parts if isinstance(each, Object))
    fitting = [_of_object(each, name) for each in objects]
    if len(parts) > len(objects):
        fitting.append(NULL)
    loose = any(_is_loose(each, name) for each in objects)
    found = any(_may_have(each, name) for each in objects) or all(isinstance(each, Null) for each in parts)
    return Member(union(fitting), found, objects, not loose)


def member(shape: Shape, name: str) -> Open:
    """What the member `name` can be; null among it where it may be missing."""
    return find_member(shape, name).shape


def _of_object(owner: Object, name: str) -> Open:
    known = owner.properties.get(name)
    if known is None:
        return either(owner.additional, NULL)
    return opened(known.shape) if known.required else either(known.shape, NULL)


def _is_loose(owner: Object, name: str) -> bool:
    return owner.loose and bool(owner.properties) and name not in owner.properties


def _may_have(owner: Object, name: str) -> bool:
    known = owner.properties.get(name)
    if known is not None:
        return known.required or not isinstance(opened(known.shape), Never)
    return not _is_loose(owner, name) and not isinstance(opened(owner.additional), Never)


def arrays(shape: Shape) -> tuple[Array, ...]:
    """The lists that `shape` can be; an unknown value may be any."""
    return tuple(each for each in alternatives(opened(shape)) if isinstance(each, Array))


def objects(shape: Shape) -> tuple[Object, ...]:
    """The objects that `shape` can be; an unknown value may be any."""
    return tuple(each for each in alternatives(opened(shape)) if isinstance(each, Object))


def elements(array: Array) -> Open:
    """What each element of a list can be; unknown for a long list of known elements."""
    if len(array.prefix) > _MOST:
        return UNKNOWN
    return either(*array.prefix, array.item)


def items_of(shape: Shape) -> Open:
    """What each element can be, where `shape` is a list; unknown when it never is one."""
    found = arrays(shape)
    return union(map(elements, found)) if found else UNKNOWN


def values_of(owner: Object) -> Open:
    """What each member of an object can be; unknown for an object of many members."""
    if len(owner.properties) > _MOST:
        return UNKNOWN
    return either(*(each.shape for each in owner.properties.values()), owner.additional)


def at_index(array: Array, index: int) -> Open:
    """The element at `index`, from the end when it is negative; null among it where there may be none."""
    exact = isinstance(array.item, Never) and array.least == len(array.prefix)
    if index < 0 and exact:
        index += len(array.prefix)
        return NULL if index < 0 else at_index(array, index)
    if index < 0:
        return elements(array) if -index <= array.least else either(elements(array), NULL)
    found = element(array, index)
    return opened(found) if index < array.least else either(found, NULL)


def nullable(shape: Shape) -> bool:
    """Tell whether `shape` may be null."""
    return any(isinstance(each, Null) for each in alternatives(opened(shape)))


def without_null(shape: Shape) -> Open:
    """`shape` where it is not null; unknown stays unknown."""
    return _mapped(opened(shape), lambda each: NEVER if isinstance(each, Null) else each)


def truthy(shape: Open) -> Open:
    """What of `shape` JMESPath takes for true; unknown stays unknown."""
    return _mapped(shape, _truthy)


def falsy(shape: Open) -> Open:
    """What of `shape` JMESPath takes for false: null, false, and empty texts, lists and objects."""
    return union(map(_falsy, alternatives(shape)))


def _mapped(shape: Open, change: "Callable[[Alternative], Open]") -> Open:
    return shape if isinstance(shape, Unknown) else union(map(change, alternatives(shape)))


def _truthy(shape: Alternative) -> Open:
    match shape:
        case Null():
            return NEVER
        case Boolean():
            return NEVER if shape.values == frozenset({False}) else Boolean(frozenset({True}))
        case Text(values) if values is not None:
            kept = values - {""}
            return Text(kept) if kept else NEVER
        case Array():
            empty = not shape.prefix and isinstance(shape.item, Never)
            return NEVER if empty else replace(shape, least=max(shape.least, 1))
        case Object():
            return NEVER if not shape.properties and isinstance(shape.additional, Never) else shape
        case _:
            return shape


def _falsy(shape: Alternative) -> Open:
    match shape:
        case Null():
            return shape
        case Boolean(values):
            return NEVER if values == frozenset({True}) else Boolean(frozenset({False}))
        case Text(values):
            return Text(frozenset({""})) if values is None or "" in values else NEVER
        case Array():
            return Array(NEVER) if shape.least == 0 else NEVER
        case Object():
            return NEVER if any(each.required for each in shape.properties.values()) else Object({}, NEVER)
        case Number():
            return NEVER


def object_shape(members: Mapping[str, Shape], *, closed: bool = True) -> Object:
    """An object that has all of `members`, and no others when it is `closed`."""
    return Object({name: Property(shape, True) for name, shape in members.items()}, NEVER if closed else UNKNOWN)
