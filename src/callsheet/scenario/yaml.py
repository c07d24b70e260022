"""YAML as another syntax for JSON: JSON's types only, by the rules of YAML 1.2's core schema.

`on`, `no`, `12:30` and dates stay texts. Duplicate keys, anchors, aliases and tags are refused: they would make the
document mean something that it does not show. See https://yaml.org/spec/1.2.2/, section 10.3.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final, cast

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from ruamel.yaml.reader import ReaderError

from callsheet.scenario.codec import DocumentInvalid
from callsheet.scenario.json import MAX_DEPTH, MAX_NODES, Json, JsonObject, NotJson, check_scalar
from callsheet.scenario.positions import Position
from callsheet.scenario.yaml_events import events, fast_events, has_fast_events, text_of
from callsheet.scenario.yaml_positions import position

_NULL: Final = {"", "~", "null", "Null", "NULL"}
_TRUE: Final = {"true", "True", "TRUE"}
_FALSE: Final = {"false", "False", "FALSE"}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MAX_DIGITS: Final = 64
_LINE_BREAKS_OF_1_1: Final = re.compile("[\x85\u2028\u2029]")
"""The library ends lines with them, a comment's too; YAML 1.2 does not."""


def decode_yaml(text: str) -> Json:
    """Decode one YAML document.

    Raises:
        DocumentInvalid: broken YAML, or something that is not JSON.
    """
    if found := _LINE_BREAKS_OF_1_1.search(text):
        raise _unreadable(text, found.start(), ord(found[0]))
    if has_fast_events(text):
        with suppress(YAMLError, DocumentInvalid, UnicodeEncodeError):  # the other parser says what is wrong
            if value := _Reader(fast_events(text)).read():
                return value
    try:
        return _Reader(_without_odd_escapes(events(text))).read()
    except MarkedYAMLError as exc:
        raise _broken(exc) from exc
    except ReaderError as exc:
        raise _unreadable(text, cast("Any", exc).position, cast("Any", exc).character) from exc
    except YAMLError as exc:
        raise DocumentInvalid(f"The YAML is broken: {str(exc).splitlines()[0]}.") from exc
    except RecursionError:
        raise DocumentInvalid(f"The YAML cannot be used: nested deeper than {MAX_DEPTH}.") from None


def _without_odd_escapes(found: Iterator[Any]) -> Iterator[Any]:
    event: Any = None
    try:
        for event in found:
            yield event
    except (ValueError, OverflowError) as exc:  # what chr() says of an escape such as "\UFFFFFFFF"
        place = Position(1, 1) if event is None else position(event)
        raise DocumentInvalid("The YAML is broken: an escape that stands for no character.", *place) from exc


class _Reader:
    """Builds the value from the parser's events, so that nothing but JSON can come out."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._nodes = 0

    def read(self) -> Json:
        value: Json = None
        documents = 0
        for event in self._events:
            documents += isinstance(event, DocumentStartEvent)
            if documents > 1:
                raise _refused(event, "a file holds one document; remove the second '---'")
            if isinstance(event, NodeEvent):
                value = self._value(event, 0)
        return value

    def _value(self, event: Any, depth: int) -> Json:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _refused(event, f"more than {MAX_NODES} values")
        if depth > MAX_DEPTH:
            raise _refused(event, f"nested deeper than {MAX_DEPTH}")
        _check(event)
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        return self._object(depth) if isinstance(event, MappingStartEvent) else self._list(depth)

    def _object(self, depth: int) -> JsonObject:
        result: JsonObject = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = _key(event)
            if key in result:
                raise _refused(event, f"the key '{key}' stands twice in one object")
            result[key] = self._value(next(self._events), depth + 1)
        return result

    def _list(self, depth: int) -> list[Json]:
        result: list[Json] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            result.append(self._value(event, depth + 1))
        return result


def _check(event: Any) -> None:
    if event.anchor is not None:  # an alias has one too
        raise _refused(event, "anchors and aliases are not allowed; write the value out")
    if event.tag is not None:
        raise _refused(event, f"the tag {event.tag} is not allowed; values are JSON")


def _key(event: Any) -> str:
    if not isinstance(event, ScalarEvent):
        raise _refused(event, "a key is a text")
    _check(event)
    key = sys.intern(text_of(event))  # the same few in every document, and looked up all the time
    _acceptable(key, event)
    return key


def _scalar(event: Any) -> Json:
    text = text_of(event)
    value = text if event.style else _plain(text, event)
    _acceptable(value, event)
    return value


def _acceptable(value: Json, event: Any) -> None:
    try:
        check_scalar(value)
    except NotJson as exc:
        raise _refused(event, str(exc)) from exc


def _plain(text: str, event: Any) -> Json:
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        if len(text) > _MAX_DIGITS:  # before int(), which is quadratic
            raise _refused(event, "the integer does not fit in 64 bits")
        return int(text, 0 if text[:2] in {"0o", "0x"} else 10)
    if _FLOAT.fullmatch(text):
        return float(text)
    if text.lower().lstrip("+-") in {".inf", ".nan"}:
        raise _refused(event, f"{text} is not JSON")
    return text


def _broken(exc: Any) -> DocumentInvalid:
    mark = exc.problem_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    return DocumentInvalid(f"The YAML is broken: {exc.problem or exc.context}.", line, column)


def _unreadable(text: str, offset: int, character: int) -> DocumentInvalid:
    line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
    message = f"The YAML is broken: the character U+{character:04X} is not allowed; write it as an escape."
    return DocumentInvalid(message, line, column)


def _refused(event: Any, reason: str) -> DocumentInvalid:
    return DocumentInvalid(f"The YAML cannot be used: {reason}.", *position(event))
