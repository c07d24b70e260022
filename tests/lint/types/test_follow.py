"""What expressions give, and which of their paths lead nowhere."""

import pytest

from callsheet.lint.types.describe import describe
from callsheet.lint.types.faults import Fault, MissingMember, NotAList, NotAnObject
from callsheet.lint.types.follow import shape_of
from callsheet.lint.types.from_schema import shape_of_schema
from callsheet.lint.types.look import items_of, member, object_shape
from callsheet.lint.types.of_value import shape_of_value
from callsheet.lint.types.shape import UNKNOWN, Shape, Unknown
from callsheet.scenario.expressions import parse_expression
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.values import parse_value

ARTICLE: JsonObject = {
    "type": "object",
    "required": ["url", "words"],
    "properties": {
        "url": {"type": "string"},
        "words": {"type": "integer"},
        "score": {"type": "number"},
        "published": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "replies": {"type": "array", "items": {"$ref": "#/$defs/Article"}},
        "kind": {"enum": ["news", "blog"]},
    },
}
SEARCH: JsonObject = {
    "type": "object",
    "required": ["candidates", "total"],
    "properties": {
        "candidates": {"type": "array", "items": {"$ref": "#/$defs/Article"}},
        "best": {"$ref": "#/$defs/Article"},
        "total": {"type": "integer"},
        "meta": {"type": "object", "properties": {"took": {"type": "number"}}, "additionalProperties": False},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "raw": {"type": "object"},
        "maybe": {"properties": {"deep": {"type": "boolean"}}},
    },
    "$defs": {"Article": ARTICLE},
}
"""As pydantic writes it, but for `meta`: silent about other properties."""

