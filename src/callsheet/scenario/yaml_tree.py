"""A YAML document as a tree that keeps what a value does not: comments, blank lines, and how scalars were written.

A comment on a line of its own belongs to the entry below it, or, where it stands deeper than that, to the one above it;
one behind a value to the entry of that line. The text must be one that `decode_yaml` accepts.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

from ruamel.yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from callsheet.scenario.json import Json
from callsheet.scenario.positions import LineCounter
from callsheet.scenario.yaml_events import events, new_yaml

_COMMENT: Final = re.compile(r"#[^\n]*")


@dataclass(slots=True)
class Scalar:
    """A value without parts.

    Attributes:
        value: what it stands for; of a plain scalar its text.
        style: empty for plain, else a quote, `|` or `>`; None when it was not written in YAML.
        lines: of `|` and `>` the text's lines as they are written, without indentation; empty when that is unknown.
        header: of `|` and `>` the indicators, such as `|-`.
    """

    value: Json
    style: str | None = None
    lines: tuple[str, ...] = ()
    header: str = ""


@dataclass(slots=True)
class Block:
    """An object or a list; `flow` tells whether it was written in braces or brackets."""

    is_object: bool
    flow: bool
    entries: "list[Entry]" = field(default_factory=list["Entry"])


Node: TypeAlias = Scalar | Block


@dataclass(slots=True)
class Entry:
    """A member of an object, with its key, or of a list.

    Attributes:
        above: the comments before it, each on a line of its own; an empty text is a blank line.
        line: where it begins, counted from 0 as `column` and `end` are.
        end: the line and column behind it, where they are known.
        indent: the column of its dash, if it has one, else `column`.
        inline: whether it was written inside of braces or brackets.
        beside: the comment behind it.
        below: comments after all of it that stand as deep as it.
    """

    node: Node
    key: Scalar | None = None
    line: int = 0
    column: int = 0
    end: tuple[int, int] | None = None
    indent: int = 0
    inline: bool = False
    above: list[str] = field(default_factory=list[str])
    beside: str = ""
    below: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class Tree:
    """A document; `head` are the comments before its first entry, `foot` those at its end that belong to no entry."""

    root: Node
    head: list[str] = field(default_factory=list[str])
    foot: list[str] = field(default_factory=list[str])


def read_tree(text: str) -> Tree:
    """The tree of a document that `decode_yaml` accepts."""
    reader = _Reader(text, events(text))
    tree = Tree(reader.read())
    _Comments(text, tree, reader.entries).place()
    return tree


def tree_of(value: Json) -> Node:
    """A value that was not written in YAML."""
    if isinstance(value, dict):
        members = [Entry(tree_of(item), key=Scalar(key)) for key, item in value.items()]
        return Block(is_object=True, flow=_is_short(value), entries=members)
    if isinstance(value, list):
        return Block(is_object=False, flow=_is_short(value), entries=[Entry(tree_of(item)) for item in value])
    return Scalar(value)


def _is_short(value: Json) -> bool:
    """What people write on one line: lists of scalars, and objects of one or two such as `{from: input.url}`."""
    if isinstance(value, dict):
        return len(value) <= 2 and all(not isinstance(item, dict | list) for item in value.values())
    return isinstance(value, list) and all(not isinstance(item, dict | list) for item in value)


def _is_closed(event: Any) -> bool:
    """Whether the end of a value is known: that of a block, of text too, is wherever the parser noticed it."""
    if isinstance(event, ScalarEvent):
        return cast("Any", event).style not in {"|", ">"}
    return bool(event.flow_style)


class _Reader:
    def __init__(self, text: str, events: Iterator[Any]) -> None:
        self._text = text
        self._events = events
        self._end = (0, 0)
        self.entries: list[Entry] = []

    def _next(self) -> Any:
        event = next(self._events)
        self._end = (event.end_mark.line, event.end_mark.column)
        return event

    def read(self) -> Node:
        found: Node = Scalar(None)
        for event in self._events:
            if isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
                found = self._node(event)
        return found

    def _node(self, event: Any) -> Node:
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        is_object = isinstance(event, MappingStartEvent)
        block = Block(is_object=is_object, flow=bool(event.flow_style))
        end = MappingEndEvent if is_object else SequenceEndEvent
        while not isinstance(first := self._next(), end):
            mark = first.start_mark
            dashed = not is_object and not block.flow
            indent: int = cast("Any", event).start_mark.column if dashed else mark.column
            entry = Entry(Scalar(None), line=mark.line, column=mark.column, indent=indent, inline=block.flow)
            block.entries.append(entry)
            self.entries.append(entry)
            if is_object:
                entry.key = self._scalar(first)
            value = self._next() if is_object else first
            entry.node = self._node(value)
            if _is_closed(value):
                entry.end = self._end
        return block

    def _scalar(self, event: Any) -> Scalar:
        style: str = event.style or ""
        if style not in {"|", ">"}:
            return Scalar(event.value, style)
        header, *lines = self._text[event.start_mark.index : event.end_mark.index].split("\n")
        header = header.partition("#")[0].strip()
        depth = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
        if header not in {"|", "|-", ">", ">-"} or any(line[:depth].strip() for line in lines):
            return Scalar(event.value, '"')
        while lines and not lines[-1].strip():
            lines.pop()
        return Scalar(event.value, style, tuple(line[depth:] if line.strip() else "" for line in lines), header)


_Own: TypeAlias = dict[int, list[tuple[int, str]]]
"""By the number of an entry, the comments above it with their lines."""


class _Comments:
    def __init__(self, text: str, tree: Tree, entries: list[Entry]) -> None:
        self._text = text
        self._lines = text.split("\n")
        self._counter = LineCounter(text)
        self._tree = tree
        self._entries = entries
        self._starts = [entry.line for entry in entries]
        self._ends: dict[int, list[Entry]] = {}
        for entry in entries:
            if entry.end:
                self._ends.setdefault(entry.end[0], []).append(entry)
        self._passed = 0
        self._around: list[Entry] = []

    def place(self) -> None:
        own: _Own = {}
        for line, column, comment in self._comments():
            if self._lines[line][:column].strip():
                self._beside(line, column, comment, own)
            else:
                self._alone(line, column, comment, own)
        for number, entry in enumerate(self._entries):
            self._above(number, entry, own.get(number, []))
        if self._entries:
            self._tree.head, self._entries[0].above = self._entries[0].above, []

    def _alone(self, line: int, column: int, comment: str, own: _Own) -> None:
        """Put a comment that has a line of its own."""
        number = bisect_left(self._starts, line + 1)
        following = self._entries[number] if number < len(self._entries) else None
        owner = self._last(number, column)
        if following is not None and (owner is None or min(column, owner.indent) <= following.column):
            own.setdefault(number, []).append((line, comment))
        elif owner is not None and column > 0:
            owner.below.append(comment)
        else:
            self._tree.foot.append(comment)

    def _last(self, number: int, column: int) -> Entry | None:
        """The last entry before `number`, which only grows, that stands as deep as `column` or less, in no brackets."""
        for entry in self._entries[self._passed : number]:
            if not entry.inline:
                while self._around and self._around[-1].indent >= entry.indent:
                    self._around.pop()
                self._around.append(entry)  # those that are left stand deeper and deeper
        self._passed = number
        found = bisect_right(self._around, column, key=lambda each: each.indent)
        return self._around[found - 1] if found else None

    def _beside(self, line: int, column: int, comment: str, own: _Own) -> None:
        """Put a comment behind something on its line."""
        number = bisect_left(self._starts, line + 1)
        here = self._entries[bisect_left(self._starts, line) : number]
        ended = [entry for entry in self._ends.get(line, []) if entry.end and entry.end[1] <= column]
        begun = [entry for entry in here if entry.column < column]
        owner = ended[0] if ended else begun[-1] if begun else None
        if owner is not None and not owner.beside:
            owner.beside = comment
        elif number < len(self._entries):
            own.setdefault(number, []).append((line, comment))
        else:
            self._tree.foot.append(comment)

    def _above(self, number: int, entry: Entry, comments: list[tuple[int, str]]) -> None:
        end = self._entries[number - 1].line if number else -1
        for line, comment in comments:
            if line - 1 > end and not self._lines[line - 1].strip():
                entry.above.append("")
            entry.above.append(comment)
            end = line
        if entry.line - 1 > end and not self._lines[entry.line - 1].strip():
            entry.above.append("")

    def _comments(self) -> Iterator[tuple[int, int, str]]:
        position = 0
        tokens: Iterator[Any] = new_yaml().scan(self._text)
        for token in tokens:
            start, end = token.start_mark.index, token.end_mark.index
            yield from self._between(position, start)
            if getattr(token, "style", None) in {"|", ">"}:
                header = self._text.find("\n", start, end)
                yield from self._between(start, end if header < 0 else header)
            position = max(position, end)
        yield from self._between(position, len(self._text))

    def _between(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        for found in _COMMENT.finditer(self._text, start, end):
            line, column = self._counter.position(found.start())
            yield line - 1, column - 1, found[0].rstrip()
