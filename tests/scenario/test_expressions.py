"""Expressions: the language as it is documented, and what one evaluation may cost."""

import contextlib

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

DOUBLINGS = "|".join(["[@,@]"] * 40)
"""A value of forty small lists that is 2^40 values when somebody goes through it."""


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
        ("`12345678901234567890`", 1, "64 bits"),
        ('`"\\ud800"`', 1, "surrogate"),
        ("lenght(a)", 1, "Did you mean 'length"),
        ("&a", 1, "&"),
        ("[&a]", 1, "&"),
        ("to_string(&a)", 1, "&"),
        ("a" * 4097, 1, "4096"),
        ("!" * 100 + "a", 1, "nested deeper"),
        ("(" * 2000, 1, "nested deeper"),
        ("`" + "[" * 2000 + "`", 1, "not JSON"),
    ],
)
def test_what_is_no_expression_is_refused(source: str, column: int, says: str) -> None:
    with pytest.raises(ExpressionInvalid, match=says) as caught:
        parse_expression(source)
    assert caught.value.column == column


@pytest.mark.parametrize(
    "source",
    [
        "n < 's'",
        "xs > xs",
        "t < t",
        "length(n)",
        "sum(xs)",
        "max(mixed)",
        "sort(mixed)",
        "sort_by(objects, &k)",
        "xs[::0]",
        "keys(n)",
        "join(n, xs)",
        "map(n, xs)",
        "abs('x')",
        "length()",
        "to_number('1e999')",
        "not_null()",
    ],
)
def test_what_cannot_be_evaluated_is_a_typed_error(source: str) -> None:
    roots: JsonObject = {"n": 1, "t": True, "xs": ["a"], "mixed": [1, "a"], "objects": [{"k": 1}, {"k": "a"}]}
    with pytest.raises(EvaluationFailed, match=r"Expression '.+': .+\."):
        search(source, roots)


@pytest.mark.parametrize(
    "source",
    [
        DOUBLINGS,
        f"{DOUBLINGS}|to_string(@)",
        f"[{DOUBLINGS}, {DOUBLINGS}]|[0] == [1]",
        f"[{DOUBLINGS}, {DOUBLINGS}]|contains([[0]], [1])",
        f"[{','.join(['text'] * 600)}]",
        f"[{','.join(['text'] * 600)}]|join('', @)|length(@)",
        f"[{','.join(['text'] * 600)}]|to_string(@)|length(@)",
        f"[{','.join(['text'] * 600)}]|[*].reverse(@)|length(@)",
        "join('" + "x" * 3000 + "', many)",
    ],
)
def test_a_bomb_is_stopped_before_it_goes_off(source: str) -> None:
    roots: JsonObject = {"text": "x" * 1_000_000, "many": ["y" for _ in range(5_000)]}
    with pytest.raises(EvaluationLimitExceeded, match="LimitExceeded"):
        search(source, roots)


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
    roots: JsonObject = {"a": [{"a": 1, "b": [None, "x"]}, 2, "s"], "q": {"a": {"a": True}}}
    with contextlib.suppress(ExpressionInvalid, EvaluationFailed):
        check_json(parse_expression(source).evaluate(roots))
