"""Cuts a child's stdout into lines, never holding more than one capped line, and finds whose answer a bad line was."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

HEAD_BYTES: Final = 1024
TAIL_BYTES: Final = 256
FLOOD_FACTOR: Final = 64
"""A line this many times over the cap will not end: the server is out of order."""

SHORTEST: Final = len(b'{"id":1}')
"""Bytes of the shortest line that is worth a look; a server can write 65,536 shorter ones into one chunk."""

TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s"{}\[\]:,]+')
ID_AT_THE_END: Final = re.compile(rb'"id"\s*:\s*(\d+|"(?:[^"\\]|\\.)*")\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*\Z')


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line without its newline. With `over_cap`, `head` and `tail` are all that was kept of it."""

    head: bytes
    tail: bytes = b""
    over_cap: bool = False


class LineCutter:
    """Feed it chunks, get lines.

    A line is collected in parts and joined once, so ten megabytes cost one copy. Of a line over `cap` bytes only the
    ends are kept; one that cannot be meant as a message is left out. `flooded` becomes true when a line has passed
    `FLOOD_FACTOR` times the cap without ending.
    """

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._parts: list[bytes] = []
        self._size = 0
        self._head = b""
        self._tail = b""
        self.flooded = False

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """The lines that `chunk` completes."""
        first, *others = chunk.split(b"\n")
        self._add(first)
        if others:
            yield from self._taken()
            yield from self._whole(others[:-1])
            self._add(others[-1])
        self.flooded = self._size > FLOOD_FACTOR * self._cap

    def _whole(self, lines: list[bytes]) -> Iterator[Line]:
        """Lines that begin and end in one chunk; there may be very many."""
        for line in lines:
            if len(line) > self._cap:
                self._add(line)
                yield from self._taken()
            elif len(line) >= SHORTEST and b"{" in line:
                yield Line(head=line)

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size <= self._cap:
            self._parts.append(part)
            return
        if self._parts:
            joined = b"".join(self._parts)
            self._parts, self._tail = [], joined[-TAIL_BYTES:]
            self._head = (joined + part[:HEAD_BYTES])[:HEAD_BYTES]
        elif self._size == len(part):
            self._head = part[:HEAD_BYTES]
        self._tail = (self._tail + part[-TAIL_BYTES:])[-TAIL_BYTES:]

    def _taken(self) -> Iterator[Line]:
        """The line that was collected, if it is worth a look."""
        over_cap = self._size > self._cap
        line = Line(head=self._head, tail=self._tail, over_cap=True) if over_cap else Line(head=b"".join(self._parts))
        self._parts, self._size, self._tail, self._head = [], 0, b"", b""
        if over_cap or (len(line.head) >= SHORTEST and b"{" in line.head):
            yield line


def request_id(line: Line) -> int | str | None:
    """The id of the request that `line` answers: the top level's `id`, looked for at both ends of the line."""
    tail = line.tail or line.head[-TAIL_BYTES:]
    raw = _id_in_head(line.head[:HEAD_BYTES]) or ((found := ID_AT_THE_END.search(tail)) and found[1])
    if not raw:
        return None
    if raw.startswith(b'"'):
        return raw[1:-1].decode("utf-8", "replace")
    return int(raw) if raw.isdigit() else None


def _id_in_head(head: bytes) -> bytes | None:
    depth = 0
    tokens = [found[0] for found in TOKEN.finditer(head)]
    # The last token may be cut off, and an id cut in the middle would be somebody else's.
    for index, token in enumerate(tokens[:-3]):
        if token in {b"{", b"["}:
            depth += 1
        elif token in {b"}", b"]"}:
            depth -= 1
        elif depth == 1 and token == b'"id"' and tokens[index + 1] == b":":
            return tokens[index + 2]
    return None
