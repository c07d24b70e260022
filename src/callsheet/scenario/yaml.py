"""YAML as another syntax for JSON: JSON's types only, by the rules of YAML 1.2's core schema.

`on`, `no`, `12:30` and dates stay texts. Duplicate keys, anchors, aliases and tags are refused: they would make the
document mean something that it does not show. See https://yaml.org/spec/1.2.2/, section 10.3.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from callsheet.scenario.codec import DocumentInvalid
from callsheet.scenario.json import MAX_DEPTH, MAX_NODES, Json, JsonObject, NotJson, check_scalar
from callsheet.scenario.positions import Place, Position, Positions

_NULL: Final = {"", "~", "null", "Null", "NULL"}
_TRUE: Final = {"true", "True", "TRUE"}
_FALSE: Final = {"false", "False", "FALSE"}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MAX_DIGITS: Final = 64
_LINE_BREAKS_OF_1_1: Final = re.compile("[\x85\u2028\u2029]")
"""The library ends lines with them, a comment's too; YAML 1.2 does not."""


def decode_yaml(text: str) -> tuple[Json, Positions]:
    """Decode one YAML document; also where each value stands, by JSON pointer.

    Raises:
        DocumentInvalid: broken YAML, or something that is not JSON.
    """
    if found := _LINE_BREAKS_OF_1_1.search(text):
        raise _unreadable(text, found.start(), ord(found[0]))
    try:
        return _Reader(iter(_events(text))).read()
    except MarkedYAMLError as exc:
        raise _broken(exc) from exc
    except ReaderError as exc:
        raise _unreadable(text, cast("Any", exc).position, cast("Any", exc).character) from exc
    except YAMLError as exc:
        raise DocumentInvalid(f"The YAML is broken: {str(exc).splitlines()[0]}.") from exc
    except RecursionError:
        raise DocumentInvalid(f"The YAML cannot be used: nested deeper than {MAX_DEPTH}.") from None


def _events(text: str) -> Iterator[Any]:
    documents = 0
    parsed: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)  # pyright: ignore[reportUnknownMemberType]: untyped library
    event: Any = None
    while True:
        try:
            event = next(parsed)
        except StopIteration:
            return
        except (ValueError, OverflowError) as exc:  # what chr() says of an escape such as "\UFFFFFFFF"
            place = Position(1, 1) if event is None else _position(event)
            raise DocumentInvalid("The YAML is broken: an escape that stands for no character.", *place) from exc
        documents += isinstance(event, DocumentStartEvent)
        if documents > 1:
            raise _refused(event, "a file holds one document; remove the second '---'")
        yield event


class _Reader:
    """Builds the value from the parser's events, so that nothing but JSON can come out."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._nodes = 0

    def read(self) -> tuple[Json, Positions]:
        value: Json = None
        root = Place(Position(1, 1))
        for event in self._events:  # to the very end, where a second document would be
            if _starts_value(event):
                root = Place(_position(event))
                value = self._value(event, root, 0)
        return value, Positions(lambda: root)

    def _value(self, event: Any, place: Place, depth: int) -> Json:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _refused(event, f"more than {MAX_NODES} values")
        _check(event, depth)
        if isinstance(event, MappingStartEvent):
            return self._object(place, depth)
        if isinstance(event, SequenceStartEvent):
            return self._list(place, depth)
        return _scalar(event)

    def _object(self, place: Place, depth: int) -> JsonObject:
        result: JsonObject = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                raise _refused(event, "a key is a text")
            _check(event, depth)
            key = _text(cast("Any", event))
            _acceptable(key, event)
            if key in result:
                raise _refused(event, f"the key '{key}' stands twice in one object")
            below = place.members[key] = Place(_position(event))
            result[key] = self._value(next(self._events), below, depth + 1)
        return result

    def _list(self, place: Place, depth: int) -> list[Json]:
        result: list[Json] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            below = place.members[str(len(result))] = Place(_position(event))
            result.append(self._value(event, below, depth + 1))
        return result


def _check(event: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _refused(event, f"nested deeper than {MAX_DEPTH}")
    if isinstance(event, AliasEvent) or event.anchor is not None:
        raise _refused(event, "anchors and aliases are not allowed; write the value out")
    if event.tag is not None:
        raise _refused(event, f"the tag {event.tag} is not allowed; values are JSON")


def _starts_value(event: Any) -> bool:
    return isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent | AliasEvent)


def _scalar(event: Any) -> Json:
    text = _text(event)
    value = text if event.style is not None and event.style in "'\"|>" else _plain(text, event)
    _acceptable(value, event)
    return value


def _text(event: Any) -> str:
    """The scalar's text; two escapes that write one character in JSON's way (a surrogate pair) are that character."""
    text: str = event.value
    if text.isascii() or event.style != '"':
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return text  # a lone surrogate, which is refused below


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


def _position(event: Any) -> Position:
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def _refused(event: Any, reason: str) -> DocumentInvalid:
    position = _position(event)
    return DocumentInvalid(f"The YAML cannot be used: {reason}.", position.line, position.column)
