"""Expressions: the language as it is documented, and what one evaluation may cost."""

import contextlib

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.scenario.expressions import (
    EvaluationFailed,
    EvaluationLimitExceeded,
    ExpressionInvalid,
    parse_expression,
)
from callsheet.scenario.json import Json, JsonObject, check_json
from tests.support.json_values import QUICK

ROOTS: JsonObject = {
    "a": [{"a": 1, "b": [None, "x"]}, 2, "s"],
    "q": {"a": {"a": True}},
    "xs": [{"n": 2, "s": "b"}, {"n": 1, "s": ""}, {"n": 3}],
}


def search(source: str, roots: JsonObject | None = None) -> Json:
    return parse_expression(source).evaluate(roots or {})


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("a.b", 1),
        ("a.gone.deeper", None),
        ("gone", None),
        ('"null"', "field"),
        ("null", "field"),
        ("`null`", None),
        ("xs[?n > `1`].s", ["b", "c"]),
        ("xs[?n > `1`] | [0].s", "b"),
        ("min_by(xs, &n).s", "a"),
        ("xs[?published != `null`]", []),
        ("join(', ', xs[].s)", "a, b, c"),
        ("to_string(a)", '{"b":1}'),
        ("to_string('x')", "x"),
        ("reverse('abc')", "cba"),
        ("contains(xs[].s, 'b')", True),
        ("contains('abc', 'b')", True),
        ("contains('abc', `1`)", False),
        ('a == `{"b": 1}`', True),
        ("gone < `1`", None),
        ("'a' < 'b'", True),
        ("length(xs)", 3),
        ("{x: a.b, y: gone}", {"x": 1, "y": None}),
        ("not_null(gone, a.b)", 1),
        ("xs[-1].n", 3),
        ("xs[99999999999999999999]", None),
    ],
)
def test_an_expression_gives_what_jmespath_says(source: str, value: Json) -> None:
    xs: Json = [{"n": 1, "s": "a"}, {"n": 2, "s": "b"}, {"n": 3, "s": "c"}]
    assert search(source, {"a": {"b": 1}, "xs": xs, "null": "field"}) == value


@pytest.mark.parametrize(
    ("source", "column", "says"),
    [
        ("", 1, "not an expression"),
        ("a.", 3, "ends too early"),
        ("a..b", 3, "unexpected"),
        ("a b", 3, "unexpected"),
        ("a = b", 3, "'='"),
        ("'open", 1, "unclosed"),
        ("`foo`", 1, "not JSON"),
        ("x == `nul`", 6, "single quotes"),
        ("`NaN`", 1, "not JSON"),
        ("a == `12345678901234567890`", 6, "64 bits"),
        ('`"\\ud800"`', 1, "surrogate"),
        ("a.[lenght, lenght(a)]", 12, "Did you mean 'length"),
        ("&a", 1, "&"),
        ("[&a]", 2, "&"),
        ("to_string(&a)", 11, "&"),
        ("a || map(n, xs)", 6, "an expression with '&' as argument 1"),
        ("a && length()", 6, "takes 1 argument, not 0"),
        ("not_null()", 1, "takes at least 1 argument, not 0"),
        ("root(a)", 1, "takes 0 arguments, not 1"),
        ("xs[::0]", 1, "steps of 0"),
        ('a.{b: c, "\\ud800": d}', 10, "surrogate"),
        ("a" * 4097, 1, "4096"),
        ("!" * 100 + "a", 1, "nested deeper"),
        ("(" * 2000, 1, "nested deeper"),
        (".".join(["a"] * 64), 1, "nested deeper"),
        ("xs[*]" + ".a" * 64, 1, "nested deeper"),
        ("`" + "[" * 2000 + "`", 1, "not JSON"),
    ],
)
def test_what_is_no_expression_is_refused(source: str, column: int, says: str) -> None:
    with pytest.raises(ExpressionInvalid, match=says) as caught:
        parse_expression(source)
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("source", "column", "says"),
    [
        ("n < 's'", 3, "number and string cannot be ordered"),
        ("gone || xs >= xs", 12, "array and array cannot be ordered"),
        ("t < t", 3, "boolean and boolean"),
        ("xs[?@ > `1`]", 7, "string and number"),
        ("[n, length(n)]", 5, "length() takes a string or an array or an object as argument 1, not number"),
        ("sum(xs)", 1, "an array of numbers as argument 1, not an array of string"),
        (
            "max(mixed)",
            1,
            "an array of numbers or an array of strings as argument 1, not an array of number and string",
        ),
        ("sort(mixed)", 1, "sort() takes"),
        ("sort_by(objects, &k)", 1, "not by number and string"),
        ("min_by(objects, &gone)", 1, "not by null"),
        ("max_by(objects, &to_number(gone.x) || abs(k))", 39, "abs() takes a number as argument 1, not string"),
        ("keys(n)", 1, "keys() takes an object"),
        ("join(n, xs)", 1, "join() takes a string as argument 1, not number"),
        ("join(',', objects)", 1, "an array of strings as argument 2, not an array of object"),
        ("abs('x')", 1, "abs() takes a number"),
        ("to_number('1e999')", 1, "not JSON"),
        ("sum(big)", 1, "64 bits"),
        ("ceil(`1e300`)", 1, "64 bits"),
    ],
)
def test_what_cannot_be_evaluated_names_the_expression_and_the_column(source: str, column: int, says: str) -> None:
    roots: JsonObject = {
        "n": 1,
        "t": True,
        "xs": ["a"],
        "mixed": [1, "a"],
        "objects": [{"k": 1}, {"k": "a"}],
        "big": [2**62, 2**62],
    }
    with pytest.raises(EvaluationFailed) as caught:
        search(source, roots)
    assert str(caught.value).startswith(f"Expression '{source}' at column {column}: ")
    assert says in str(caught.value)
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ("xs[?xs[*] == xs]", 3),
        ("xs[].b", 3),
        ("a.*", 3),
        ("xs[:95]", None),
        ("xs[*].[to_string(@)]", 4),
        ("map(&b, xs)", 1),
    ],
)
def test_a_limit_names_the_loop_that_crossed_it(source: str, column: int | None) -> None:
    with pytest.raises(EvaluationLimitExceeded) as caught:
        parse_expression(source).evaluate({"xs": list[Json](range(100)), "a": {str(n): n for n in range(80)}}, 90)
    assert caught.value.column == column


