"""A text with its escapes undone, in one pass, and where each part of it stood before.

Backslashes and percent signs that escape nothing vanish, for how many there are depends on how often a text was
escaped: so a secret is the same letters however deep it stands in JSON and in addresses.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final

_HEX: Final = "[0-9a-fA-F]"
_BACKSLASH: Final = r"(?:\\|%(?:25)*+5[cC])"
_BACKSLASHES: Final = rf"{_BACKSLASH}(?:{_BACKSLASH}|[uU]005[cC]|[xX]5[cC])*+"
_PERCENTS: Final = "(?:25)*+"
_HIGH: Final = f"[uU][dD][89abAB]{_HEX}{{2}}"
_LOW: Final = f"[uU][dD][c-fC-F]{_HEX}{{2}}"
_CODE: Final = (
    f"(?:[uU]00|[xX])25{_PERCENTS}(?:{_HEX}{{2}})?|{_HIGH}{_BACKSLASHES}{_LOW}|[uU]{_HEX}{{4}}|[xX]{_HEX}{{2}}|[nrtbf]"
)
_USUAL: Final = rf"%(?!25|5[cC]){_HEX}{_HEX}|\\[nrtbf]|\\u(?!00[25]|[dD]){_HEX}{_HEX}{_HEX}{_HEX}"
_NOTHING: Final = rf"\\(?![\\uUxXnrtbf%])|(?:%(?:25)?(?=%))++|%(?!{_HEX}{_HEX})"
_ANY: Final = f"{_BACKSLASHES}(?:{_CODE})?|%{_PERCENTS}(?:{_HEX}{{2}})?"
# The first two are for speed: the last one says the same of what they take.
ESCAPE: Final = re.compile(f"({_USUAL}|{_NOTHING}|{_ANY})".encode())
"""A character that is escaped, or backslashes and percent signs that escape nothing."""

_PARTS: Final = re.compile(
    f"(?:{_BACKSLASHES})?(?:(?:[uU]00|[xX]|%)25{_PERCENTS}(?P<in_percent>{_HEX}{{2}})?|%(?P<percent>{_HEX}{{2}})|%"
    f"|(?P<high>{_HIGH}){_BACKSLASHES}(?P<low>{_LOW})|[uU](?P<unit>{_HEX}{{4}})|[xX](?P<octet>{_HEX}{{2}})"
    "|(?P<letter>[nrtbf]))?".encode()
)
_BACKSLASH_HERE: Final = re.compile(_BACKSLASH.encode())
_LETTERS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_MOST_KNOWN: Final = 2**16
_LONGEST_KNOWN: Final = 12


class _Decoded(dict[bytes, bytes]):
    """What escapes stand for, as far as it is remembered."""

    def __missing__(self, escape: bytes) -> bytes:
        found = decoded(escape)
        if len(escape) <= _LONGEST_KNOWN:
            if len(self) >= _MOST_KNOWN:
                self.clear()
            self[escape] = found
        return found


_DECODED: Final = _Decoded()


def decoded(escape: bytes) -> bytes:
    """What `ESCAPE` stands for, in UTF-8; nothing, when that is a backslash or a percent sign."""
    found = _PARTS.fullmatch(escape)
    if found is None:
        return b""
    if letter := found["letter"]:
        return _LETTERS[letter]
    if octet := found["percent"] or found["in_percent"] or found["octet"]:
        char = bytes.fromhex(octet.decode())
        # `%C3` is half a character; `\xc3` is a whole one.
        return char.decode("latin-1").encode() if found["octet"] else char
    if found["high"]:
        units = bytes.fromhex((found["high"][1:] + found["low"][1:]).decode())
        return units.decode("utf-16-be").encode()
    return chr(int(found["unit"], 16)).encode("utf-8", "surrogatepass") if found["unit"] else b""


class Unescaped:
    """A text in UTF-8 with its escapes undone.

    Attributes:
        raw: as it was.
        text: as it is then.
        is_other: whether there are any.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self._written = ESCAPE.split(raw) if b"\\" in raw or b"%" in raw else [raw]
        self._parts = self._written
        self.is_other = len(self._written) > 1
        self.text = raw
        if self.is_other:
            self._parts = self._written.copy()
            self._parts[1::2] = map(_DECODED.__getitem__, self._written[1::2])
            self.text = b"".join(self._parts)

    def span(self, start: int, end: int, *, widely: bool = False) -> tuple[int, int]:
        """Where a part of `text` stood, with the whole of each escape; `widely` with what vanished beside it."""
        if not self.is_other:
            return start, end
        first = bisect_right(self._at, start) - 1
        last = bisect_left(self._at, end) - 1
        begins = self._stood[first] + (0 if first % 2 else start - self._at[first])
        ends = self._stood[last + 1] if last % 2 else self._stood[last] + end - self._at[last]
        if widely and self._at[first] == start:
            while first and not self._parts[first - 1]:
                first -= 1
            begins = self._stood[first]
        if widely and self._at[last + 1] == end:
            while last + 1 < len(self._parts) and not self._parts[last + 1]:
                last += 1
            ends = self._stood[last + 1]
        return begins, ends

    def before(self, start: int) -> Iterator[int]:
        """Where what stood before a part of `text` may have ended: before what vanished, and in its first escape."""
        if not self.is_other:
            return
        first = bisect_right(self._at, start) - 1
        begins = self.span(start, start + 1)[0]
        yield begins
        if first % 2:
            yield from (begins + found.start() for found in _BACKSLASH_HERE.finditer(self._written[first], 1))
        while self._at[first] == start and first and not self._parts[first - 1]:
            first -= 1
            yield self._stood[first]

    @cached_property
    def _stood(self) -> list[int]:
        return list(accumulate(map(len, self._written), initial=0))

    @cached_property
    def _at(self) -> list[int]:
        return list(accumulate(map(len, self._parts), initial=0))


