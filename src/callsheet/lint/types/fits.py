"""Whether what is given can fit what a schema takes.

Both are known as shapes, which may hold too much. So only one thing is told: that the two have no value in common, or
none but such that have null or nothing where the two differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from callsheet.lint.types.describe import describe
from callsheet.lint.types.document import Exhausted, Work
from callsheet.lint.types.from_schema import opened, shape_of_schema
from callsheet.lint.types.joining import element, meet
from callsheet.lint.types.shape import (
    NEVER,
    Alternative,
    Array,
    Deferred,
    Never,
    Null,
    Object,
    Open,
    Property,
    Shape,
    Unknown,
    alternatives,
)
from callsheet.scenario.json import escape

_MAX_WORK: Final = 10_000
_MAX_DEPTH: Final = 32


@dataclass(frozen=True, slots=True)
class Mismatch:
    """No value that is given fits, apart from those that have nothing at `pointer`.

    Attributes:
        pointer: where in the value, as a JSON pointer; the empty string is the whole value.
        given: what is given there, such as "a list of objects".
        taken: what is taken there, such as "a number".
        certain: no value fits at all. Else only those do that have null, no member or no element there.
    """

    pointer: str
    given: str
    taken: str
    certain: bool = True


def mismatch(source: Shape, schema: object) -> Mismatch | None:
    """Why `source` cannot fit `schema`; None when it can, or when that is not known. Never raises."""
    return mismatch_of_shapes(source, shape_of_schema(schema))


def mismatch_of_shapes(source: Shape, target: Shape, work: Work | None = None) -> Mismatch | None:
    """As `mismatch`, for a target that is known as a shape; the comparison is paid from `work`, too."""
    try:
        return _Comparison(Work(_MAX_WORK, work)).compare(source, target, 0)
    except Exhausted:
        return None


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One comparison. `known` has what was compared before; recursive schemas come back to the same pairs."""

    work: Work
    known: dict[tuple[tuple[int, ...], tuple[int, ...]], Mismatch | None] = field(
        default_factory=dict[tuple[tuple[int, ...], tuple[int, ...]], Mismatch | None]
    )

    def compare(self, source: Shape, target: Shape, depth: int) -> Mismatch | None:
        self.work.spend(1)
        if not isinstance(source, Deferred) or not isinstance(target, Deferred):
            return self._layer(source, target, depth)
        pair = _schemas(source), _schemas(target)
        if pair not in self.known:
            self.known[pair] = None  # as long as it is not known better, they fit
            self.known[pair] = self._layer(source, target, depth)
        return self.known[pair]

    def _layer(self, source: Shape, target: Shape, depth: int) -> Mismatch | None:
        given, taken = opened(source), opened(target)
        if depth > _MAX_DEPTH or isinstance(given, Unknown | Never) or isinstance(taken, Unknown):
            return None
        parts = alternatives(given)
        others = [each for each in parts if not isinstance(each, Null)]
        found: list[Mismatch] = []
        for each in others or parts:
            problem = self._alternative(each, taken, depth)
            if problem is None:
                return None
            found.append(problem)
        certain = all(problem.certain for problem in found)
        if others and len(others) < len(parts):
            certain = certain and self._alternative(Null(), taken, depth) is not None
        first = found[0] if len(found) == 1 else Mismatch("", describe(given), describe(taken))
        return replace(first, certain=certain)

    def _alternative(self, given: Alternative, taken: Open, depth: int) -> Mismatch | None:
        """The mismatch with every alternative that is taken: the one inside, when only one is of the same type."""
        same = [each for each in alternatives(taken) if type(each) is type(given)]
        found: list[Mismatch] = []
        for each in same:
            problem = self._same_type(given, each, depth)
            if problem is None:
                return None
            found.append(problem)
        if len(found) == 1 and isinstance(given, Array | Object):
            return found[0]
        certain = all(problem.certain for problem in found)
        return Mismatch("", describe(given), describe(taken), certain)

    def _same_type(self, given: Alternative, taken: Alternative, depth: int) -> Mismatch | None:
        match given, taken:
            case Array(), Array():
                problems = self._array(given, taken, depth)
            case Object(), Object():
                problems = self._object(given, taken, depth)
            case _:
                return Mismatch("", describe(given), describe(taken)) if meet(given, taken) == NEVER else None
        first: Mismatch | None = None
        for problem in problems:
            if problem.certain:
                return problem
            first = first or problem
        return first

    def _object(self, given: Object, taken: Object, depth: int) -> Iterator[Mismatch]:
        self.work.spend(len(given.properties) + len(taken.properties))
        for name, wanted in taken.properties.items():
            if wanted.required and isinstance(_member(given, name), Never):
                yield Mismatch("", f"an object without '{name}'", f"an object with '{name}'")
        for name, each in given.properties.items():
            wanted = taken.properties.get(name, Property(taken.additional))
            problem = self._inside(each.shape, wanted.shape, name, depth)
            if problem is not None:
                # A member that can be left out of both does no harm by being wrong, as long as it is left out.
                yield replace(problem, certain=problem.certain and (each.required or wanted.required))

    def _array(self, given: Array, taken: Array, depth: int) -> Iterator[Mismatch]:
        if isinstance(given.item, Never) and len(given.prefix) < taken.least:
            yield Mismatch("", _counted("at most", len(given.prefix)), _counted("at least", taken.least))
        self.work.spend(len(given.prefix))
        for index in range(len(given.prefix) + 1):
            problem = self._inside(element(given, index), element(taken, index), index, depth)
            if problem is not None:
                yield replace(problem, certain=problem.certain and max(given.least, taken.least) > index)

    def _inside(self, given: Shape, taken: Shape, token: str | int, depth: int) -> Mismatch | None:
        if isinstance(opened(taken), Never) and not isinstance(opened(given), Never):
            return Mismatch(f"/{escape(token)}", describe(given), "nothing")
        problem = self.compare(given, taken, depth + 1)
        return None if problem is None else replace(problem, pointer=f"/{escape(token)}{problem.pointer}")


def _member(owner: Object, name: str) -> Open:
    known = owner.properties.get(name)
    return opened(owner.additional if known is None else known.shape)


def _schemas(shape: Deferred) -> tuple[int, ...]:
    return tuple(id(part.node) for part in shape.parts)


def _counted(limit: str, count: int) -> str:
    return f"a list of {limit} {count} element{'' if count == 1 else 's'}"
