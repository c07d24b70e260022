"""YAML as another syntax for JSON."""

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from callsheet.scenario.codec import DocumentInvalid
from callsheet.scenario.json import Json, check_json, escape
from callsheet.scenario.yaml import decode_yaml
from callsheet.scenario.yaml_events import fast_events, has_fast_events
from callsheet.scenario.yaml_positions import yaml_positions
from tests.support.json_values import QUICK, json_values


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("12:30", "12:30"),
        ("2026-01-02", "2026-01-02"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("1_000", "1_000"),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("+12", 12),
        ("-0", 0),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("1e", "1e"),
        ("~", None),
        ("", None),
        ("Null", None),
        ("TRUE", True),
        ("'true'", "true"),
        ('"12"', "12"),
        ("|\n  a\n  b\n", "a\nb\n"),
        (">\n  a\n  b\n", "a b\n"),
        ("{a: [1, two], 3: {}}", {"a": [1, "two"], "3": {}}),
        ("<<: {a: 1}", {"<<": {"a": 1}}),
        ("%YAML 1.1\n---\non: off\n", {"on": "off"}),
        ("a: 1\n...\n", {"a": 1}),
        ('"\\U0001F600"', "😀"),
        ('{"\\ud83d\\ude00": "\\ud83d\\ude00"}', {"😀": "😀"}),
    ],
)
def test_yaml_has_the_types_of_json_only(source: str, value: Json) -> None:
    decoded = decode_yaml(source)
    assert decoded == value
    assert type(decoded) is type(value)


@pytest.mark.parametrize(
    ("source", "line", "column", "says"),
    [
        ("a: 1\nb: &x 2\n", 2, 4, "anchors and aliases"),
        ("a: 1\n&x b: 2\n", 2, 1, "anchors and aliases"),
        ("a: *x\n", 1, 4, "anchors and aliases"),
        ("a: !!str 1\n", 1, 4, "tag"),
        ("a: ! 1\n", 1, 4, "tag"),
        ("a: 1\nb: 2\na: 3\n", 3, 1, "stands twice"),
        ("a: 1\n---\nb: 2\n", 2, 1, "one document"),
        ("? [a]\n: 1\n", 1, 3, "a key is a text"),
        ("a: .inf\n", 1, 4, "not JSON"),
        ("a: -.NaN\n", 1, 4, "not JSON"),
        ("a: 1e999\n", 1, 4, "not JSON"),
        ("a: 1e99999999\n", 1, 4, "not JSON"),
        ("a: 9223372036854775808\n", 1, 4, "64 bits"),
        (f"a: {'9' * 100_000}\n", 1, 4, "64 bits"),
        ("a: 0xFFFFFFFFFFFFFFFFFF\n", 1, 4, "64 bits"),
        ('a: "\\0"\n', 1, 4, "NUL"),
        ('"\\0": 1\n', 1, 1, "NUL"),
        ('"\\uD800": 1\n', 1, 1, "surrogate"),
        ('a: 1\nb: "\\UFFFFFFFF"\n', 2, 1, "broken"),
        ("a: 1\nb: \x07\n", 2, 4, r"U\+0007"),
        ("a: 1\n# c\u2028b: 2\n", 2, 4, r"U\+2028"),
        ('a: "\x85"\n', 1, 5, r"U\+0085"),
        ("a: [1,\nb: 2\n", 3, 1, "broken"),
        ("a: b: c\n", 1, 5, "broken"),
        ("[" * 66, 1, 66, "nested deeper"),
    ],
)
def test_what_is_not_json_is_refused_at_its_place(source: str, line: int, column: int, says: str) -> None:
    with pytest.raises(DocumentInvalid, match=says) as caught:
        decode_yaml(source)
    assert (caught.value.line, caught.value.column) == (line, column)


@QUICK
@given(json_values())
def test_json_read_as_yaml_is_the_same_document(value: Json) -> None:
    assert decode_yaml(json.dumps(value)) == value


@QUICK
@given(json_values(max_leaves=6))
def test_what_another_writer_writes_as_yaml_is_the_same_document(value: Json) -> None:
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.representer.ignore_aliases = lambda *_: True  # pyright: ignore[reportUnknownMemberType, reportUnknownLambdaType]: untyped library
    text = io.StringIO()
    writer.allow_unicode = False
    writer.dump({"value": value}, text)  # pyright: ignore[reportUnknownMemberType]: untyped library
    assert decode_yaml(text.getvalue()) == {"value": value}


YAML_PIECES = st.sampled_from(
    [
        *"{}[]:,-?|>&*!%@`'\"#~\n\t \\",
        "- ",
        ": ",
        "\n  ",
        "---\n",
        "...",
        "a",
        "1",
        "0x",
        "\\U",
        "FFFF",
        "é",
        "\x85",
        "\ufeff",
    ]
)


@QUICK
@given(st.lists(YAML_PIECES, max_size=30).map("".join))
def test_any_text_is_decoded_or_refused(text: str) -> None:
    with contextlib.suppress(DocumentInvalid):
        check_json(decode_yaml(text))


FILES = sorted((Path(__file__).parents[1] / "scenarios").rglob("*.yaml"))
SCENARIOS = [path.read_text(encoding="utf-8", errors="replace") for path in FILES]


@st.composite
def changed_scenarios(draw: st.DrawFn) -> str:
    """Some lines of a scenario, with a few pieces put in, or characters taken away."""
    lines = draw(st.sampled_from(SCENARIOS)).split("\n")
    start = draw(st.integers(0, len(lines) - 1))
    text = "\n".join(lines[start : start + draw(st.integers(1, 40))])
    for piece in draw(st.lists(st.one_of(YAML_PIECES, st.just("")), min_size=1, max_size=4)):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + piece + text[at + (not piece) :]
    return text


def pointers(value: Json, pointer: str = "") -> Iterator[str]:
    """Where all parts of a value stand."""
    yield pointer
    if isinstance(value, dict):
        for key, item in value.items():
            yield from pointers(item, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from pointers(item, f"{pointer}/{index}")


def decoded(text: str) -> object:
    """The value and the places of all its parts, or what is said of the text."""
    try:
        value = decode_yaml(text)
    except DocumentInvalid as exc:
        return str(exc), exc.line, exc.column
    positions = yaml_positions(text)
    return value, [(pointer, positions.locate(pointer)) for pointer in pointers(value)]


def test_there_are_scenarios_to_change() -> None:
    assert len(SCENARIOS) > 250


@settings(QUICK, max_examples=1_000)
@given(changed_scenarios())
def test_the_fast_parser_changes_nothing(text: str) -> None:
    assume(not text.isdecimal())
    fast = decoded(text)
    with pytest.MonkeyPatch.context() as without:
        for module in ("yaml", "yaml_events"):
            without.setattr(f"callsheet.scenario.{module}.has_fast_events", str.isdecimal)  # false of all these
        assert fast == decoded(text)


@pytest.mark.parametrize(
    "text", ["a: b\t\n", "a: |#\n  b\n", "a: b\n...\n...\n", "#\n\ufeffa: b\n", "%YAML 1.1\n---\na: b\n"]
)
def test_what_the_parsers_may_read_differently_has_no_fast_events(text: str) -> None:
    assert not has_fast_events(text)


def test_what_people_write_is_read_by_the_fast_parser() -> None:
    """Otherwise nothing here would notice that it never is."""
    read = [text for text in SCENARIOS if has_fast_events(text)]
    assert len(read) > 0.9 * len(SCENARIOS)
    assert any(list(fast_events(text)) for text in read)
