"""Values: literals, `from`, `template`, `const`, and what they evaluate to."""

import pytest
from hypothesis import given

from callsheet.scenario.expressions import EvaluationFailed, EvaluationLimitExceeded
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.values import (
    MISSING,
    Literal,
    Missing,
    ValueInvalid,
    evaluate,
    expressions,
    parse_fields,
    parse_value,
)
from tests.support.json_values import QUICK, json_values

ROOTS: JsonObject = {
    "input": {"url": "u", "none": None, "n": 3, "list": [1, 2]},
    "steps": {"a": {"output": {"x": [True]}}},
}


def value_of(source: Json) -> Json | Missing:
    return evaluate(parse_value(source), ROOTS)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (5, 5),
        ("${input.url}", "${input.url}"),
        ({"from": "input.url"}, "u"),
        ({"from": "steps.a.output"}, {"x": [True]}),
        ({"from": "input.gone", "default": 7}, 7),
        ({"from": "input.none", "default": {"from": "input.n"}}, 3),
        ({"from": "input.gone", "default": None}, None),
        ({"from": "input.gone", "default": {"from": "input.gone"}}, MISSING),
        ({"from": "input.gone"}, MISSING),
        ({"a": {"from": "input.gone"}, "b": 1}, {"b": 1}),
        ([{"from": "input.gone"}, 1], [None, 1]),
        ({"const": {"from": "input.url"}}, {"from": "input.url"}),
        ([{"const": 1}], [1]),
        ([[{"const": {"from": "x"}}]], [[{"from": "x"}]]),
        ({"a": [{"b": {"const": None}}]}, {"a": [{"b": None}]}),
        ({"from": "input.url", "other": 1}, {"from": "input.url", "other": 1}),
        ({"const": 1, "default": 2}, {"const": 1, "default": 2}),
        ({"default": {"from": "input.n"}}, {"default": 3}),
        ({"template": "plain"}, "plain"),
        ({"template": "a ${input.url}/${input.n}"}, "a u/3"),
        ({"template": "$${input.url} $ {x} $"}, "${input.url} $ {x} $"),
        ({"template": "$$${input.url}"}, "$${input.url}"),
        ({"template": "${input.list} ${{a: input.n}.a} ${'}'} ${`\"}\"`}"}, "[1,2] 3 } }"),
        ({"template": ""}, ""),
    ],
)
def test_a_value_evaluates(source: Json, value: Json | Missing) -> None:
    assert value_of(source) == value


@pytest.mark.parametrize(
    ("source", "code", "pointer", "says"),
    [
        ({"a": [{"from": "input."}]}, "E111", "/a/0/from", "ends too early"),
        ({"a/b": {"template": "${input"}}, "E111", "/a~1b/template", "not closed"),
        ({"template": "${}"}, "E111", "/template", "expression"),
        ({"from": 5}, "E110", "", "takes a text"),
        ({"template": {"from": "x"}}, "E110", "", "const"),
        ({"from": "input.a", "default": {"from": "("}}, "E111", "/default/from", "ends too early"),
    ],
)
def test_a_form_that_cannot_be_read_has_a_place(source: Json, code: str, pointer: str, says: str) -> None:
    with pytest.raises(ValueInvalid, match=says) as caught:
        parse_value(source)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


def test_a_hole_without_a_value_is_an_error() -> None:
    with pytest.raises(EvaluationFailed, match=r"input\.gone"):
        value_of({"template": "x ${input.gone}"})


def test_the_input_of_a_step_is_never_a_form_itself() -> None:
    fields = parse_fields({"from": {"from": "input.url"}, "const": {"const": 1}})
    assert evaluate(fields, ROOTS) == {"from": "u", "const": 1}


def test_a_template_with_many_holes_is_measured_while_it_is_filled() -> None:
    template = parse_value({"template": "${input}" * 1_000})
    with pytest.raises(EvaluationLimitExceeded, match="LimitExceeded"):
        evaluate(template, {"input": "x" * 1_000_000})


def test_the_expressions_of_a_value_have_their_places() -> None:
    source: Json = {
        "a": [1, {"from": "input.x", "default": {"from": "input.y"}}],
        "b/c": {"template": "${input.z} ${vars.w}"},
        "d": {"const": {"from": "input.never"}},
    }
    found = [(expression.source, pointer) for expression, pointer in expressions(parse_value(source), "/input")]
    assert found == [
        ("input.x", "/input/a/1/from"),
        ("input.y", "/input/a/1/default/from"),
        ("input.z", "/input/b~1c/template"),
        ("vars.w", "/input/b~1c/template"),
    ]


@QUICK
@given(json_values())
def test_const_gives_any_value_back_as_it_is(value: Json) -> None:
    assert evaluate(parse_value({"const": value}), {}) == value
    assert evaluate(parse_value([{"k": [{"const": value}]}]), {}) == [{"k": [value]}]


@QUICK
@given(json_values())
def test_json_without_forms_is_literal(value: Json) -> None:
    assert parse_value({"outer": value}) == Literal({"outer": value})
