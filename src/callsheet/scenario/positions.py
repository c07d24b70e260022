"""Where values stand in a text: from a JSON pointer to a line and a column."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import orjson

from callsheet.scenario.json import MAX_DEPTH, unescape


class Position(NamedTuple):
    """A place in a text; both numbers count from 1, and 0 means unknown."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands, and its members by key or index.

    A tree, not a table of pointers: a pointer repeats every key above it, which a hostile document makes gigabytes of.
    """

    position: Position
    members: "dict[str, Place]" = field(default_factory=dict[str, "Place"])


class Positions:
    """The places of all values of one document; a member of an object stands where its key stands.

    Args:
        find: finds the place of the document itself, when somebody asks for one for the first time: of a document
            without a fault nobody does, and to find them takes a fifth as long as all the rest.
    """

    def __init__(self, find: Callable[[], Place | None] | None = None) -> None:
        self._find = find
        self._root: Place | None = None

    def locate(self, pointer: str) -> Position:
        """The place of `pointer`, or of the nearest value around it; of line 0 when nothing is known."""
        if self._find is not None:
            self._root, self._find = self._find(), None
        if self._root is None:
            return Position(0, 0)
        place = self._root
        for token in pointer.split("/")[1:]:
            below = place.members.get(unescape(token))
            if below is None:
                break
            place = below
        return place.position


_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def json_positions(text: str) -> Positions:
    """The places of all values of a JSON text; of the values before the first fault where the text is broken."""
    return Positions(lambda: _json_root(text))


def _json_root(text: str) -> Place | None:
    lines = LineCounter(text)
    root: Place | None = None
    open_places: list[_Open] = []
    for token in _TOKEN.finditer(text):
        char = token[0][0]
        if char in "]},:" and not open_places:
            break
        if char in "]}":
            open_places.pop()
        elif char == ",":
            open_places[-1].next()
        elif char != ":":
            position = lines.position(token.start())
            if open_places and open_places[-1].waits_for_key():
                open_places[-1].key = (_key(token[0]), position)
                continue
            if root is not None and not open_places:
                break  # a second document
            place = open_places[-1].add(position) if open_places else Place(position)
            root = root or place
            if char in "[{":
                open_places.append(_Open(place, 0 if char == "[" else None))
            if len(open_places) > MAX_DEPTH + 1:
                break  # the decoder refuses it
    return root


@dataclass(slots=True)
class _Open:
    """An array (with the index that comes next) or an object (with the key just read) whose end was not seen yet."""

    place: Place
    index: int | None
    key: tuple[str, Position] | None = None

    def waits_for_key(self) -> bool:
        return self.index is None and self.key is None

    def next(self) -> None:
        self.key = None
        if self.index is not None:
            self.index += 1

    def add(self, position: Position) -> Place:
        name, position = self.key or (str(self.index), position)
        place = self.place.members[name] = Place(position)
        return place


def _key(token: str) -> str:
    try:
        return str(orjson.loads(token))
    except orjson.JSONDecodeError:  # not a text, or one that is not Unicode: the decoder says so
        return token


class LineCounter:
    """Line and column of offsets that only grow."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._seen = 0
        self._line = 1
        self._start = 0

    def position(self, offset: int) -> Position:
        """Where `offset` is; it is not smaller than the one before."""
        newlines = self._text.count("\n", self._seen, offset)
        if newlines:
            self._line += newlines
            self._start = self._text.rindex("\n", self._seen, offset) + 1
        self._seen = offset
        return Position(self._line, offset - self._start + 1)
