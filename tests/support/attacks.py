"""Expressions that try to take all time or memory, each with the data it needs: what a tool may have answered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from callsheet.scenario.json import Json, JsonObject

MEGA: Final = 1_000_000
DOUBLINGS: Final = "|".join(["[@,@]"] * 40)
"""A value of forty small lists that is 2^40 values when somebody goes through it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One expression and its roots.

    Attributes:
        name: what it tries.
        source: the expression; it is valid.
        roots: makes its data, which is within what a run may hold.
    """

    name: str
    source: str
    roots: Callable[[], JsonObject]


def _data() -> JsonObject:
    return {"t": "x" * MEGA, "many": ["y" for _ in range(5_000)]}


def _wide() -> JsonObject:
    return {"t": "\U0001f600" * MEGA}


def _rows() -> JsonObject:
    return {"xs": [{"id": number, "s": f"{number:05}", "d": {"k": number}} for number in range(10_000)]}


def _copies() -> JsonObject:
    return {"xs": _rows()["xs"], "ys": _rows()["xs"]}


def _fields() -> JsonObject:
    return {"o": {f"key {number}": number for number in range(20_000)}}


def _numbers() -> JsonObject:
    return {"xs": list[Json](range(10_000))}


def _twins() -> JsonObject:
    long = "a" * MEGA
    return {"a": long + "b", "b": long + "c", "xs": list[Json](range(10_000))}


def _often(part: str, room: int = 4096) -> str:
    """A list of `part`, as often as an expression of this length has room for it."""
    return f"[{','.join([part] * ((room - 2) // (len(part) + 1)))}]"


def _attack(name: str, source: str, roots: Callable[[], JsonObject]) -> Attack:
    return Attack(name=name, source=source, roots=roots)


ATTACKS: Final = (
    # Sizes.
    _attack("a value that holds itself twice, 40 times over", DOUBLINGS, dict),
    _attack("the same as text", f"{DOUBLINGS}|to_string(@)", dict),
    _attack("the same compared", f"[{DOUBLINGS}, {DOUBLINGS}]|[0] == [1]", dict),
    _attack("the same searched", f"[{DOUBLINGS}, {DOUBLINGS}]|contains([[0]], [1])", dict),
    _attack("the same without duplicates", f"{DOUBLINGS}|unique(@)", dict),
    _attack("the same flattened", "|".join(["[@,@]"] * 20 + ["[]"] * 20), dict),
    _attack("objects that hold themselves twice", "|".join(["{a:@,b:@}"] * 40), dict),
    _attack("pairs that hold themselves twice", "|".join(["from_items([['a',@],['b',@]])"] * 40), dict),
    _attack("merged objects that hold themselves twice", "|".join(["merge({a:@},{b:@})"] * 40), dict),
    _attack("600 texts of 1 MB", _often("t"), _data),
    _attack("600 texts of 1 MB joined", f"{_often('t', 1200)}|join('', @)|length(@)", _data),
    _attack("600 texts of 1 MB as JSON", f"{_often('t', 1200)}|to_string(@)|length(@)", _data),
    _attack("600 texts of 1 MB reversed", f"{_often('t', 1200)}|[*].reverse(@)|length(@)", _data),
    _attack("a join with long glue", "join('" + "x" * 3000 + "', many)", _data),
    _attack("a replacement a thousand times as long", "replace(t, 'x', '" + "y" * 1000 + "')", _data),
    _attack("replacements that each double", "|".join(["replace(@,'x','xx')"] * 50).replace("@", "t", 1), _data),
    _attack("a text in a million parts", "split(t, '')", _data),
    _attack("the same, parts of one letter", "split(t, 'x')", _data),
    _attack("texts written and written again", "t|" + "|".join(["to_string([@])"] * 50), lambda: {"t": '"\\' * 1000}),
    _attack("control characters as JSON", "to_string([t,t,t,t])|length(@)", lambda: {"t": "\u0001" * MEGA}),
    _attack("large letters", _often("upper(t)"), lambda: {"t": "\u0390" * MEGA}),
    _attack("emoji joined", "join('', [t,t,t,t])|reverse(@)", _wide),
    _attack("slices and slices", _often("xs[::-1]"), _numbers),
    _attack("items and items", _often("xs[*].items(d)"), _rows),
    # Polynomials.
    _attack("a filter inside a filter", "xs[?root().xs[?id == `-1`]]", _rows),
    _attack("four of them", "xs[?root().xs[?root().xs[?root().xs[?id == `-1`]]]]", _rows),
    _attack("maps in maps", "map(&map(&map(&@, root().xs), root().xs), xs)", _rows),
    _attack("a sort for each element", "xs[*].sort_by(root().xs, &s)", _rows),
    _attack("a smallest for each element", "map(&min_by(root().xs, &id), xs)", _rows),
    _attack("groups for each element", "xs[*].group_by(root().xs, &s)", _rows),
    _attack("a search for each element", "xs[?contains(root().xs, @)]", _rows),
    _attack("a long search for each element", "xs[?contains(root().a, root().b)]", _twins),
    _attack("a long comparison for each element", "xs[?root().a == root().b]", _twins),
    _attack("long texts sorted", "sort(xs[*].[root().a, root().b][])", _twins),
    _attack("long texts ordered", "xs[?root().a < root().b]", _twins),
    # Everything that is affordable once, as often as the source has room for.
    _attack("fields", _often("xs[*].d.k"), _rows),
    _attack("filters", _often("xs[?s=='9']"), _rows),
    _attack("filters that let everything through", _often("xs[?id>=`0`].d.k"), _rows),
    _attack("objects", _often("xs[*].{a:@}"), _rows),
    _attack("lists", _often("xs[*].[@]"), _rows),
    _attack("calls", _often("xs[*].abs(@)"), _numbers),
    _attack("calls with two arguments", _often("xs[*].add(@,@)"), _numbers),
    _attack("texts from numbers", _often("xs[*].to_string(@)"), _numbers),
    _attack("numbers from texts", _often("xs[*].to_number(s)"), _rows),
    _attack("splits", _often("xs[*].split(s,'')"), _rows),
    _attack("sorts", _often("sort_by(xs,&s)"), _rows),
    _attack("groups", _often("group_by(xs,&s)"), _rows),
    _attack("uniques", _often("unique(xs)"), _rows),
    _attack("texts", _often("to_string(xs)"), _rows),
    _attack("flattenings", _often("xs[*].[@,@][]"), _numbers),
    _attack("comparisons of everything", _often("xs==root().xs"), _rows),
    _attack("comparisons of copies", _often("xs==ys"), _copies),
    _attack("items of many", _often("items(o)"), _fields),
    _attack("keys and values", _often("merge(o,o)|values(@)"), _fields),
    _attack("a chain of pipes", f"xs|[*].{_often('@', 1000)}", _rows),
)
