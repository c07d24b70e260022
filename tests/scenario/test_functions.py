"""The functions that Callsheet adds to JMESPath, and those of JMESPath that have sharp edges."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.scenario.expressions import EvaluationFailed, parse_expression
from callsheet.scenario.functions.signature import function_names
from callsheet.scenario.json import Json, JsonObject
from tests.support.json_values import QUICK, json_values

ROOTS: JsonObject = {
    "input": {"id": 2},
    "n": 1,
    "f": 0.5,
    "t": True,
    "s": "a,b,,c",
    "xs": [{"id": 1, "k": "x"}, {"id": 2, "k": "y"}, {"id": 3, "k": "x"}],
    "o": {"b": 1, "a": [2]},
    "mixed": [1, True, 1.0, "1", None, None, [1], [1.0], [True], {"a": 1, "b": 0}, {"b": -0.0, "a": 1.0}, False, 0],
}


def search(source: str) -> Json:
    return parse_expression(source).evaluate(ROOTS)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("xs[?id == root().input.id].k", ["y"]),
        ("root().n", 1),
        ("xs[*].[id, root().n][]", [1, 1, 2, 1, 3, 1]),
        ("map(&root().n, xs)", [1, 1, 1]),
        ("add(n, `2`)", 3),
        ("add(n, f)", 1.5),
        ("subtract(n, `3`)", -2),
        ("multiply(`3`, `4`)", 12),
        ("divide(`6`, `3`)", 2),
        ("divide(`-7`, `2`)", -3.5),
        ("divide(n, f)", 2.0),
        ("split(s, ',')", ["a", "b", "", "c"]),
        ("split('aé', '')", ["a", "é"]),
        ("split('', '')", []),
        ("split('', ',')", [""]),
        ("split('a', ',')", ["a"]),
        ("lower('ÀB')", "àb"),
        ("upper('straße')", "STRASSE"),
        ("replace(s, ',', ';')", "a;b;;c"),
        ("replace('aaa', 'aa', '')", "a"),
        ("unique(xs[*].k)", ["x", "y"]),
        ("unique(mixed)", [1, True, "1", None, [1], [True], {"a": 1, "b": 0}, False, 0]),
        ("unique(`[]`)", []),
        ("group_by(xs, &k)", {"x": [{"id": 1, "k": "x"}, {"id": 3, "k": "x"}], "y": [{"id": 2, "k": "y"}]}),
        ("keys(group_by(reverse(xs), &k))", ["x", "y"]),
        ("group_by(`[]`, &k)", {}),
        ("items(o)", [["b", 1], ["a", [2]]]),
        ("items(`{}`)", []),
        ("from_items([['a', n], ['b', f], ['a', t]])", {"a": True, "b": 0.5}),
        ("from_items(`[]`)", {}),
        ("from_items(items(o)[?[0] != 'a'])", {"b": 1}),
        ("merge(o, {b: n})", {"a": [2], "b": 1}),
        ("contains(mixed, `0`)", True),
        ("contains(`[1, [2]]`, t)", False),
        ("`[1]` == `[true]`", False),
        ('`{"a": [0]}` != `{"a": [false]}`', True),
        ("`[1]` == `[1.0]`", True),
        ("to_number('x')", None),
        ("to_number(t)", None),
        ("to_number(' 7 ')", 7),
        ("to_number('1.5')", 1.5),
        ("min(`[]`)", None),
        ("max_by(`[]`, &x)", None),
        ("max_by(xs, &k).id", 2),
        ("min_by(xs, &k).id", 1),
        ("sort_by(xs, &k)[*].id", [1, 3, 2]),
    ],
)
def test_a_function_gives(source: str, value: Json) -> None:
    found = search(source)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("add(n, t)", "add() takes a number as argument 2, not boolean"),
        ("add(s, n)", "add() takes a number as argument 1, not string"),
        ("subtract(gone, n)", "subtract() takes a number as argument 1, not null"),
        ("add(`9223372036854775807`, n)", "64 bits"),
        ("subtract(`-9223372036854775808`, n)", "64 bits"),
        ("multiply(`1e300`, `1e300`)", "beyond 1.8e308"),
        ("divide(n, `0`)", "divide() cannot divide by zero"),
        ("divide(n, `0.0`)", "divide() cannot divide by zero"),
        ("divide(n, `1e-320`)", "beyond 1.8e308"),
        ("split(n, ',')", "split() takes a string as argument 1, not number"),
        ("split(s, gone)", "split() takes a string as argument 2, not null"),
        ("lower(xs)", "lower() takes a string as argument 1, not array"),
        ("upper(o)", "upper() takes a string as argument 1, not object"),
        ("replace(s, '', 'x')", "argument 2 a string that is not empty"),
        ("replace(s, ',', n)", "replace() takes a string as argument 3, not number"),
        ("unique(s)", "unique() takes an array as argument 1, not string"),
        ("group_by(o, &k)", "group_by() takes an array as argument 1, not object"),
        ("group_by(xs, &id)", "gives a string for each element; element 0 has number"),
        ("group_by([xs[0], n], &k)", "element 1 has null"),
        ("items(xs)", "items() takes an object as argument 1, not array"),
        ("from_items(o)", "from_items() takes an array as argument 1, not object"),
        ("from_items([['a', n], xs])", "element 1 is an array of 3"),
        ("from_items([n])", "element 0 is number"),
        ("from_items([[n, n]])", "the key of element 0 is number"),
    ],
)
def test_a_wrong_argument_is_named_with_its_type(source: str, says: str) -> None:
    with pytest.raises(EvaluationFailed) as caught:
        search(source)
    assert says in str(caught.value)
    assert caught.value.column == 1


@QUICK
@given(st.lists(json_values(4), max_size=8))
def test_unique_keeps_the_first_of_what_is_equal(array: list[Json]) -> None:
    roots: JsonObject = {"xs": array}
    kept = parse_expression("unique(xs)").evaluate(roots)
    assert isinstance(kept, list)
    equal = parse_expression("a == b")
    first = [x for i, x in enumerate(array) if not any(equal.evaluate({"a": x, "b": y}) for y in array[:i])]
    assert list(map(repr, kept)) == list(map(repr, first))


@QUICK
@given(st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5), json_values(3)))
def test_items_and_back_is_the_same_object(fields: JsonObject) -> None:
    assert parse_expression("from_items(items(o))").evaluate({"o": fields}) == fields


PAGE = (Path(__file__).parents[2] / "docs" / "expressions.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\| `(\w+)\(.*?\)` \| .+ \| (`+)(.+?)\2 \| `(.+)` \|$", PAGE.partition("## Functions")[2], re.MULTILINE
)


@pytest.mark.parametrize(("name", "source", "result"), [(name, source, result) for name, _, source, result in ROWS])
def test_every_example_of_the_page_gives_its_result(name: str, source: str, result: str) -> None:
    data = re.search(r"```json\n(.+?)```", PAGE, re.DOTALL)
    assert data is not None
    assert f"{name}(" in source
    assert parse_expression(source).evaluate(json.loads(data[1])) == json.loads(result)


def test_the_page_has_every_function() -> None:
    assert sorted(name for name, *_ in ROWS) == function_names()


def test_the_page_quotes_an_error_as_it_is() -> None:
    with pytest.raises(EvaluationFailed) as caught:
        search("xs[?id > 'a']")
    assert f"`{caught.value}`" in PAGE
