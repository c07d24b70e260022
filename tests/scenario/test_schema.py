"""JSON Schema: what is wrong with a value, and what a hostile schema or value may cost.

How long things take is measured by hand; asserted here is what bounds it.
"""

import json

import pytest

from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.patterns import MAX_WEIGHT, weight
from callsheet.scenario.schema import MAX_UNFOLDED, Schema, SchemaInvalid
from callsheet.scenario.schema_cost import affordable, unfolded
from callsheet.scenario.schema_graph import SchemaGraph


def nested(depth: int, leaf: Json) -> Json:
    for _ in range(depth):
        leaf = {"x": leaf}
    return leaf


def chain(length: int, link: str = "allOf") -> JsonObject:
    """Definitions of which each applies the next one twice."""
    definitions: JsonObject = {
        f"a{n}": {link: [{"$ref": f"#/$defs/a{n + 1}"}, {"$ref": f"#/$defs/a{n + 1}"}]} for n in range(length)
    }
    return {"$ref": "#/$defs/a0", "$defs": {**definitions, f"a{length}": {"type": "integer"}}}


TREE: JsonObject = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#"}}},
    "additionalProperties": False,
}

GRAMMAR: JsonObject = {
    "$ref": "#/$defs/expression",
    "$defs": {
        "expression": {
            "oneOf": [{"type": "number"}, *({"$ref": f"#/$defs/{op}"} for op in ("add", "sub", "mul", "div"))]
        },
        **{
            op: {
                "type": "object",
                "required": ["op", "left", "right"],
                "properties": {
                    "op": {"const": op},
                    "left": {"$ref": "#/$defs/expression"},
                    "right": {"$ref": "#/$defs/expression"},
                },
            }
            for op in ("add", "sub", "mul", "div")
        },
    },
}


def tree(depth: int) -> JsonObject:
    return {"name": "n", "children": [tree(depth - 1), tree(depth - 1)] if depth else []}


def formula(depth: int, op: str) -> Json:
    return {"op": op, "left": formula(depth - 1, op), "right": formula(depth - 1, op)} if depth else 1


def test_what_is_wrong_has_a_place_and_a_sentence() -> None:
    schema = Schema({"properties": {"a/b": {"type": "array", "items": {"type": "integer"}}}, "required": ["c"]})
    assert schema.problems({"a/b": [1], "c": 1}) == ()
    problems = schema.problems({"a/b": [1, "x"]})
    assert [problem.pointer for problem in problems] == ["", "/a~1b/1"]
    assert problems[1].message == '"x" is not of type "integer".'


def test_fifty_problems_at_most_are_told() -> None:
    assert len(Schema({"items": {"type": "integer"}}).problems(list[Json](["x"] * 100))) == 50


@pytest.mark.parametrize("depth", [0, 3, 10])
def test_recursive_schemas_are_usual(depth: int) -> None:
    assert Schema(TREE).problems(tree(depth)) == ()
    assert Schema(GRAMMAR).problems(formula(depth, "mul")) == ()


def test_a_large_ordinary_value_is_checked() -> None:
    row: JsonObject = {"id": 1, "name": "x", "tags": ["a", "b"], "nested": {"a": 1, "b": None}}
    fields: JsonObject = {
        "id": {"type": "integer", "minimum": 0},
        "name": {"anyOf": [{"type": "string", "pattern": "^[a-z]+$"}, {"type": "null"}]},
        "tags": {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True},
        "nested": {"type": "object", "additionalProperties": {"type": ["integer", "null"]}},
    }
    schema = Schema({"type": "array", "items": {"type": "object", "properties": fields, "required": ["id"]}})
    assert schema.problems(list[Json]([row] * 10_000)) == ()


def test_a_fault_in_a_deep_grammar_is_told_without_looking_at_every_alternative() -> None:
    problems = Schema(GRAMMAR).problems(formula(10, "mod"))
    assert [problem.pointer for problem in problems] == [""]
    assert "too large together to say where" in problems[0].message
    assert len(Schema(TREE).problems({"name": "n", "children": [{"name": 1}, {}]})) == 2


@pytest.mark.parametrize("link", ["allOf", "anyOf", "oneOf"])
def test_a_schema_that_unfolds_is_refused(link: str) -> None:
    with pytest.raises(SchemaInvalid, match="LimitExceeded: schema"):
        Schema(chain(25, link))
    assert Schema(chain(5, link)).problems("x") != ()


@pytest.mark.parametrize(
    "again",
    [
        {"if": {"$ref": "#/$defs/N"}, "then": {"$ref": "#/$defs/N"}},
        {"not": {"$ref": "#/$defs/N"}, "else": {"$ref": "#/$defs/N"}, "if": True},
        {"$ref": "#/$defs/N", "dependentSchemas": {"x": {"$ref": "#/$defs/N"}}},
        {"$ref": "#N", "$dynamicRef": "#N"},
        {"allOf": [{"$ref": "https://example.org/N"}, {"$ref": "/N"}]},
        {"properties": {"x": {"allOf": [{"$ref": "#/$defs/N"}, {"$ref": "#/$defs/N"}]}}},
        {"patternProperties": {"x": {"$ref": "#/$defs/N"}, "^x": {"$ref": "#/$defs/N"}}},
        {"items": {"$ref": "#/$defs/N"}, "contains": {"$ref": "#/$defs/N"}},
        {"unevaluatedProperties": False, "allOf": [{"$ref": "#/$defs/N"}]},
    ],
)
def test_every_way_to_apply_a_schema_twice_is_counted(again: JsonObject) -> None:
    text = json.dumps(again)
    definitions: JsonObject = {}
    for number in range(25):
        with_id = {"$id": f"https://example.org/a{number}"} if "example.org" in text else {}
        named = {"$anchor": f"a{number}", "$dynamicAnchor": f"a{number}"} if '"#N"' in text else {}
        body = json.loads(text.replace("/N", f"/a{number + 1}").replace("#N", f"#a{number + 1}"))
        definitions[f"a{number}"] = {**with_id, **named, **body}
    graph = SchemaGraph({"$id": "https://example.org/root", "$ref": "#/$defs/a0", "$defs": {**definitions, "a25": {}}})
    assert unfolded(graph) > MAX_UNFOLDED


