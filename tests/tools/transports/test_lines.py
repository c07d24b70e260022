"""Cutting a child's stdout into lines, and finding the request that a bad line answers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.tools.transports.lines import FLOOD_FACTOR, SHORTEST, Line, LineCutter, request_id


def cut(text: bytes, *, cap: int, chunk: int) -> list[Line]:
    cutter = LineCutter(cap)
    return [line for start in range(0, len(text), chunk) for line in cutter.feed(text[start : start + chunk])]


@given(
    lines=st.lists(
        st.binary(max_size=60).map(lambda line: line.replace(b"b", b"{")).filter(lambda line: b"\n" not in line)
    ),
    chunk=st.integers(1, 100),
)
def test_chunks_do_not_matter(lines: list[bytes], chunk: int) -> None:
    found = cut(b"".join(line + b"\n" for line in lines), cap=40, chunk=chunk)
    wanted = [line for line in lines if len(line) > 40 or (len(line) >= SHORTEST and b"{" in line)]
    assert [line.over_cap for line in found] == [len(line) > 40 for line in wanted]
    for line, whole in zip(found, wanted, strict=True):
        assert whole.startswith(line.head)
        assert line.over_cap or line.head == whole
        assert not line.over_cap or whole.endswith(line.tail)


def test_a_line_over_the_cap_keeps_its_ends_only() -> None:
    (line,) = cut(b"a" * 3_000 + b"b" * 3_000 + b"\n", cap=1_500, chunk=1_000)
    assert line == Line(head=b"a" * 1024, tail=b"b" * 256, over_cap=True)


def test_a_line_that_does_not_end_is_a_flood_until_it_does() -> None:
    cutter = LineCutter(10)
    assert list(cutter.feed(b"x" * 10 * FLOOD_FACTOR)) == []
    assert not cutter.flooded
    assert list(cutter.feed(b"x")) == []
    assert cutter.flooded


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "2.0", "id": 7, "result": {"id": 1, "x": "y" * 2_000}},
        {"id": 7, "result": {"x": "y" * 2_000}},
        {"result": {"id": 1, "x": "y" * 2_000}, "id": 7},
        {"result": {"id": 1, "x": "y" * 2_000}, "id": 7, "jsonrpc": "2.0"},
        {"jsonrpc": "2.0", "x": '"id": 3, }', "id": 7, "error": "broken"},
    ],
)
def test_the_id_is_the_top_levels_wherever_it_stands(message: dict[str, object]) -> None:
    text = json.dumps(message).encode()
    assert request_id(Line(head=text)) == 7
    assert request_id(Line(head=text[:1024], tail=text[-256:], over_cap=True)) == 7


def test_an_id_may_be_text() -> None:
    assert request_id(Line(head=b'{"jsonrpc": "2.0", "id": "seven", "result": 5}')) == "seven"


@pytest.mark.parametrize("text", [b"", b"{", b'{"id"', b'{"id":', b'{"id":7', b'{"id":nul, "x":1}', b'[{"id":7}]'])
def test_no_id_is_made_up(text: bytes) -> None:
    assert request_id(Line(head=text)) is None


@given(st.binary(max_size=300))
def test_any_bytes_can_be_searched(text: bytes) -> None:
    request_id(Line(head=text))
