"""What must hold for every schema, every value that fits it, and every expression: nothing false is ever concluded."""

from typing import Any

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from callsheet.lint.types.fits import mismatch
from callsheet.lint.types.follow import shape_of
from callsheet.lint.types.from_schema import shape_of_schema
from callsheet.lint.types.literals import shape_of_literal
from callsheet.lint.types.look import items_of, member
from callsheet.lint.types.of_value import shape_of_value
from callsheet.scenario.expressions import EvaluationFailed, ExpressionInvalid, parse_expression
from callsheet.scenario.json import Json, is_object
from callsheet.scenario.schema import Schema, SchemaInvalid
from callsheet.scenario.values import Missing, evaluate, parse_value
from tests.lint.types.generated import EXPRESSIONS, PATHS, VALUES, contains, schemas, values_for
from tests.support.json_values import json_values

MANY = settings(max_examples=40, deadline=None)


def fits(value: Json, schema: dict[str, Any]) -> bool:
    """A reference that leads nowhere but to itself overflows the validator's patience, not ours."""
    try:
        return not Schema(schema).problems(value)
    except SchemaInvalid:
        return False


def at(pointer: str, value: Json) -> Json:
    """What stands at `pointer`; null when there is nothing."""
    for token in pointer.split("/")[1:]:
        if isinstance(value, list):
            value = value[int(token)] if int(token) < len(value) else None
        else:
            value = value.get(token) if isinstance(value, dict) else None
    return value


@given(st.data())
@MANY
def test_a_value_that_fits_a_schema_is_in_its_shape(data: st.DataObject) -> None:
    schema = data.draw(schemas())
    value = data.draw(values_for(schema))
    assume(fits(value, schema))
    assert contains(shape_of_schema(schema), value)


@given(st.data())
@MANY
def test_what_an_expression_gives_is_in_the_shape_that_was_told(data: st.DataObject) -> None:
    schema = data.draw(schemas())
    value = data.draw(values_for(schema))
    assume(fits(value, schema))
    source = data.draw(EXPRESSIONS)
    try:
        expression = parse_expression(source)
        found = expression.evaluate({"input": value})
    except (ExpressionInvalid, EvaluationFailed):
        event("fails")
        return
    event("null" if found is None else type(found).__name__)
    shape, _ = shape_of(expression, {"input": shape_of_schema(schema)})
    assert contains(shape, found), f"{source} gives {found!r}, told was {shape}"


@given(st.data())
@MANY
def test_a_path_with_a_certain_fault_gives_null(data: st.DataObject) -> None:
    schema = data.draw(schemas())
    value = data.draw(values_for(schema))
    expression = parse_expression(data.draw(PATHS))
    _, faults = shape_of(expression, {"input": shape_of_schema(schema)})
    certain = any(fault.certain for fault in faults)
    event("fault" if certain else "none")
    if certain and fits(value, schema):
        assert expression.evaluate({"input": value}) is None


@given(st.data())
@MANY
def test_no_certain_mismatch_is_told_of_a_value_that_fits(data: st.DataObject) -> None:
    source, target = data.draw(schemas()), data.draw(schemas())
    value = data.draw(values_for(source) | values_for(target))
    assume(fits(value, source))
    found = mismatch(shape_of_schema(source), target)
    event("mismatch" if found else "none")
    if found is not None and fits(value, target):
        assert not found.certain
        assert at(found.pointer, value) is None or isinstance(at(found.pointer, value), list | dict)
    assert (same := mismatch(shape_of_schema(source), source)) is None or not same.certain


@given(st.data())
@MANY
def test_no_certain_mismatch_is_told_of_a_literal_that_fits(data: st.DataObject) -> None:
    target = data.draw(schemas())
    value = data.draw(values_for(target))
    found = mismatch(shape_of_literal(value), target)
    event("mismatch" if found else "none")
    assert found is None or not fits(value, target)


