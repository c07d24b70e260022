"""Strict JSON: the one decoder for documents and requests, and the canonical form that revisions are digests of.

`json` and its faster peers accept duplicate keys, NUL, NaN, lone surrogates or UTF-16; whatever slips through here
would be lost or refused later, by a browser, by PostgreSQL or by a tool server. So it is refused at the edge.
"""

import hashlib
import json
import re
from typing import Any, Final

import orjson

from callsheet.scenario.json import MAX_DEPTH, MAX_INT, MAX_NODES, Json, NotJson, Trail, check_json, escape, pointer_of

_MAX_DIGITS: Final = len(str(MAX_INT))
_TEXT: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
"""A text as JSON writes it, one that is not closed included: in linear time, whatever stands there."""


class DocumentInvalid(ValueError):
    """The text cannot be read at all. `line` and `column` count from 1; 0 when the fault has no single place."""

    def __init__(self, message: str, line: int = 0, column: int = 0, pointer: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.pointer = pointer


def decode_text(source: bytes) -> str:
    """UTF-8 text, without a byte order mark.

    Raises:
        DocumentInvalid: the bytes are not UTF-8.
    """
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = source.count(b"\n", 0, exc.start) + 1
        raise DocumentInvalid(f"The text is not UTF-8: byte {exc.start} cannot be decoded.", line, 1) from exc


def decode_json(source: bytes | str, *, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES) -> Json:
    """Decode JSON (RFC 8259), strictly.

    Raises:
        DocumentInvalid: broken JSON, a duplicate key, NaN or an infinity, an integer beyond 64 bits, NUL or a lone
            surrogate in a text, or nesting and size over the limits.
    """
    text = decode_text(source) if isinstance(source, bytes) else source
    if _has_too_many(text, max_nodes):
        raise DocumentInvalid(f"The JSON cannot be used: more than {max_nodes} values.")
    repeated: list[tuple[dict[str, Any], str]] = []

    def read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            repeated.append((result, _repeated_key(pairs)))
        return result

    try:
        value = json.loads(text, object_pairs_hook=read_object, parse_int=_integer)
        check_json(value, max_depth=max_depth, max_nodes=max_nodes)
    except json.JSONDecodeError as exc:
        raise DocumentInvalid(f"The JSON is broken: {exc.msg}.", exc.lineno, exc.colno) from exc
    except NotJson as exc:
        raise DocumentInvalid(f"The JSON cannot be used: {exc}.", pointer=exc.pointer) from exc
    except RecursionError:
        raise DocumentInvalid(f"The JSON cannot be used: nested deeper than {max_depth}.") from None
    if repeated:
        holder, key = repeated[-1]  # the outermost: an inner one may be gone with the value of a key that stood twice
        message = f"The JSON cannot be used: the key {json.dumps(key)} stands twice in one object."
        raise DocumentInvalid(message, pointer=f"{_pointer_of(holder, value)}/{escape(key)}")
    return value


def canonical(value: Json) -> bytes:
    """The same bytes for equal values: sorted keys, no white space (after RFC 8785; numbers as orjson writes them)."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: Json) -> str:
    """The first 128 bits of the SHA-256 of `canonical(value)`, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()[:32]


def _has_too_many(text: str, max_nodes: int) -> bool:
    """Whether commas separate more values than that: said before they take seventy times the memory of their text."""
    commas = text.count(",")
    return commas >= max_nodes and commas - sum(found[0].count(",") for found in _TEXT.finditer(text)) >= max_nodes


def _repeated_key(pairs: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    return next(key for key, _ in pairs if key in seen or seen.add(key))


def _pointer_of(wanted: object, value: Json) -> str:
    stack: list[tuple[Json, Trail | None]] = [(value, None)]
    while stack:
        node, trail = stack.pop()
        if node is wanted:
            return pointer_of(trail)
        if isinstance(node, dict):
            stack.extend((item, (key, trail)) for key, item in node.items())
        elif isinstance(node, list):
            stack.extend((item, (index, trail)) for index, item in enumerate(node))
    return ""


def _integer(digits: str) -> int:
    # Not int() for a long one, which is quadratic; what is beyond 64 bits is refused later, with its place.
    return int(digits) if len(digits) <= _MAX_DIGITS + 1 else MAX_INT
