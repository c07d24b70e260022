"""Shapes: sets of JSON values, as far as types and names tell them apart.

A shape is read as "the value is one of these". It may hold more values than can really occur, never fewer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from callsheet.lint.types.document import Part


@dataclass(frozen=True, slots=True)
class Unknown:
    """Any value."""


@dataclass(frozen=True, slots=True)
class Never:
    """No value: what stands here cannot occur."""


@dataclass(frozen=True, slots=True)
class Null:
    """Null."""


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false; `values` are the only ones there can be, None for both."""

    values: frozenset[bool] | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A number.

    Attributes:
        whole: it has no fraction; `1.0` is whole, as in JSON Schema.
        values: the only ones there can be; None for any.
    """

    whole: bool = False
    values: frozenset[int | float] | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A text; `values` are the only ones there can be, None for any."""

    values: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Array:
    """A list.

    Attributes:
        item: each element that is not in `prefix`; `Never` when there are no others.
        prefix: the first elements, where they exist.
        least: how many elements there are at least.
    """

    item: "Shape"
    prefix: "tuple[Shape, ...]" = ()
    least: int = 0


@dataclass(frozen=True, slots=True)
class Property:
    """A member of an object: its shape where it exists, and whether it always exists."""

    shape: "Shape"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Object:
    """An object.

    Attributes:
        properties: the members that are known by name.
        additional: every other member; `Never` when the object is closed.
        loose: `additional` is any value only because the schema is silent about other names, so a name that it does
            not know is suspicious but possible.
    """

    properties: Mapping[str, Property]
    additional: "Shape"
    loose: bool = False


Alternative: TypeAlias = Null | Boolean | Number | Text | Array | Object
"""A shape of one JSON type."""


@dataclass(frozen=True, slots=True)
class Union:
    """One of several shapes, at least two; at most one of each scalar type. Made by `joining.union` only."""

    alternatives: tuple[Alternative, ...]


Open: TypeAlias = Unknown | Never | Alternative | Union
"""A shape whose outermost layer is known; inside it there may be deferred ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Deferred:
    """What fits all of these schemas, which nobody has read yet: schemas may be recursive.

    Attributes:
        parts: the schemas.
        depth: how many layers of values are around it.
        memo: what `from_schema.opened` made of it, once it did: everybody who looks in here shares the reading.
    """

    parts: "tuple[Part, ...]"
    depth: int = 0
    memo: "list[Open]" = field(default_factory=list["Open"], repr=False)


Shape: TypeAlias = Open | Deferred

UNKNOWN: Final = Unknown()
NEVER: Final = Never()
NULL: Final = Null()
EVERY_TYPE: Final[tuple[Alternative, ...]] = (NULL, Boolean(), Number(), Text(), Array(UNKNOWN), Object({}, UNKNOWN))
"""The same values as `UNKNOWN`, by type."""


def alternatives(shape: Open) -> tuple[Alternative, ...]:
    """The shapes of one type that `shape` consists of; none for `Never`, one of each type for `Unknown`."""
    match shape:
        case Unknown():
            return EVERY_TYPE
        case Never():
            return ()
        case Union():
            return shape.alternatives
        case _:
            return (shape,)


def size_of(shape: Open) -> int:
    """What going through the outermost layer of `shape` costs: its alternatives, their members and elements."""
    return sum(
        1 + (len(each.properties) if isinstance(each, Object) else len(each.prefix) if isinstance(each, Array) else 0)
        for each in alternatives(shape)
    )
