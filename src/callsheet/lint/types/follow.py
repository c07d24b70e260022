"""The type of an expression: a walk through its tree that does with shapes what an evaluation does with values.

Each node is visited once, so the walk costs what the expression is long. See https://jmespath.org/specification.html
for what the nodes mean, and `scenario.interpreter` for where ours differs: ordering mixed types is an error.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple

from callsheet.lint.types.describe import describe
from callsheet.lint.types.document import Exhausted, Work
from callsheet.lint.types.faults import Fault, MissingMember, NotAList, NotAnObject
from callsheet.lint.types.from_schema import either, opened
from callsheet.lint.types.functions import call
from callsheet.lint.types.joining import union
from callsheet.lint.types.literals import shape_of_literal
from callsheet.lint.types.look import (
    Member,
    arrays,
    at_index,
    elements,
    falsy,
    find_member,
    nullable,
    object_shape,
    objects,
    truthy,
    values_of,
    without_null,
)
from callsheet.lint.types.shape import (
    NEVER,
    NULL,
    UNKNOWN,
    Array,
    Boolean,
    Never,
    Null,
    Object,
    Open,
    Property,
    Shape,
    alternatives,
    size_of,
)
from callsheet.scenario.expressions import Expression

_KNOWN: Final = 250
"""Names that a fault lists."""

_PER_UNIT: Final = 10
"""Names that are listed in the time in which one member is looked at."""


class Seen(NamedTuple):
    """What a node gives: its shape, and how its path reads in a sentence."""

    shape: Open
    path: str


def shape_of(expression: Expression, roots: Mapping[str, Shape], work: Work | None = None) -> tuple[Open, list[Fault]]:
    """The shape of what `expression` gives over `roots`, and the paths in it that give null. Never raises.

    A root that is not among `roots` is unknown. Behind a faulty path everything is unknown, so that one mistake is
    told once. That an expression asks whether a member exists (`a.b || …`, `!(a.b)`, `` a.b == `null` ``, `not_null`)
    is no fault, unless it certainly cannot. The walk is paid from `work`; what costs more than that is unknown.
    """
    walk = _Walk(object_shape(roots, closed=False), Work() if work is None else work)
    seen = Seen(walk.roots, "")
    try:
        if expression.path is None:
            seen = walk.visit(expression.ast, seen)
        for name in expression.path or ():  # what the tree of a plain path comes to
            seen = walk.field(name, seen)
    except Exhausted:
        return UNKNOWN, []
    return seen.shape, list(dict.fromkeys(walk.faults))


@dataclass(slots=True)
class _Walk:
    """One walk: what it began with, what it found, and whether it is inside of a question about existence."""

    roots: Object
    work: Work
    faults: list[Fault] = field(default_factory=list[Fault])
    asking: bool = False

    def visit(self, node: Any, at: Seen) -> Seen:
        children: list[Any] = node["children"]
        match node["type"]:
            case "field":
                return self.field(node["value"], at)
            case "current" | "identity":
                return at
            case "subexpression" | "pipe" | "index_expression":
                for child in children:
                    at = self.visit(child, at)
                return at
            case "index" | "slice" | "flatten" | "projection" | "filter_projection" | "value_projection":
                return self._part(node, at)
            case "literal":
                return Seen(shape_of_literal(node["value"]), "the literal")
            case "multi_select_list" | "multi_select_dict":
                return self._select(node, at)
            case "function_expression":
                return self._function(node, at)
            case _:
                return Seen(self._operator(node, at), "the result")

    def field(self, name: str, at: Seen) -> Seen:
        """The member `name` of what is seen."""
        found = find_member(at.shape, name)
        path = f"{at.path}.{name}" if at.path else name
        if found.found:
            return Seen(found.shape, path)
        if found.objects:
            if found.certain or not self.asking:
                known = _names(found)
                self.work.spend(len(known) // _PER_UNIT)
                self.faults.append(MissingMember(at.path, name, known, found.certain))
        else:
            self.faults.append(NotAnObject(at.path, name, describe(at.shape)))
        return Seen(UNKNOWN, path)

    def _part(self, node: Any, at: Seen) -> Seen:
        """What goes into a list, or through the values of an object."""
        children: list[Any] = node["children"]
        match node["type"]:
            case "index":
                self._through(at.shape if node["value"] < 0 else NEVER)
                found = self._lists(at)
                shape = UNKNOWN if found is None else union(at_index(each, node["value"]) for each in found)
                return Seen(_or_null(shape, at.shape), f"{at.path}[{node['value']}]")
            case "slice":
                self._through(at.shape)
                found = self._lists(at)
                shape = UNKNOWN if found is None else union(Array(elements(each)) for each in found)
                return Seen(_or_null(shape, at.shape), at.path)
            case "flatten":
                base = self.visit(children[0], at)
                found = self._lists(base)
                self._through(base.shape)
                shape = UNKNOWN if found is None else union(map(_flat, found))
                return Seen(_or_null(shape, base.shape), base.path)
            case "value_projection":
                return self._values(node, at)
            case _:
                return self._projection(node, at)

    def _projection(self, node: Any, at: Seen) -> Seen:
        base = self.visit(node["children"][0], at)
        found = self._lists(base)
        self._through(base.shape)
        inside = Seen(UNKNOWN if found is None else union(map(elements, found)), f"{base.path}[*]")
        filtered = node["type"] == "filter_projection"
        if filtered:
            self._ask(node["children"][2], inside)
        each = self.visit(node["children"][1], inside)
        if found is None:
            return Seen(UNKNOWN, each.path)
        certain = not filtered and not nullable(each.shape)
        least = min((array.least for array in found), default=0) if certain else 0
        shape = Array(without_null(each.shape), (), least) if found else NEVER
        return Seen(_or_null(shape, base.shape), each.path)

    def _values(self, node: Any, at: Seen) -> Seen:
        base = self.visit(node["children"][0], at)
        found = objects(base.shape)
        self._through(base.shape)
        wrong = not found and _has_value(base.shape)
        if wrong:
            self.faults.append(NotAnObject(base.path, "*", describe(base.shape)))
        inside = UNKNOWN if wrong else union(map(values_of, found))
        each = self.visit(node["children"][1], Seen(inside, f"{base.path}.*".lstrip(".")))
        shape = Array(without_null(each.shape)) if found else NEVER
        others = any(not isinstance(part, Object) for part in alternatives(base.shape))
        return Seen(UNKNOWN if wrong else either(shape, NULL) if others else shape, each.path)

    def _lists(self, at: Seen) -> tuple[Array, ...] | None:
        """The lists that stand here; None, and a fault, when it is certainly something else than a list or null."""
        found = arrays(at.shape)
        if not found and _has_value(at.shape):
            self.faults.append(NotAList(at.path, describe(at.shape)))
            return None
        return found

    def _select(self, node: Any, at: Seen) -> Seen:
        inside = Seen(without_null(at.shape), at.path)
        shapes = [self.visit(child, inside).shape for child in _parts(node)]
        if node["type"] == "multi_select_list":
            path, made = "the list", Array(NEVER, tuple(shapes), len(shapes))
        else:
            names: list[str] = [child["value"] for child in node["children"]]
            fields = {name: Property(shape, True) for name, shape in zip(names, shapes, strict=True)}
            path, made = "the object", Object(fields, NEVER)
        return Seen(union([made if _has_value(at.shape) else NEVER, NULL if nullable(at.shape) else NEVER]), path)

    def _function(self, node: Any, at: Seen) -> Seen:
        name: str = node["value"]
        children: list[Any] = node["children"]
        if name == "root":
            return Seen(self.roots, "")
        plain = [child for child in children if child["type"] != "expref"]
        look = self._ask if name in {"not_null", "type"} else self.visit
        arguments = [look(child, at) for child in plain]
        self._through(*(each.shape for each in arguments))
        items = Seen(_items(arguments), f"{arguments[0].path}[*]" if arguments else "")
        keys = [self.visit(child["children"][0], items).shape for child in children if child["type"] == "expref"]
        return Seen(call(name, [each.shape for each in arguments], keys), f"{name}()")

    def _operator(self, node: Any, at: Seen) -> Open:
        children: list[Any] = node["children"]
        match node["type"]:
            case "or_expression":
                left = self._ask(children[0], at).shape
                right = self.visit(children[1], at).shape
                return either(truthy(left), right) if _possible(falsy(left)) else left
            case "and_expression":
                left = self._ask(children[0], at).shape
                right = self.visit(children[1], at).shape
                return either(falsy(left), right) if _possible(truthy(left)) else left
            case "not_expression":
                shape = self._ask(children[0], at).shape
                return _truth(true=_possible(falsy(shape)), false=_possible(truthy(shape)))
            case "comparator":
                asks = any(child["type"] == "literal" and child["value"] is None for child in children)
                sides = [(self._ask if asks else self.visit)(child, at).shape for child in children]
                ordered = node["value"] not in {"eq", "ne"}
                return either(Boolean(), NULL) if ordered and any(map(nullable, sides)) else Boolean()
            case _:
                return UNKNOWN

    def _through(self, *shapes: Open) -> None:
        """Pay for going through the members and elements of `shapes`."""
        self.work.spend(sum(map(size_of, shapes)))

    def _ask(self, node: Any, at: Seen) -> Seen:
        """Visit what is asked for its existence: that it is not declared is then no news."""
        before, self.asking = self.asking, True
        seen = self.visit(node, at)
        self.asking = before
        return seen


def _parts(node: Any) -> Iterator[Any]:
    for child in node["children"]:
        yield child["children"][0] if child["type"] == "key_val_pair" else child


def _names(found: Member) -> tuple[str, ...]:
    names = (name for owner in found.objects for name in owner.properties)
    return tuple(dict.fromkeys(islice(names, _KNOWN)))


def _has_value(shape: Open) -> bool:
    return any(not isinstance(each, Null) for each in alternatives(shape))


def _possible(shape: Open) -> bool:
    return not isinstance(shape, Never)


def _or_null(shape: Open, base: Open) -> Open:
    """A list's part, or null where `base` may be no list."""
    others = any(not isinstance(each, Array) for each in alternatives(base))
    return union([shape, NULL]) if others else shape


def _flat(array: Array) -> Open:
    inner = opened(elements(array))
    parts = (elements(each) if isinstance(each, Array) else each for each in alternatives(inner))
    return Array(union(parts))


def _items(arguments: list[Seen]) -> Open:
    """What `&expression` is evaluated on: the elements of the list beside it."""
    found = [each for argument in arguments for each in arrays(argument.shape)]
    return union(map(elements, found)) if found else UNKNOWN


def _truth(*, true: bool, false: bool) -> Open:
    values = frozenset(value for value, possible in ((True, true), (False, false)) if possible)
    return Boolean(None if len(values) == 2 else values) if values else NEVER