_MOST_READINGS: Final = 64
_CONTEXTS: Final = (b"%", b"%0", b"%2", b"%5", b"\\", b"\\u", b"\\u0", b"\\u00", b"\\u002", b"\\u000", b"\\x", b"\\x0")
"""With what an escape can begin that ends in the text behind it; of digits, any would do."""


def readings(raw: bytes) -> tuple[bytes, ...]:
    """What `raw` can become when its escapes are undone after it was escaped itself, as a whole or in part.

    `%41` is an `A` when it was not escaped, and `41` when its digits were. When there are too many, the first ones.
    """
    found: list[dict[bytes, None]] = [{b"": None}, *({} for _ in raw)]
    for at in range(len(raw)):
        begun, found[at] = list(found[at])[:_MOST_READINGS], {}
        escape = ESCAPE.match(raw, at) if begun else None
        if escape is None:
            found[at + 1].update(dict.fromkeys(each + raw[at : at + 1] for each in begun))
            continue
        for end in range(escape.end(), at, -1):
            part = raw[at:end]
            if ESCAPE.fullmatch(part):
                found[end].update(dict.fromkeys(each + decoded(part) for each in begun))
    last = raw.translate(None, b"%\\")
    return tuple(dict.fromkeys([*list(found[-1])[:_MOST_READINGS], last]))


def swallowed(raw: bytes) -> tuple[int, ...]:
    """How many of the first bytes of `raw` an escape may end with that begins before it; 0, for none, is among them."""
    lengths = {0}
    for context in _CONTEXTS:
        escape = ESCAPE.match(context + raw)
        if escape is not None:
            lengths.add(max(0, escape.end() - len(context)))
    return tuple(sorted(lengths))


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The end of a text that can be taken for the beginning of an escape: where it begins, and how it may stand."""

    start: int
    pattern: re.Pattern[bytes]


def unfinished(raw: bytes) -> Unfinished | None:
    """What of `raw` an escape may begin with that ends behind it."""
    found = _UNFINISHED.search(raw)
    if found is None:
        return None
    mark = _BACKSLASHES if found["backslashes"] else "%(?:25)*"
    return Unfinished(found.start(), re.compile(mark.encode() + re.escape(found["digits"] or b"")))


_UNFINISHED: Final = re.compile(
    f"(?:(?P<backslashes>\\\\+)|%(?:25)*)(?P<digits>(?:[uU]{_HEX}{{0,3}}|[xX]{_HEX}?|{_HEX})?)\\Z".encode()
)