def test_recursion_counts_once_where_the_validator_remembers() -> None:
    doubling: JsonObject = {"type": "object", "properties": {"x": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}}
    assert Schema(doubling).problems(nested(60, {})) == ()
    assert [problem.pointer for problem in Schema(doubling).problems(nested(60, 1))] == [""]
    assert not affordable(SchemaGraph(doubling), nested(60, 1), 10_000)
    assert affordable(SchemaGraph(doubling), nested(5, 1), 10_000)


def test_a_schema_with_too_many_subschemas_is_refused() -> None:
    with pytest.raises(SchemaInvalid, match="more than 5000 subschemas"):
        Schema({"properties": {f"k{number}": {} for number in range(5_000)}})
    assert Schema({"properties": {f"k{number}": {} for number in range(4_999)}}).problems({"k1": 1}) == ()


def test_a_schema_that_is_only_itself_ends() -> None:
    assert Schema({"$ref": "#"}).problems(1) == ()
    assert Schema({"allOf": [{"$ref": "#"}, {"$ref": "#"}]}).problems([1]) == ()


COSTLY: list[tuple[JsonObject, Json]] = [
    ({"items": {"anyOf": [{"const": number} for number in range(3_000)]}}, list[Json](range(2_000))),
    ({"items": {"enum": [{"a": number} for number in range(5_000)]}}, [{"a": number} for number in range(1_000)]),
    ({"patternProperties": {f"k{n}$": {} for n in range(1_000)}}, {f"y{n}": 1 for n in range(3_000)}),
]


@pytest.mark.parametrize(("schema", "value"), COSTLY)
def test_a_value_that_costs_too_much_to_check_is_refused(schema: JsonObject, value: Json) -> None:
    problems = Schema(schema).problems(value)
    assert [problem.pointer for problem in problems] == [""]
    assert "LimitExceeded: schema" in problems[0].message


@pytest.mark.parametrize("pattern", ["(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", r"(a)\1", "(", "a{2,1}"])
def test_a_pattern_that_is_none_or_needs_backtracking_is_refused(pattern: str) -> None:
    with pytest.raises(SchemaInvalid, match=r"cannot be used as a pattern: .*look-around or a backreference") as caught:
        Schema({"properties": {"a": {"pattern": pattern}}})
    assert caught.value.pointer == "/properties/a/pattern"


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "(a{1000}){1000}",
            r"(\p{L}{30}){10}",
            r"\s" * 500,
            r"\w" * 500,
            "a" * 200_000,
            "((((((a?){9}){9}){9}){9}){9}){9}",
        ),
        *(".{20000}", r"[\p{L}\p{N}]{200}", "(a|b){,}{50000}{9}", "x{99999999999}"),
    ],
)
def test_a_pattern_that_takes_long_to_compile_is_refused(pattern: str) -> None:
    with pytest.raises(SchemaInvalid, match=r"too large to compile.*LimitExceeded"):
        Schema({"pattern": pattern})
    with pytest.raises(SchemaInvalid, match="too large to compile"):
        Schema({"patternProperties": {pattern: {}}})


def test_many_patterns_are_weighed_together() -> None:
    def many(count: int) -> JsonObject:
        return {"properties": {f"k{n}": {"pattern": rf"^\p{{L}}{{90}}{n}"} for n in range(count)}}

    Schema(many(1))
    with pytest.raises(SchemaInvalid, match="too large to compile"):
        Schema(many(1_000))


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        r"^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}$",
        r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$",
        r"^https?://[^\s/$.?#][^\s]*$",
        "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$",
        r"^\p{L}+$",
        "^.{1,500}$",
    ],
)
def test_usual_patterns_are_far_from_the_limit(pattern: str) -> None:
    assert weight(pattern) < MAX_WEIGHT / 20
    Schema({"pattern": pattern})


def test_a_pattern_of_nested_quantifiers_takes_linear_time() -> None:
    schema = Schema({"pattern": "^(a+)+$"})
    assert schema.problems("a" * 100_000) == ()
    assert schema.problems("a" * 100_000 + "!") != ()


@pytest.mark.parametrize("schema", [{"type": 5}, {"$ref": "#/gone"}, {"$ref": "https://example.org/x"}, {"allOf": 1}])
def test_what_is_no_schema_is_refused(schema: JsonObject) -> None:
    with pytest.raises(SchemaInvalid):
        Schema(schema)


def test_the_schema_of_schemas_can_be_used() -> None:
    schema = Schema({"$ref": "https://json-schema.org/draft/2020-12/schema"})
    assert schema.problems(GRAMMAR) == ()
    assert schema.problems({"type": 5}) != ()


NO_URIS: list[JsonObject] = [
    {"$ref": "http://127.0.]0#1:1/schema"},
    {"$id": "http://[", "type": "string"},
    {"$id": "http://a/b", "properties": {"x": {"$ref": "//["}}},
    {"$ref": "#/allOf/" + "9" * 5_000, "allOf": [{}]},
]


@pytest.mark.parametrize(
    "schema",
    NO_URIS,
)
def test_a_name_that_is_none_is_a_fault_of_the_schema(schema: JsonObject) -> None:
    with pytest.raises(SchemaInvalid):
        Schema(schema)
