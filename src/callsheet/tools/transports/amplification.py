"""What a message would become, found out before it is parsed: four megabytes of `0,` would be 350 of memory."""

import re
from collections.abc import Iterator
from typing import Final, cast

import orjson

from callsheet.scenario.json import MAX_NODES, Json

MOST_BLOCKS: Final = 5_000
"""Blocks of content in one result: the SDK makes a model of each, all in one go on the event loop."""

MOST_QUOTES: Final = 4 * MAX_NODES
"""A value has a key at most, and is one string at most."""

_EVENT_END: Final = re.compile(rb"\r?\n\r?\n|\r\r")


def excess(message: bytes) -> str | None:
    """What is too much in `message`, which may also be an event stream's events; None when nothing is.

    The sentence's end: "the answer …". Of text that is not JSON it means nothing.
    """
    if _holds_too_many(message):
        return f"holds more than {MAX_NODES} values"
    if message.count(b'"type"') > MOST_BLOCKS and any(_blocks(each) > MOST_BLOCKS for each in _documents(message)):
        return f"has more than {MOST_BLOCKS} blocks of content"
    return None


def _holds_too_many(message: bytes) -> bool:
    if _separators(message) <= MAX_NODES:
        return False
    if b"\\" in message:
        message = message.replace(rb"\\", b"").replace(rb"\"", b"")
    if message.count(b'"') > MOST_QUOTES:
        return True
    return _separators(b"".join(message.split(b'"')[::2])) > MAX_NODES


def _separators(text: bytes) -> int:
    return text.count(b",") + text.count(b"[") + text.count(b"{")


def _documents(message: bytes) -> Iterator[bytes]:
    if message.lstrip().startswith(b"{"):
        yield message
        return
    for event in _EVENT_END.split(message):
        yield b"\n".join(line[len(b"data:") :] for line in event.splitlines() if line.startswith(b"data:"))


def _blocks(document: bytes) -> int:
    try:
        parsed = cast("Json", orjson.loads(document))
    except ValueError:
        return 0
    match parsed:
        case {"result": {"content": [*blocks]}}:
            return len(blocks)
        case _:
            return 0
