"""The canonical way to write documents: the same document, the order of the language, comments where they were."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.scenario.codec import canonical
from callsheet.scenario.formatting import FormattingFailed, format_document
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.source import Syntax, read_source
from tests.support.every_step import EVERY_STEP
from tests.support.json_values import QUICK, json_values
from tests.support.scenarios import scenario, step

JSON, YAML = Syntax.JSON, Syntax.YAML

TRICKY = st.sampled_from(
    [
        *("on", "No", "y", "12:30", "2026-01-02", "007", "1_000", "0x1F", "1e3", ".5", "~", "null", "", " a", "a "),
        *("a: b", "a #b", "#a", "- a", "*a", "&a", "!a", "%a", "@a", "`a`", "{a", "[a", "a, b", "a\nb", "a\nb\n"),
        *("\na", "a\n\n", "|", ">", "?", "'", '"', "\\", 'it\'s "so"', "\t", "\u2028", "\x85", "é", "a\u202eb"),
        *("😀", "<<", "=", "---"),
    ]
)


def yaml(text: str) -> str:
    return format_document(text.encode(), YAML)


@QUICK
@given(json_values(max_leaves=8) | st.dictionaries(TRICKY, TRICKY | st.lists(TRICKY), max_size=4))
def test_json_to_yaml_and_back_is_the_same_document(value: Json) -> None:
    as_json = format_document(json.dumps(value).encode(), JSON)
    as_yaml = format_document(as_json.encode(), JSON, YAML)
    assert canonical(read_source(as_yaml.encode(), YAML).document) == canonical(value)
    assert format_document(as_yaml.encode(), YAML, JSON) == as_json
    assert format_document(as_json.encode(), JSON) == as_json
    assert yaml(as_yaml) == as_yaml


def test_every_type_of_step_survives_in_both_directions() -> None:
    text = format_document(json.dumps(EVERY_STEP).encode(), JSON, YAML)
    assert read_source(text.encode(), YAML).document == EVERY_STEP
    assert yaml(text) == text


def keys(value: JsonObject) -> list[str]:
    return list(value)


def test_keys_come_in_the_order_of_the_language_and_unknown_ones_last() -> None:
    written: JsonObject = {**step("a", output=1, when="input"), "x-b": 1, "tol": 2}
    backwards: JsonObject = dict(reversed(written.items()))
    mixed = dict(reversed(scenario(steps=[backwards], **{"$schema": "s", "x-a": 1}).items()))
    result = json.loads(format_document(json.dumps(mixed).encode(), JSON))
    assert keys(result) == ["$schema", "schema_version", "scenario_id", "name", "steps", "x-a"]
    assert keys(result["steps"][0]) == ["name", "type", "when", "tool", "output", "tol", "x-b"]


def test_values_keep_the_order_of_their_author() -> None:
    value: JsonObject = {"type": 1, "name": 2, "default": 3, "from": "input", "steps": [{"type": "tool", "name": "x"}]}
    document = scenario(step(input=value), vars=value, input_schema={"type": "object", "properties": {}})
    result = json.loads(format_document(json.dumps(document).encode(), JSON))
    assert keys(result["steps"][0]["input"]) == keys(value)
    assert keys(result["vars"]["steps"][0]) == ["type", "name"]


def test_json_keeps_letters_and_shows_what_does_not_print() -> None:
    result = format_document('{"a":"é😀\u202e","b":[]}'.encode(), JSON)
    assert result == '{\n  "a": "é😀\\u202e",\n  "b": []\n}\n'


COMMENTED = """\
# yaml-language-server: $schema=scenario.v1.schema.json

# about it
scenario_id: convert   # the id
name: 'Convert a time'
schema_version: "1"


steps: # all of them
# first
- tool: convert_time   # the tool
  # its name
  name: convert
  type: tool
  input: {time: {from: input.time},
     zone: {from: "vars.home"}}
  # end of convert

  # about b