ROOTS: dict[str, Shape] = {
    "input": shape_of_schema({"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]}),
    "steps": object_shape({"search": object_shape({"output": shape_of_schema(SEARCH)})}),
}


def told(source: str) -> tuple[str, list[Fault]]:
    shape, faults = shape_of(parse_expression(source.replace("OUT", "steps.search.output")), ROOTS)
    return describe(shape), faults


@pytest.mark.parametrize(
    ("source", "phrase"),
    [
        ("input.url", "a text"),
        ("OUT", "an object"),
        ("OUT.total", "an integer"),
        ("OUT.candidates", "a list of objects"),
        ("OUT.candidates[0]", "an object or null"),
        ("OUT.candidates[0].url", "a text or null"),
        ("OUT.candidates[*].url", "a list of texts"),
        ("OUT.candidates[].replies[].replies[].words", "a list of integers"),
        ("OUT.candidates[].published", "a list of texts"),
        ("OUT.candidates[?words > `3`].score", "a list of numbers"),
        ("OUT.candidates[1:].words | [0]", "an integer or null"),
        ("OUT.best.kind", "one of 'blog', 'news' or null"),
        ("OUT.best.kind || 'none'", "one of 'blog', 'news', 'none'"),
        ("OUT.labels.anything", "a text or null"),
        ("OUT.labels.*", "a list of texts or null"),
        ("OUT.maybe.deep", "a boolean or null"),
        ("OUT.raw.some.thing", "any value"),
        ("OUT.total && 'x'", "the text 'x'"),
        ("OUT.best.published && 'x'", "one of '', 'x' or null"),
        ("!(OUT.total)", "false"),
        ("OUT.total == `1`", "a boolean"),
        ("OUT.best.score > `1`", "a boolean or null"),
        ("[OUT.total, input.url]", "a list"),
        ("[OUT.total, input.url][1]", "a text"),
        ("[OUT.total, input.url] | [-1]", "a text"),
        ("{a: input.url}.a", "a text"),
        ('`{"a": [1, 2.5]}`.a[1]', "the number 2.5"),
        ("OUT.best.[url, words]", "a list or null"),
        ("sort_by(OUT.candidates, &words)[0].url", "a text or null"),
        ("min_by(OUT.candidates, &words).url", "a text or null"),
        ("map(&words, OUT.candidates)", "a list of integers"),
        ("group_by(OUT.candidates, &url).x[0].words", "an integer or null"),
        ("items(OUT.labels || `{}`)[0]", "a list of texts or null"),
        ("from_items(items(OUT.labels || `{}`)).x", "a text or null"),
        ("keys(OUT)", "a list of texts"),
        ("length(OUT.candidates)", "an integer"),
        ("avg(OUT.candidates[].score)", "a number or null"),
        ("sum(OUT.candidates[].words)", "an integer"),
        ("add(OUT.total, `1`)", "an integer"),
        ("divide(OUT.total, `2`)", "a number"),
        ("split(input.url, '/')[2]", "a text or null"),
        ("unique(OUT.candidates[].url)", "a list of texts"),
        ("not_null(OUT.best.published, input.url)", "a text"),
        ("merge(OUT, {total: 'x'}).total", "the text 'x'"),
        ("merge(OUT, {total: 'x'}).candidates", "a list of objects"),
        ("to_number(input.url)", "a number or null"),
        ("type(OUT.total)", "the text 'number'"),
        ("to_array(input.url)", "a list of texts"),
        ("OUT.candidates[?url == root().input.url].words", "a list of integers"),
        ("input.url.x", "any value"),
        ("elsewhere.x", "any value"),
    ],
)
def test_an_expression_gives(source: str, phrase: str) -> None:
    assert told(source)[0] == phrase


OUT = "steps.search.output"


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("OUT.meta.tok", MissingMember(f"{OUT}.meta", "tok", ("took",), certain=True)),
        ("OUT.meta.tok || 'x'", MissingMember(f"{OUT}.meta", "tok", ("took",), certain=True)),
        ("OUT.candidates[*].words.x", NotAnObject(f"{OUT}.candidates[*].words", "x", "an integer")),
        ("OUT.candidates.url", NotAnObject(f"{OUT}.candidates", "url", "a list of objects")),
        ("OUT.best.words.deep", NotAnObject(f"{OUT}.best.words", "deep", "an integer or null")),
        ("OUT.total[0]", NotAList(f"{OUT}.total", "an integer")),
        ("OUT.best[]", NotAList(f"{OUT}.best", "an object or null")),
        ("OUT.best[*].url", NotAList(f"{OUT}.best", "an object or null")),
        ("OUT.best[?url]", NotAList(f"{OUT}.best", "an object or null")),
        ("OUT.candidates.*", NotAnObject(f"{OUT}.candidates", "*", "a list of objects")),
        ("{a: input.url}.b", MissingMember("the object", "b", ("a",), certain=True)),
        ("sort_by(OUT.candidates, &url.x)", NotAnObject(f"{OUT}.candidates[*].url", "x", "a text")),
        ("OUT.candidates[?url.x]", NotAnObject(f"{OUT}.candidates[*].url", "x", "a text")),
        ("!OUT.total", NotAnObject("the result", "search", "false")),
        ("OUT.candidates[].[url.x]", NotAnObject(f"{OUT}.candidates[*].url", "x", "a text")),
        ("length(OUT.meta.gone[0].x)", MissingMember(f"{OUT}.meta", "gone", ("took",), certain=True)),
    ],
)
def test_a_path_that_certainly_leads_nowhere_is_told_once(source: str, fault: Fault) -> None:
    assert told(source)[1] == [fault]
    assert fault.certain


@pytest.mark.parametrize("source", ["OUT.canddates", "OUT.candidates[*].title", "min_by(OUT.candidates, &date)"])
def test_a_name_that_is_only_not_declared_is_not_certain(source: str) -> None:
    (fault,) = told(source)[1]
    assert isinstance(fault, MissingMember)
    assert not fault.certain
    assert "candidates" in fault.known or "words" in fault.known


@pytest.mark.parametrize(
    "source",
    [
        "OUT.labels.anything",
        "OUT.raw.anything",
        "OUT.canddates || `[]`",
        "OUT.candidates[?title].url",
        "OUT.candidates[?date != `null`].url",
        "not_null(OUT.title, 'x')",
        "!(OUT.title)",
        "`null`.x",
        "vars.x.y.z",
        "`[]`[*].name.first",
        "input | url",
    ],
)
def test_what_may_exist_or_is_asked_for_is_no_fault(source: str) -> None:
    assert told(source)[1] == []


