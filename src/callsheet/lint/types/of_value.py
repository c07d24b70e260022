"""The shape of what a document writes where a value goes: literals, expressions, templates, lists and objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, assert_never

from callsheet.lint.types.document import Work
from callsheet.lint.types.faults import Fault
from callsheet.lint.types.follow import shape_of
from callsheet.lint.types.from_schema import either
from callsheet.lint.types.literals import shape_of_literal
from callsheet.lint.types.look import nullable, without_null
from callsheet.lint.types.shape import NEVER, NULL, Array, Object, Open, Property, Shape, Text
from callsheet.scenario.expressions import Expression
from callsheet.scenario.json import escape
from callsheet.scenario.values import From, ListValue, Literal, ObjectValue, Template, Value

FaultAt: TypeAlias = tuple[str, Fault]
"""A fault and the JSON pointer, inside the value, of the expression that has it."""


def shape_of_value(value: Value, roots: Mapping[str, Shape], work: Work | None = None) -> tuple[Open, list[FaultAt]]:
    """The shape of what `value` stands for over `roots`, and the faults in its expressions. Never raises.

    A `from` with a default may ask for what is not declared. One without may leave its key out of its object; in a list
    or by itself it is null then. It is paid from `work`.
    """
    reading = _Reading(roots, [], work)
    given = reading.value(value, "")
    return _or_null(given), reading.faults


class _Given(NamedTuple):
    """A shape, and whether there may be no value at all."""

    shape: Open
    missing: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    roots: Mapping[str, Shape]
    faults: list[FaultAt]
    work: Work | None

    def value(self, value: Value, pointer: str) -> _Given:
        match value:
            case Literal():
                return _Given(shape_of_literal(value.value))
            case From():
                return self._from(value, pointer)
            case Template():
                return _Given(self._template(value, pointer))
            case ListValue():
                items = [_or_null(self.value(item, f"{pointer}/{i}")) for i, item in enumerate(value.items)]
                return _Given(Array(NEVER, tuple(items), len(items)))
            case ObjectValue():
                fields = {name: self.value(item, f"{pointer}/{escape(name)}") for name, item in value.fields}
                return _Given(Object({name: _property(each) for name, each in fields.items()}, NEVER))
            case _:
                assert_never(value)

    def _from(self, value: From, pointer: str) -> _Given:
        where = f"{pointer}/{value.key}" if value.key else pointer
        shape = self._expression(value.expression, where, optional=value.default is not None)
        missing = nullable(shape)
        found = without_null(shape)
        if value.default is None:
            return _Given(found, missing)
        default = self.value(value.default, f"{pointer}/default")
        return _Given(either(found, default.shape), default.missing) if missing else _Given(found)

    def _template(self, value: Template, pointer: str) -> Open:
        for part in value.parts:
            if isinstance(part, Expression):
                self._expression(part, f"{pointer}/template", optional=False)
        texts = [part for part in value.parts if isinstance(part, str)]
        return Text(frozenset({"".join(texts)}) if len(texts) == len(value.parts) else None)

    def _expression(self, expression: Expression, pointer: str, *, optional: bool) -> Open:
        shape, faults = shape_of(expression, self.roots, self.work)
        self.faults.extend((pointer, fault) for fault in faults if fault.certain or not optional)
        return shape


def _property(given: _Given) -> Property:
    """A member of an object; one that never has a value is left out of it."""
    return Property(given.shape, not given.missing)


def _or_null(given: _Given) -> Open:
    return either(given.shape, NULL) if given.missing else given.shape