def test_ten_thousand_objects_are_within_the_budget() -> None:
    xs: Json = [{"published": f"2026-01-{i % 28 + 1:02}", "url": f"https://example.org/{i}"} for i in range(10_000)]
    assert search("min_by(xs, &published).published", {"xs": xs}) == "2026-01-01"
    found = search("xs[?published == '2026-01-02'].url", {"xs": xs})
    assert isinstance(found, list)
    assert len(found) == 358


PIECES = st.sampled_from(
    [
        *".*[]()&@|!<,: $é}",
        *["a", "null", "[*]", "[]", "[?", "[0]", "[1:]", "{a: ", "||", "&&", "==", "`1`", "`[1]`", "'s'", '"q"', "-1"],
        *["map(&", "sort_by(@, &", "to_string("],
    ]
)


@QUICK
@given(st.lists(PIECES, max_size=14).map("".join))
def test_any_text_is_refused_or_gives_json_or_an_error(source: str) -> None:
    with contextlib.suppress(ExpressionInvalid, EvaluationFailed):
        check_json(parse_expression(source).evaluate(ROOTS))


@QUICK
@given(st.lists(PIECES, max_size=14).map("".join))
def test_what_both_can_evaluate_is_what_jmespath_gives(source: str) -> None:
    try:
        ours = parse_expression(source).evaluate(ROOTS)
        theirs = jmespath.search(source, ROOTS)
    except (ValueError, TypeError, AttributeError):
        return
    assert ours == theirs


WELL_FORMED = st.recursive(
    st.sampled_from(["a", "q", "@", "xs", "`1`", "'s'", "`[1, [2]]`", "gone", "q.a.a", "xs[0]", "xs[-1].n"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).flatmap(
            lambda two: st.sampled_from(
                [
                    *(
                        "{}[?{}]",
                        "{} | {}",
                        "{} || {}",
                        "{} && {}",
                        "[{}, {}]",
                        "{{a: {}, b: {}}}",
                        "{} == {}",
                        "{} != {}",
                    ),
                    *("({})[*].[{}]", "({})[].[{}]", "({}).*.[{}]", "({})[:2].[{}]", 'contains(`["s"]`, {}) || {}'),
                ]
            ).map(lambda shape: shape.format(*two))
        ),
        inner.map("!({})".format),
        inner.map("not_null({}, `1`)".format),
        inner.map("type({})".format),
        inner.map("to_array({})[*]".format),
        inner.map("map(&@, to_array({}))".format),
        inner.map("sort_by(xs, &n)[*].[{}]".format),
    ),
    max_leaves=6,
)


@QUICK
@given(WELL_FORMED)
def test_the_usual_shapes_give_what_jmespath_gives(source: str) -> None:
    try:
        ours = parse_expression(source).evaluate(ROOTS)
    except (ExpressionInvalid, EvaluationFailed):
        return
    assert ours == jmespath.search(source, ROOTS)


@pytest.mark.parametrize("source", ["input", "input.url", "steps.a.output.b_1._c", "null", "a.true"])
def test_a_plain_path_has_the_tree_that_jmespath_gives_it(source: str) -> None:
    assert parse_expression(source).ast == jmespath.parser.Parser().parse(source).parsed