_ALTERNATIVES: list[tuple[Json, list[bool]]] = [
    ({"anyOf": [ARTICLE | {"additionalProperties": False}, {"type": "null"}]}, [True]),
    ({"anyOf": [{**ARTICLE, "additionalProperties": False}, {"type": "object"}]}, []),
    ({"anyOf": [ARTICLE, {"type": "string"}]}, [False]),
    ({"allOf": [ARTICLE, {"properties": {"title": {}}}]}, []),
    ({**ARTICLE, "patternProperties": {"^t": {}}}, []),
    ({**ARTICLE, "if": {}, "then": {"properties": {"title": {}}}}, []),
    ({**ARTICLE, "additionalProperties": True}, []),
    ({**ARTICLE, "properties": {"url": {}, "title": False}}, [True]),
    ({**ARTICLE, "allOf": [{"$ref": "https://example.org/more"}]}, []),
    ({**ARTICLE, "additionalProperties": False, "patternProperties": {"^t": {}}}, []),
    ({"const": {"url": 1}}, [True]),
    ({"type": ["string", "integer"]}, [True]),
    ({"type": "null"}, []),
    (False, []),
    ({"$schema": "http://json-schema.org/draft-04/schema#", **ARTICLE, "additionalProperties": False}, []),
    ({"$schema": "http://json-schema.org/draft-07/schema#", **ARTICLE}, [False]),
]


@pytest.mark.parametrize(("schema", "certain"), _ALTERNATIVES)
def test_a_member_is_missing_only_when_no_alternative_can_have_it(schema: Json, certain: list[bool]) -> None:
    _, faults = shape_of(parse_expression("input.title"), {"input": shape_of_schema(schema)})
    assert [fault.certain for fault in faults] == certain


PAIRS: JsonObject = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["b"]},
}


@pytest.mark.parametrize(
    ("schema", "source", "phrase"),
    [
        (PAIRS, "input[0].b", "an integer"),
        (PAIRS, "input[*].b | [0]", "an integer"),
        (PAIRS, "input[*].a | [0]", "a text or null"),
        (PAIRS, "input[?b > `1`].b | [0]", "an integer or null"),
        (PAIRS, "input[1].b", "an integer or null"),
        (PAIRS, "input[-1].b", "an integer"),
        (PAIRS, "max_by(input, &b).b", "an integer"),
        (PAIRS, "input[:2] | [0].b", "an integer or null"),
        ({"prefixItems": [{"const": "x"}], "items": {"type": "number"}, "type": "array"}, "input[0]",
         "the text 'x' or null"),
        ({"prefixItems": [{"const": "x"}], "items": {"type": "number"}, "type": "array"}, "input[1]",
         "a number or null"),
        ({"items": [{"const": "x"}], "type": "array"}, "input[0]", "any value"),
        ({"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"type": "string"}}}]}, "input.a",
         "a text"),
        ({"allOf": [{"properties": {"a": {"type": "number"}}}, {"properties": {"a": {"type": ["integer", "null"]}}}],
          "required": ["a"], "type": "object"}, "input.a", "an integer"),
        ({"type": "object", "oneOf": [{"properties": {"a": {"const": 1}}, "required": ["a"]},
                                      {"properties": {"a": {"const": "x"}}, "required": ["a"]}]}, "input.a",
         "the number 1 or the text 'x'"),
    ],
)  # fmt: skip
def test_a_schema_says(schema: JsonObject, source: str, phrase: str) -> None:
    shape, faults = shape_of(parse_expression(source), {"input": shape_of_schema(schema)})
    assert (describe(shape), faults) == (phrase, [])


def test_a_reference_of_draft_7_hides_what_stands_beside_it() -> None:
    schema: JsonObject = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "properties": {"a": {"$ref": "#/definitions/text", "type": "integer"}},
        "definitions": {"text": {"type": "string"}},
    }
    assert describe(member(shape_of_schema(schema), "a")) == "a text or null"


def test_shapes_can_be_looked_into() -> None:
    output = shape_of_schema(SEARCH)
    assert describe(items_of(member(output, "candidates"))) == "an object"
    assert isinstance(items_of(member(output, "total")), Unknown)
    assert describe(member(items_of(member(output, "candidates")), "words")) == "an integer"
    assert isinstance(member(UNKNOWN, "x"), Unknown)


def test_faults_of_a_value_have_the_pointers_of_their_expressions() -> None:
    value = parse_value(
        {
            "a": {"from": "steps.search.output.meta.x"},
            "b": [{"template": "${input.url.x}"}],
            "c": {"from": "steps.search.output.nowhere", "default": {"from": "input.url.y"}},
            "d": {"const": {"from": "nowhere"}},
        }
    )
    shape, faults = shape_of_value(value, ROOTS)
    assert [(pointer, fault.certain) for pointer, fault in faults] == [
        ("/a/from", True),
        ("/b/0/template", True),
        ("/c/default/from", True),
    ]
    assert describe(member(shape, "b")) == "a list of texts"
    assert describe(member(member(shape, "d"), "from")) == "the text 'nowhere'"
