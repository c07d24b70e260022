"""Lines and columns of values, in both syntaxes."""

import json

import pytest
from hypothesis import given

from callsheet.scenario.json import Json, escape
from callsheet.scenario.positions import Position, Positions, json_positions
from callsheet.scenario.yaml_positions import yaml_positions
from tests.support.json_values import QUICK, json_values

JSON = """\
{
  "a": 1,
  "b/c": [
    10, {"d": null, "~": []},
    "x\\"y, {"
  ], "e": {}
}
"""

YAML = """\
a: 1
b/c:
  - 10
  - {d: null, "~": []}
  - "x"
e: {}
"""


@pytest.mark.parametrize(
    ("pointer", "in_json", "in_yaml"),
    [
        ("", (1, 1), (1, 1)),
        ("/a", (2, 3), (1, 1)),
        ("/b~1c", (3, 3), (2, 1)),
        ("/b~1c/0", (4, 5), (3, 5)),
        ("/b~1c/1", (4, 9), (4, 5)),
        ("/b~1c/1/d", (4, 10), (4, 6)),
        ("/b~1c/1/~0", (4, 21), (4, 15)),
        ("/b~1c/2", (5, 5), (5, 5)),
        ("/e", (6, 6), (6, 1)),
        ("/e/nowhere/below", (6, 6), (6, 1)),
        ("/b~1c/9", (3, 3), (2, 1)),
        ("/nowhere", (1, 1), (1, 1)),
    ],
)
def test_a_pointer_has_a_place_or_that_of_what_is_around_it(
    pointer: str, in_json: tuple[int, int], in_yaml: tuple[int, int]
) -> None:
    assert json_positions(JSON).locate(pointer) == in_json
    assert yaml_positions(YAML).locate(pointer) == in_yaml


def test_nothing_known_is_line_zero() -> None:
    assert Positions().locate("/a") == Position(0, 0)
    assert json_positions("").locate("") == Position(0, 0)


@pytest.mark.parametrize(
    "text", ["]", "}{", '{"a"', '{"a":', "{{{", '{"a" "b"}', ",", ":", "[}", '{"a": 1}{"b": 2}', '"']
)
def test_a_broken_text_has_the_places_before_the_fault(text: str) -> None:
    json_positions(text).locate("/a/b")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 250_000,
        '{"' + "k" * 100_000 + '": {' + ", ".join(f'"{i}": 1' for i in range(15_000)) + "}}",
        "[" + "1," * 30_000 + "1]",
    ],
    ids=["nesting", "a long key over many", "one long line"],
)
def test_a_hostile_text_takes_little_time_and_memory(text: str) -> None:
    # Each of these took gigabytes or many seconds once: a table of pointers, and counting a line from its beginning.
    assert json_positions(text).locate("") == Position(1, 1)


@QUICK
@given(json_values())
def test_every_value_stands_where_json_wrote_it(value: Json) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    lines, positions = text.split("\n"), json_positions(text)

    def check(node: Json, pointer: str) -> None:
        place = positions.locate(pointer)
        rest = lines[place.line - 1][place.column - 1 :]
        if isinstance(node, dict):
            for key, item in node.items():
                below = positions.locate(f"{pointer}/{escape(key)}")
                assert lines[below.line - 1][below.column - 1 :].startswith(json.dumps(key, ensure_ascii=False))
                check(item, f"{pointer}/{escape(key)}")
        elif isinstance(node, list):
            assert rest.endswith(("[", "[]", "[],"))
            for index, item in enumerate(node):
                check(item, f"{pointer}/{index}")
        else:
            assert json.dumps(node, ensure_ascii=False) in rest

    check(value, "")
