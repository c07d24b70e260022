"""The blocks of content in a tool's result, by MCP's types (`ContentBlock` in the schema of 2026-07-28)."""

import binascii
from typing import Final

from callsheet.runs.tools import OtherBlock, TextBlock
from callsheet.scenario.json import Json, NotJson

_KNOWN: Final = frozenset({"text", "image", "audio", "resource", "resource_link"})


def block_of(raw: Json, pointer: str) -> TextBlock | OtherBlock:
    """The block that `raw` stands for. One of a type that no revision has yet is kept as it is.

    Args:
        raw: a member of the result's `content`.
        pointer: where it stands.

    Raises:
        NotJson: it is no block, or one without what its type has.
    """
    match raw:
        case {"type": "text", "text": str() as text}:
            return TextBlock(text=text)
        case {"type": "image" | "audio", "data": str() as data, "mimeType": str()}:
            _require_base64(data, f"{pointer}/data")
        case {"type": "resource", "resource": {"uri": str(), "text": str()}}:
            pass
        case {"type": "resource", "resource": {"uri": str(), "blob": str() as blob}}:
            _require_base64(blob, f"{pointer}/resource/blob")
        case {"type": "resource_link", "uri": str(), "name": str()}:
            pass
        case {"type": str() as kind} if kind in _KNOWN:
            raise NotJson(f"it lacks what a block of the type {kind!r} has", pointer)
        case {"type": str()}:
            pass
        case _:
            raise NotJson("it is not a block of content", pointer)
    return OtherBlock(value=raw)


def _require_base64(data: str, pointer: str) -> None:
    """Whoever opens the picture in a week shall not be the first to find that it is none."""
    try:
        binascii.a2b_base64(data)
        is_clean = "=" not in data.rstrip("=\r\n") and ":" not in data[:64]
    except ValueError:
        is_clean = False
    if not is_clean:
        raise NotJson("it is not base64", pointer)
