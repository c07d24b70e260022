"""What a step gives against what a tool takes."""

import pytest

from callsheet.lint.types.fits import Mismatch, mismatch
from callsheet.lint.types.from_schema import shape_of_schema
from callsheet.lint.types.literals import shape_of_literal
from callsheet.lint.types.look import object_shape
from callsheet.lint.types.of_value import shape_of_value
from callsheet.lint.types.shape import Text
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.values import parse_value

TEXT: JsonObject = {"type": "string"}
INTEGER: JsonObject = {"type": "integer"}
NUMBER: JsonObject = {"type": "number"}
TEXTS: JsonObject = {"type": "array", "items": TEXT}
POINT: JsonObject = {
    "type": "object",
    "required": ["x", "y"],
    "properties": {"x": NUMBER, "y": NUMBER, "name": TEXT},
    "additionalProperties": False,
}


def maybe(schema: JsonObject) -> JsonObject:
    return {"anyOf": [schema, {"type": "null"}]}


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (TEXT, INTEGER, Mismatch("", "a text", "an integer")),
        (POINT, TEXT, Mismatch("", "an object", "a text")),
        (TEXTS, TEXT, Mismatch("", "a list of texts", "a text")),
        (TEXT, TEXTS, Mismatch("", "a text", "a list of texts")),
        ({"type": "null"}, TEXT, Mismatch("", "null", "a text")),
        (TEXT, maybe(INTEGER), Mismatch("", "a text", "an integer or null")),
        (maybe(TEXT), INTEGER, Mismatch("", "a text", "an integer")),
        (maybe(TEXT), maybe(INTEGER), Mismatch("", "a text", "an integer or null", certain=False)),
        ({"enum": ["a", "b"]}, {"enum": ["c", 1]}, Mismatch("", "one of 'a', 'b'", "the text 'c' or the number 1")),
        ({"const": True}, {"const": False}, Mismatch("", "true", "false")),
        ({"type": ["string", "boolean"]}, NUMBER, Mismatch("", "a text or a boolean", "a number")),
        (TEXTS, {"type": "array", "items": INTEGER}, Mismatch("/0", "a text", "an integer", certain=False)),
        ({**TEXTS, "minItems": 1}, {"type": "array", "items": INTEGER}, Mismatch("/0", "a text", "an integer")),
        (
            {"type": "object", "properties": {"x": TEXT}},
            {"type": "object", "properties": {"x": NUMBER}},
            Mismatch("/x", "a text", "a number", certain=False),
        ),
        ({"type": "object", "properties": {"x": TEXT}}, POINT, Mismatch("/x", "a text", "a number")),
        ({**POINT, "required": []}, {"type": "object", "required": ["z"]},
         Mismatch("", "an object without 'z'", "an object with 'z'")),
        (TEXT, False, Mismatch("", "a text", "no value")),
    ],
)  # fmt: skip
def test_what_never_fits_is_told(source: JsonObject, target: JsonObject, expected: Mismatch) -> None:
    assert mismatch(shape_of_schema(source), target) == expected


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (NUMBER, INTEGER),
        (INTEGER, NUMBER),
        (maybe(TEXT), TEXT),
        (TEXT, {"enum": ["a"]}),
        ({"enum": ["a", "b"]}, {"enum": ["b", "c"]}),
        ({"type": ["string", "integer"]}, INTEGER),
        ({}, INTEGER),
        (TEXT, {}),
        (False, TEXT),
        ({"type": "object"}, POINT),
        (POINT, POINT),
        (maybe(POINT), POINT),
        (TEXT, {"$ref": "https://example.org/other"}),
        (TEXT, {"anyOf": [INTEGER, {"minLength": 2}]}),
        (TEXT, {"not": INTEGER}),
        ({"type": "object", "properties": {"a_1": TEXT}}, {"patternProperties": {"^a": INTEGER}, "type": "object"}),
    ],
)
def test_what_may_fit_is_not_told(source: JsonObject, target: JsonObject) -> None:
    assert mismatch(shape_of_schema(source), target) is None


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        (1.0, INTEGER, None),
        (1.5, INTEGER, Mismatch("", "the number 1.5", "an integer")),
        ("x", {"enum": ["a", "b"]}, Mismatch("", "the text 'x'", "one of 'a', 'b'")),
        ({"x": 1, "y": 2.5}, POINT, None),
        ({"x": 1, "y": "2"}, POINT, Mismatch("/y", "the text '2'", "a number")),
        ({"x": 1}, POINT, Mismatch("", "an object without 'y'", "an object with 'y'")),
        ({"x": 1, "y": 2, "z/": 3}, POINT, Mismatch("/z~1", "the number 3", "nothing")),
        ({"p": [{"x": 1, "y": 2}, {"x": 1, "y": None}]}, {"properties": {"p": {"items": POINT}}},
         Mismatch("/p/1/y", "null", "a number")),
        ([], {"type": "array", "minItems": 1},
         Mismatch("", "a list of at most 0 elements", "a list of at least 1 element")),
        ([1, "x"], TEXTS, Mismatch("/0", "the number 1", "a text")),
        ([], TEXTS, None),
    ],
)  # fmt: skip
def test_a_literal_is_compared_in_all_its_parts(value: Json, target: JsonObject, expected: Mismatch | None) -> None:
    assert mismatch(shape_of_literal(value), target) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"x": {"from": "input.number"}, "y": {"from": "input.number"}}, None),
        ({"x": {"from": "input.number"}, "y": {"from": "input.text"}}, Mismatch("/y", "a text", "a number")),
        ({"x": 1, "y": {"template": "${input.number}"}}, Mismatch("/y", "a text", "a number")),
        ({"x": 1, "y": {"from": "input.maybe", "default": 1}}, None),
        ({"x": 1, "y": {"from": "input.maybe", "default": "1"}}, Mismatch("/y", "a text", "a number")),
        ({"x": 1, "y": 1, "name": {"from": "input.maybe"}}, None),
        ({"x": 1, "y": 1, "name": {"from": "input.many"}}, Mismatch("/name", "a list", "a text", certain=False)),
        ({"x": 1, "y": {"from": "`null`"}}, Mismatch("", "an object without 'y'", "an object with 'y'")),
        ({"x": 1, "y": {"from": "input.unheard.of"}}, None),
    ],
)
def test_the_arguments_of_a_step_are_compared_with_what_its_tool_takes(value: Json, expected: Mismatch | None) -> None:
    properties: JsonObject = {"number": NUMBER, "text": TEXT, "maybe": maybe(TEXT), "many": {"type": "array"}}
    schema: JsonObject = {"type": "object", "properties": properties, "required": ["number", "text"]}
    shape, _ = shape_of_value(parse_value(value), {"input": shape_of_schema(schema)})
    assert mismatch(shape, POINT) == expected


def test_a_missing_argument_is_told_only_where_it_cannot_come_from_elsewhere() -> None:
    assert mismatch(object_shape({"x": Text()}, closed=False), {"type": "object", "required": ["y"]}) is None
    assert mismatch(object_shape({"x": Text()}), {"type": "object", "required": ["y"]}) is not None