- {tool: on, name: b, type: tool} # flow
-
  name: c
  type: transform
  output:
    - 1
    # two
    - 0x1F
  description: | # text
    Two
      lines # no comment

    three
  when: >-
    a
    && b
output: ~
# the end
"""

FORMATTED = """\
# yaml-language-server: $schema=scenario.v1.schema.json

# about it
schema_version: "1"
scenario_id: convert # the id
name: Convert a time

steps: # all of them
  # first
  # its name
  - name: convert
    type: tool
    tool: convert_time # the tool
    input: {time: {from: input.time}, zone: {from: vars.home}}
  # end of convert

  # about b
  - {name: b, type: tool, tool: on} # flow
  - name: c
    type: transform
    description: | # text
      Two
        lines # no comment

      three
    when: >-
      a
      && b
    output:
      - 1
      # two
      - 0x1F
output: ~
# the end
"""


def test_comments_stay_where_they_belong_when_keys_move() -> None:
    assert yaml(COMMENTED) == FORMATTED
    assert yaml(FORMATTED) == FORMATTED


PIECES = st.sampled_from(
    [
        *("a: 1", "b:", "- x", "- y: 1", "  c: 2", "  - z", "# one", "  # two", "    # three", "", "d: {e: 1} # four"),
        *("f: |", "  text # five", "g: [1, # six", "  2]", "h: 'x' # seven", "steps:", "  - type: tool"),
        "    name: n # eight",
    ]
)


@QUICK
@given(st.lists(PIECES, max_size=14).map(lambda lines: "\n".join(lines) + "\n"))
def test_no_comment_and_no_value_is_ever_lost(text: str) -> None:
    document = read_source(text.encode(), YAML)
    if document.diagnostics:
        with pytest.raises(FormattingFailed):
            yaml(text)
        return
    result = yaml(text)
    assert canonical(read_source(result.encode(), YAML).document) == canonical(document.document)
    words = ("one", "two", "three", "four", "six", "seven", "eight")
    assert [result.count(f"# {word}") for word in words] == [text.count(f"# {word}") for word in words]
    assert yaml(result) == result


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("a: 1\n\n  - z\n", 'a: "1\\n- z"\n'),
        ("a: [1, # b\n  2]\n  # c\n", "a:\n  - 1 # b\n  - 2\n# c\n"),
        ("- a: 1\n    # b\n- c\n", "- a: 1\n# b\n- c\n"),
    ],
)
def test_what_cannot_stay_as_it_is_written_says_the_same_and_stays_then(text: str, formatted: str) -> None:
    assert yaml(text) == formatted
    assert yaml(formatted) == formatted


def test_a_short_object_in_braces_stays_on_its_line_and_a_long_one_does_not() -> None:
    long = ", ".join(f"key_{number}: value" for number in range(10))
    assert yaml(f"a: {{{long}}}\n").startswith("a:\n  key_0: value\n  key_1: value\n")
    assert yaml("a: {b: 1}\n") == "a: {b: 1}\n"


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", "a: &x 1\n", "[", "a: 2026\n---\n"])
def test_what_cannot_be_read_is_said_and_not_written(text: str) -> None:
    with pytest.raises(FormattingFailed) as caught:
        yaml(text)
    assert caught.value.diagnostics[0].code == "E100"


def test_a_key_that_is_written_as_two_escapes_is_sorted_as_the_character_that_they_are() -> None:
    text = rb'{"steps": [{"\ud83d\ude00": 1, "type": "tool", "name": "a"}], "name": "n", "\ud83d\ude00": 2}'
    formatted = format_document(text, Syntax.YAML)
    assert read_source(formatted.encode(), Syntax.YAML).document == read_source(text, Syntax.JSON).document


def test_what_only_the_reader_of_runs_takes_is_refused_with_its_line() -> None:
    with pytest.raises(FormattingFailed, match=r"^Line 2 is written in a way .* put a space behind each colon"):
        format_document(b'a: 1\nb: ["x":"A scene"]\n', Syntax.YAML)