_FROM: st.SearchStrategy[Any] = st.fixed_dictionaries({"from": PATHS})
_FORMS: st.SearchStrategy[Any] = st.one_of(
    _FROM,
    st.fixed_dictionaries({"from": PATHS, "default": VALUES | _FROM}),
    st.fixed_dictionaries({"template": PATHS.map("x ${{{}}}".format)}),
)
_DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    _FORMS | VALUES, lambda inner: st.dictionaries(st.sampled_from("ab"), inner) | st.lists(inner, max_size=3)
)


@given(st.data())
@MANY
def test_what_a_documents_value_stands_for_is_in_its_shape(data: st.DataObject) -> None:
    schema = data.draw(schemas())
    given_ = data.draw(values_for(schema))
    assume(fits(given_, schema))
    document: Json = data.draw(_DOCUMENTS)
    value = parse_value(document)
    shape, _ = shape_of_value(value, {"input": shape_of_schema(schema)})
    try:
        found = evaluate(value, {"input": given_})
    except EvaluationFailed:
        return
    assert contains(shape, None if isinstance(found, Missing) else found)


_WORDS = st.sampled_from(
    ["type", "properties", "required", "items", "prefixItems", "anyOf", "allOf", "oneOf", "$ref", "$id", "$schema",
     "const", "enum", "minItems", "additionalProperties", "$defs", "#", "#/anyOf/0", "#/properties/%00", "object"]
)  # fmt: skip
_GARBAGE: st.SearchStrategy[Any] = st.recursive(
    _WORDS | st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=True),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=20,
)


@given(_GARBAGE, _GARBAGE | json_values(), EXPRESSIONS)
@MANY
def test_garbage_never_raises(one: Any, other: Any, source: str) -> None:
    shape = shape_of_schema(one)
    mismatch(shape, other)
    mismatch(shape_of_literal(other), one)
    items_of(member(shape, "a"))
    try:
        expression = parse_expression(source)
    except ExpressionInvalid:
        return
    shape_of(expression, {"input": shape, "a": shape_of_literal(other)})


def _doubling(keyword: str) -> dict[str, Any]:
    """Thirty definitions, each of which asks for the next one twice."""
    chain: dict[str, Any] = {
        str(n): {keyword: [{"$ref": f"#/$defs/{n + 1}"}] * 2, "properties": {"a": {"$ref": "#"}}} for n in range(30)
    }
    return {"$ref": "#/$defs/0", "$defs": {**chain, "30": {"type": "string"}}}


_HOSTILE: list[Any] = [
    {"$ref": "#"},
    {"allOf": [{"$ref": "#"}, {"$ref": "#"}]},
    {"anyOf": [{"$ref": "#"}, {"properties": {"a": {"$ref": "#"}}}]},
    {"properties": {"a": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}},
    {"properties": {"a": {"anyOf": [{"$ref": "#/properties/a"}, {"$ref": "#"}, {"type": "array"}]}}},
    {"anyOf": [{"properties": {f"p{n}": {}}} for n in range(500)]},
    {"allOf": [{"anyOf": [{"properties": {f"p{n}": {}}} for n in range(15)]}] * 100},
    {"enum": [[n] for n in range(20_000)]},
    {"properties": {f"p{n}": {} for n in range(20_000)}},
    _doubling("allOf"),
    _doubling("anyOf"),
    {"items": {"$ref": "#"}, "properties": {name: {"$ref": "#"} for name in "abcd"}, "type": ["array", "object"]},
]


@pytest.mark.parametrize("schema", _HOSTILE)
def test_a_hostile_schema_is_read_in_bounded_time(schema: dict[str, Any]) -> None:
    shape = shape_of_schema(schema)
    expression = parse_expression("input" + ".a" * 30 + "[]" * 10)
    shape_of(expression, {"input": shape})
    mismatch(shape, schema)


def test_a_hostile_expression_is_walked_in_bounded_time() -> None:
    doubled = parse_expression("|".join(["[@,@]"] * 40))
    shape, _ = shape_of(doubled, {"input": shape_of_schema({})})
    target: Json = {"type": "array", "items": {"$ref": "#"}}
    assert is_object(target)
    mismatch(shape, target)
    shape_of(parse_expression("input" + ".[@,@][]" * 20), {"input": shape_of_schema({"type": "object"})})
