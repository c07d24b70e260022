"""What is known of a message before and when it is parsed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_types import jsonrpc_message_adapter
from pydantic import ValidationError

from callsheet.scenario.json import MAX_DEPTH, MAX_NODES
from callsheet.tools.transports.amplification import MOST_BLOCKS, excess
from callsheet.tools.transports.streams import message_of
from tests.support.json_values import json_values


def answer(**result: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()


def blocks(count: int) -> list[dict[str, str]]:
    return [{"type": "text", "text": "a"}] * count


def test_as_many_values_as_are_allowed_are_not_too_many() -> None:
    assert excess(answer(content=[], structuredContent=[0] * (MAX_NODES - 20))) is None
    assert excess(answer(content=[], structuredContent=[0] * (MAX_NODES + 1))) == "holds more than 100000 values"


def test_commas_and_brackets_inside_of_a_text_are_no_values() -> None:
    assert excess(answer(content=[{"type": "text", "text": ',[{\\"' * MAX_NODES}])) is None


def test_as_many_blocks_of_content_as_are_allowed_are_not_too_many() -> None:
    assert excess(answer(content=blocks(MOST_BLOCKS))) is None
    assert excess(answer(content=blocks(MOST_BLOCKS + 1))) == "has more than 5000 blocks of content"


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\r\r"])
def test_blocks_are_counted_in_each_event_of_a_stream_also_when_it_is_cut_into_lines(end: bytes) -> None:
    small, large = answer(content=blocks(1)), answer(content=blocks(MOST_BLOCKS + 1)).replace(b"[", b"[\ndata: ", 1)
    events = b"".join(b"event: message\ndata: " + each + end for each in (small, large, small))
    assert excess(events) == "has more than 5000 blocks of content"
    assert excess(b"event: message\ndata: " + answer(content=blocks(MOST_BLOCKS)) + end) is None


def test_other_things_that_have_a_type_are_no_blocks() -> None:
    assert excess(answer(content=blocks(1), structuredContent=blocks(MOST_BLOCKS * 2))) is None
    assert excess(b'not JSON, "type"' * (MOST_BLOCKS + 1)) is None


@given(st.one_of(json_values(), st.fixed_dictionaries({"jsonrpc": st.just("2.0")}, optional={
    "id": json_values(), "method": json_values(), "params": json_values(), "result": json_values(),
    "error": st.one_of(json_values(), st.fixed_dictionaries({"code": json_values(), "message": json_values()})),
})))  # fmt: skip
def test_a_message_is_what_the_sdk_makes_of_it(value: Any) -> None:
    text = json.dumps(value)
    try:
        expected = jsonrpc_message_adapter.validate_json(text, by_name=False)
    except ValidationError:
        with pytest.raises(ValueError, match=r"."):
            message_of(text)
    else:
        assert message_of(text) == expected


@pytest.mark.parametrize("text", ["", "{", "[]", '{"jsonrpc":"2.0"}', "[" * 100_000, '{"a":' * 100_000])
def test_what_is_no_message_is_refused_however_deep_it_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        message_of(text)


def test_a_message_that_is_as_deep_as_is_allowed_is_read() -> None:
    deep = '{"a":' * MAX_DEPTH + "1" + "}" * MAX_DEPTH
    assert message_of(f'{{"jsonrpc":"2.0","id":1,"result":{deep}}}')
