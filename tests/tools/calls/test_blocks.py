"""Blocks of content that servers send, good and bad."""

import base64

import pytest

from callsheet.runs.tools import OtherBlock, TextBlock
from callsheet.scenario.json import Json, NotJson
from callsheet.tools.calls.blocks import block_of

PICTURE = base64.b64encode(b"\x89PNG\r\n").decode()


def test_a_text_is_its_words() -> None:
    assert block_of({"type": "text", "text": "hello"}, "") == TextBlock(text="hello")


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "image", "data": PICTURE, "mimeType": "image/png", "annotations": {"priority": 1}},
        {"type": "image", "data": "", "mimeType": "image/png"},
        {"type": "audio", "data": base64.encodebytes(b"x" * 100).decode(), "mimeType": "audio/wav"},
        {"type": "resource", "resource": {"uri": "test://a", "text": "words"}},
        {"type": "resource", "resource": {"uri": "test://a", "blob": PICTURE, "mimeType": "image/png"}},
        {"type": "resource_link", "uri": "test://a", "name": "a"},
        {"type": "hologram", "of": "a later revision"},
    ],
)
def test_everything_else_is_kept_as_it_came(raw: Json) -> None:
    block = block_of(raw, "/content/0")
    assert isinstance(block, OtherBlock)
    assert block.value == raw


@pytest.mark.parametrize(
    ("raw", "pointer", "reason"),
    [
        ("hello", "/content/0", "not a block"),
        ({"text": "hello"}, "/content/0", "not a block"),
        ({"type": "text", "text": None}, "/content/0", "'text'"),
        ({"type": "image", "data": PICTURE}, "/content/0", "'image'"),
        ({"type": "image", "data": "data:image/png;base64,AAAA", "mimeType": "image/png"}, "/content/0/data", "base64"),
        ({"type": "image", "data": "A", "mimeType": "image/png"}, "/content/0/data", "base64"),
        ({"type": "image", "data": "é", "mimeType": "image/png"}, "/content/0/data", "base64"),
        ({"type": "audio", "data": None, "mimeType": "audio/wav"}, "/content/0", "'audio'"),
        ({"type": "resource", "resource": {"text": "no uri"}}, "/content/0", "'resource'"),
        ({"type": "resource", "resource": {"uri": "a:b", "blob": "==A="}}, "/content/0/resource/blob", "base64"),
        ({"type": "resource_link", "uri": "test://a"}, "/content/0", "'resource_link'"),
    ],
)
def test_a_block_without_what_its_type_has_is_refused_with_its_place(raw: Json, pointer: str, reason: str) -> None:
    with pytest.raises(NotJson, match=reason) as refused:
        block_of(raw, "/content/0")
    assert refused.value.pointer == pointer
