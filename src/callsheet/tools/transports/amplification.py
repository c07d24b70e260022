"""How many values a message holds, counted before it is parsed: four megabytes of `0,` would become 350 of memory."""

from typing import Final

from callsheet.scenario.json import MAX_NODES

MOST_QUOTES: Final = 4 * MAX_NODES
"""A value has a key at most, and is one string at most."""


def holds_too_many(message: bytes) -> bool:
    """Whether `message` holds more than `MAX_NODES` values; of text that is not JSON the answer means nothing."""
    if _separators(message) <= MAX_NODES:
        return False
    if b"\\" in message:
        message = message.replace(rb"\\", b"").replace(rb"\"", b"")
    if message.count(b'"') > MOST_QUOTES:
        return True
    return _separators(b"".join(message.split(b'"')[::2])) > MAX_NODES


def _separators(text: bytes) -> int:
    return text.count(b",") + text.count(b"[") + text.count(b"{")
