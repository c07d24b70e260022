"""Schemas, values that mostly fit them, and expressions, for properties of the types."""

from typing import Any, cast

from hypothesis import strategies as st

from callsheet.lint.types.from_schema import opened
from callsheet.lint.types.joining import element
from callsheet.lint.types.shape import Array, Boolean, Null, Number, Object, Shape, Text, Unknown, alternatives
from callsheet.scenario.json import Json

NAMES = st.sampled_from(["a", "b", "c", "d"])
SCALARS = st.sampled_from([None, True, False, 0, 1, 2, 1.5, 1.0, "", "a", "b", "5"])
VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6
)
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]


def contains(shape: Shape, value: Json) -> bool:
    """Whether `value` is one of those that `shape` holds."""
    return any(_holds(each, value) for each in alternatives(opened(shape)))


def _holds(shape: object, value: Json) -> bool:
    match shape, value:
        case (Null(), None) | (Unknown(), _):
            return True
        case Boolean(values), bool():
            return values is None or value in values
        case Number(whole, values), int() | float() if not isinstance(value, bool):
            return (not whole or float(value).is_integer()) and (values is None or value in values)
        case Text(values), str():
            return values is None or value in values
        case Array(), list():
            return len(value) >= shape.least and all(contains(element(shape, i), each) for i, each in enumerate(value))
        case Object(properties, additional), dict():
            return all(name in value for name, known in properties.items() if known.required) and all(
                contains(properties[name].shape if name in properties else additional, each)
                for name, each in value.items()
            )
        case _:
            return False


@st.composite
def _objects(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> Any:
    node: dict[str, Any] = {"type": "object", "properties": draw(st.dictionaries(NAMES, inner, max_size=3))}
    if draw(st.booleans()):
        node["required"] = draw(st.lists(NAMES, max_size=2, unique=True))
    if draw(st.integers(0, 2)) == 0:
        node["additionalProperties"] = draw(st.sampled_from([False, True]) | inner)
    if draw(st.integers(0, 5)) == 0:
        del node["type"]
    if draw(st.integers(0, 9)) == 0:
        node["patternProperties"] = {"^[cd]$": draw(inner)}
    return node


@st.composite
def _arrays(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> Any:
    node: dict[str, Any] = {"type": "array", "items": draw(inner)}
    if draw(st.integers(0, 3)) == 0:
        node["prefixItems"] = draw(st.lists(inner, min_size=1, max_size=2))
    if draw(st.booleans()):
        node["minItems"] = draw(st.integers(0, 2))
    return node


def _both(pair: tuple[Any, Any]) -> Any:
    return {**pair[0], **pair[1]}


def _combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several: st.SearchStrategy[Any] = st.lists(inner, min_size=1, max_size=3)
    alone = [st.fixed_dictionaries({keyword: several}) for keyword in ("anyOf", "oneOf", "allOf")]
    beside = [
        st.fixed_dictionaries({"anyOf": several}),
        st.fixed_dictionaries({"allOf": several}),
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"if": inner, "then": inner}),
    ]
    return st.one_of(*alone, *(st.tuples(_objects(inner), extra).map(_both) for extra in beside))


_LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([{"type": name} for name in TYPES]),
    st.fixed_dictionaries({"type": st.lists(st.sampled_from(TYPES), min_size=1, max_size=3, unique=True)}),
    st.fixed_dictionaries({"enum": st.lists(VALUES, min_size=1, max_size=3, unique_by=repr)}),
    st.fixed_dictionaries({"const": VALUES}),
    st.sampled_from([True, {}, {"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}, {"type": "string", "minLength": 1}]),
)
_NODES: st.SearchStrategy[Any] = st.recursive(
    _LEAVES, lambda inner: _objects(inner) | _arrays(inner) | _combined(inner), max_leaves=6
)


@st.composite
def schemas(draw: st.DrawFn) -> dict[str, Any]:
    """A schema that is an object at heart, with two definitions that may refer to each other and to themselves."""
    node = draw(_objects(_NODES) | _NODES)
    body: dict[str, Any] = {} if node is True else node
    dialect = draw(st.sampled_from([None, None, None, "http://json-schema.org/draft-07/schema#"]))
    declared = {} if dialect is None else {"$schema": dialect}
    return {**declared, **body, "$defs": {"a": draw(_NODES), "b": draw(_NODES)}}


@st.composite
def values_for(draw: st.DrawFn, schema: dict[str, Any]) -> Json:
    """A value that fits `schema`, or nearly."""
    return _value(draw, schema, schema, 0)


def _value(draw: st.DrawFn, node: Any, root: dict[str, Any], depth: int) -> Json:
    if not isinstance(node, dict) or depth > 8:
        return draw(VALUES)
    keywords: dict[str, Any] = {**node}
    if "$ref" in keywords:
        return _value(draw, root["$defs"][keywords["$ref"][-1]], root, depth + 1)
    if "const" in keywords:
        return keywords["const"]
    if "enum" in keywords:
        return draw(st.sampled_from(keywords["enum"]))
    for key in ("anyOf", "oneOf", "allOf"):
        if key in keywords:
            parts = keywords.pop(key)
            chosen = [draw(st.sampled_from(parts))] if key != "allOf" else parts
            if not keywords.keys() & {"type", "properties"} and len(chosen) == 1:
                return _value(draw, chosen[0], root, depth + 1)
            found = [_value(draw, part, root, depth + 1) for part in (keywords, *chosen) if part]
            merged: dict[str, Json] = {}
            for each in found:
                if not isinstance(each, dict):
                    return found[0]
                merged.update(each)
            return merged
    return _typed(draw, keywords, root, depth)


def _typed(draw: st.DrawFn, node: dict[str, Any], root: dict[str, Any], depth: int) -> Json:
    named = node.get("type", "object" if "properties" in node else None)
    names = cast("list[Any]", named) if isinstance(named, list) else [named]
    match draw(st.sampled_from(names)):
        case "null":
            return None
        case "boolean":
            return draw(st.booleans())
        case "integer":
            return draw(st.sampled_from([0, 1, 2, 3.0]))
        case "number":
            return draw(st.sampled_from([0, 1, 1.5]))
        case "string":
            return draw(st.sampled_from(["", "a", "b", "5"]))
        case "array":
            prefix = [_value(draw, part, root, depth + 1) for part in node.get("prefixItems", ())]
            count = draw(st.integers(0, 2))
            return prefix + [_value(draw, node.get("items"), root, depth + 1) for _ in range(count)]
        case "object":
            made: dict[str, Json] = {}
            for name, part in node.get("properties", {}).items():
                if name in node.get("required", ()) or draw(st.booleans()):
                    made[name] = _value(draw, part, root, depth + 1)
            extra = [name for name in node.get("required", ()) if name not in made]
            if node.get("additionalProperties") is not False and draw(st.integers(0, 3)) == 0:
                extra.append(draw(NAMES))
            for name in extra:
                made.setdefault(name, _value(draw, node.get("additionalProperties", True), root, depth + 1))
            return made
        case _:
            return draw(VALUES)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(_FORMS), inner, inner).map(_filled)


def _filled(parts: tuple[str, str, str]) -> str:
    form, first, second = parts
    return form.replace("X", first).replace("Y", second)


_FORMS = [
    "X.a", "X.b", "X.c.d", "X[0]", "X[-1]", "X[1:]", "X[*].a", "X[].b", "X[]", "X.*", "X.*.a", "X[?a].b",
    "X[?a == `1`]", "X[?Y]", "X | Y", "X | a", "X || Y", "X && Y", "!(X)", "X == Y", "X < Y", "X == `null`", "[X, Y]",
    "{a: X, b: Y}", "X.[a, b]", "X.{a: b, c: @}", "X | [*].Y", "(X).(Y)",
    "length(X)", "keys(X)", "values(X)", "items(X)", "type(X)",
    "from_items(items(X))", "to_array(X)", "to_string(X)", "to_number(X)", "not_null(X, Y)", "merge(X, Y)",
    "map(&Y, X)", "map(&a, X)", "sort_by(X, &a)", "min_by(X, &a)", "max_by(X, &b)", "group_by(X, &a)", "sort(X)",
    "max(X)", "min(X)", "sum(X)", "avg(X)", "abs(X)", "ceil(X)", "floor(X)", "add(X, Y)", "multiply(X, Y)",
    "subtract(X, Y)", "divide(X, Y)", "reverse(X)", "unique(X)", "contains(X, Y)", "join(X, Y)", "split(X, 'a')",
    "lower(X)", "upper(X)", "replace(X, 'a', 'b')", "starts_with(X, Y)", "ends_with(X, Y)", "root().X", "keys(X)[0]",
]  # fmt: skip

EXPRESSIONS: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(["input", "input", "input.a", "input.b", "a", "@", "`1`", "`[1, \"a\"]`", "'a'", "`{\"a\": []}`"]),
    _grown,
    max_leaves=5,
)  # fmt: skip
PATHS: st.SearchStrategy[str] = st.lists(
    st.sampled_from([".a", ".b", ".c", ".d", "[0]", "[-1]"]), min_size=1, max_size=4
).map(lambda parts: "input" + "".join(parts))
