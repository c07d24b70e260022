"""Strict JSON: what the decoder takes, what it refuses, and where it says the fault is."""

import contextlib
import json
import math
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.scenario.codec import DocumentInvalid, canonical, decode_json, digest
from callsheet.scenario.json import MAX_DEPTH, MAX_NODES, Json, NotJson, check_json, escape, unescape
from tests.support.json_values import QUICK, json_values


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("null", None),
        ("-0", 0),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("1.5e3", 1500.0),
        ('"\\ud83d\\ude00"', "😀"),
        ('{"a": [1, {"b": true}]}', {"a": [1, {"b": True}]}),
    ],
)
def test_json_is_decoded(source: str, value: Json) -> None:
    assert decode_json(source) == value
    assert decode_json(b"\xef\xbb\xbf" + source.encode()) == value


@pytest.mark.parametrize(
    ("source", "pointer", "says"),
    [
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "/b/c", "stands twice"),
        ('{"a": {"x": 1, "x": 2}, "a": 3}', "/a", "stands twice"),
        ('[0, {"a/b": NaN}]', "/1/a~1b", "not JSON"),
        ('{"a": -Infinity}', "/a", "not JSON"),
        ('{"a": 1e400}', "/a", "not JSON"),
        ('{"a": 9223372036854775808}', "/a", "64 bits"),
        ('{"a": %s}' % ("9" * 100_000), "/a", "64 bits"),
        ('{"a": "\\u0000"}', "/a", "NUL"),
        ('{"a": "\\ud800"}', "/a", "surrogate"),
        ('{"\\ud800": 1}', "", "surrogate"),
        ("[" * 66 + "]" * 66, "/0" * 65, "nested deeper"),
        ("[" * 100_000, "", "nested deeper"),
        ("[0" + ",0" * MAX_NODES + "]", "", "more than"),
    ],
)
def test_what_is_not_our_json_is_refused_at_its_place(source: str, pointer: str, says: str) -> None:
    with pytest.raises(DocumentInvalid, match=says) as caught:
        decode_json(source)
    assert caught.value.pointer == pointer


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [("", 1, 1), ('{"a": 1,\n "b" 2}', 2, 6), ("[1,\n2,\n]", 3, 1), ('{"a": 1} x', 1, 10), ("{'a': 1}", 1, 2)],
)
def test_broken_json_has_a_line_and_a_column(source: str, line: int, column: int) -> None:
    with pytest.raises(DocumentInvalid, match="broken") as caught:
        decode_json(source)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize("source", [b'{"a": "\xff"}', '{"a": 1}'.encode("utf-16"), b"\xed\xa0\x80"])
def test_only_utf_8_is_text(source: bytes) -> None:
    with pytest.raises(DocumentInvalid, match="not UTF-8"):
        decode_json(source)


def test_the_deepest_document_that_is_allowed_is_decoded() -> None:
    source = "[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH
    assert canonical(decode_json(source)).decode() == source


@pytest.mark.parametrize("value", [math.nan, {1: 2}, (1,), b"", {"a": object()}, "\ud800", 2**63])
def test_other_python_values_are_not_json(value: object) -> None:
    with pytest.raises(NotJson):
        check_json(value)


@QUICK
@given(json_values())
def test_decoding_what_was_encoded_gives_the_value(value: Json) -> None:
    assert decode_json(canonical(value)) == value
    assert decode_json(json.dumps(value, indent=2)) == value


@QUICK
@given(json_values())
def test_a_digest_does_not_depend_on_the_order_of_keys(value: Json) -> None:
    def turned(node: Json) -> Json:
        if isinstance(node, dict):
            return {key: turned(node[key]) for key in reversed(node)}
        return [turned(item) for item in node] if isinstance(node, list) else node

    assert digest(turned(value)) == digest(value)


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    with contextlib.suppress(DocumentInvalid):
        check_json(decode_json(data))


@QUICK
@given(st.text(max_size=20))
def test_pointer_tokens_come_back(token: str) -> None:
    assert unescape(escape(token)) == token
    assert "/" not in escape(token)


@pytest.mark.parametrize(
    "source",
    [
        "[" + "0," * 500_000 + "0]",
        "{" + ",".join(f'"{number}":1' for number in range(MAX_NODES + 1)) + "}",
        '{"a": [' + "1," * MAX_NODES,
    ],
    ids=["a list", "an object", "broken off"],
)
def test_too_many_values_are_refused_before_they_take_memory(source: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(DocumentInvalid, match=f"more than {MAX_NODES} values"):
            decode_json(source)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", ["," * 2 * MAX_NODES, '\\",' * MAX_NODES, "\\\\" * 10 + "," * MAX_NODES])
def test_commas_in_a_text_are_no_values(text: str) -> None:
    assert len(str(decode_json(f'"{text}"'))) >= MAX_NODES
    with pytest.raises(DocumentInvalid, match="broken"):
        decode_json(f'"{text}\\')
