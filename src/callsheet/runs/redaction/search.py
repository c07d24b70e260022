"""Where secrets stand in a text, in all of their forms: a few passes, whatever it holds and however many they are."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, TypeAlias

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from callsheet.runs.redaction.escapes import Unescaped, readings, swallowed, unfinished
from callsheet.runs.redaction.forms import SHORTEST, WHITE, Forms

_SLICE: Final = 16 * 2**10
"""Characters that are looked through without a pause in which other threads have their turn."""

_REACH: Final = 4
"""Times the longest usual form of a secret, which one may be that is escaped deeper or broken into more lines."""

_LEAST: Final = 3
"""Bytes of a secret behind those that an escape before it has swallowed; of fewer, all texts are full."""

_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_OF_BASE64: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

Hit: TypeAlias = tuple[int, int, str]
"""Beginning and end in the text, and the name of the secret."""

_Locate: TypeAlias = Callable[[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Needle:
    """What is looked for.

    Attributes:
        lead: what stands before it, as it is, and was taken for the end of an escape.
        pluses: where there has to be a plus, which is looked for as a space.
        marked: whether backslashes or percent signs belong to it, which vanish.
        tail: what stands behind it, and may be taken for the beginning of an escape.
        ahead: whether a character of base64 before it holds bits of the secret.
        behind: the same behind it.
    """

    name: str
    lead: bytes = b""
    pluses: tuple[int, ...] = ()
    marked: bool = False
    tail: re.Pattern[bytes] | None = None
    ahead: bool = False
    behind: bool = False


class Search:
    """Looks for secrets, given by their forms."""

    def __init__(self, forms: Sequence[Forms]) -> None:
        self._reach = _REACH * max((form.longest for form in forms), default=0)
        self._written = _Finder(each for form in forms for each in _written(form))
        self._escaped = _Finder(each for form in forms for each in _escaped(form))
        self._base64 = _Finder(each for form in forms for each in _base64(form))
        self._digits = _Finder((form.digits.encode(), _Needle(form.name)) for form in forms)

    def slices(self, text: str) -> Iterator[tuple[int, str]]:
        """Parts of a text that overlap by what one secret may take, and where each begins."""
        if len(text) <= _SLICE + self._reach:
            yield 0, text
            return
        step = max(_SLICE, self._reach)
        yield from ((at, text[at : at + step + self._reach]) for at in range(0, len(text), step))

    def hits(self, text: str) -> list[Hit]:
        """Where they stand in one of the slices of a text, in no order, some twice."""
        raw = text.encode("utf-8", "surrogatepass")
        found = list(self._in(raw))
        return found if text.isascii() else in_characters(raw, found)

    def _in(self, raw: bytes) -> Iterator[Hit]:
        yield from ((start, end, needle.name) for needle, start, end in self._digits.finds(raw.lower()))
        view = Unescaped(raw)
        text = view.text
        yield from self._in_base64(text, raw, view.span)
        if view.is_other:
            yield from ((start, end, needle.name) for needle, start, end in self._written.finds(raw))
            yield from self._in_base64(raw, raw, lambda start, end: (start, end))
        for needle, start, end in self._escaped.finds(text.replace(b"+", b" ")):
            if place := _whole(needle, view, start, end):
                yield *place, needle.name

    def _in_base64(self, text: bytes, raw: bytes, locate: _Locate) -> Iterator[Hit]:
        is_broken = b"\n" in text or b"\r" in text
        letters = text.translate(_TO_STANDARD, WHITE if is_broken else b"")
        found = list(self._base64.finds(letters))
        place = _kept(text) if found and is_broken else _same
        for needle, start, end in found:
            first = start - (needle.ahead and start > 0 and letters[start - 1] in _OF_BASE64)
            last = end - 1 + (needle.behind and end < len(letters) and letters[end] in _OF_BASE64)
            begins, ends = locate(place(first), place(last) + 1)
            if needle.lead:
                before = [begins, locate(place(start - 1), place(start - 1) + 1)[1]] if start else [begins]
                led = _led(needle, raw, before)
                if led is None:
                    continue
                begins = led
            yield begins, ends, needle.name


def _same(place: int) -> int:
    return place


def _led(needle: _Needle, raw: bytes, places: Iterable[int]) -> int | None:
    """Where the lead of a needle begins that ends at one of `places`."""
    begins = (place - len(needle.lead) for place in places)
    return next((place for place in begins if place >= 0 and raw.startswith(needle.lead, place)), None)


_PLUS: Final = ord("+")


def _whole(needle: _Needle, view: Unescaped, start: int, end: int) -> tuple[int, int] | None:
    """Where all of what was found stood; None when it is not all there."""
    if any(view.text[start + at] != _PLUS for at in needle.pluses):
        return None
    raw = view.raw
    begins, ends = view.span(start, end)
    if needle.marked:
        widely = view.span(start, end, widely=True)
        if b"%" not in (part := raw[slice(*widely)]) and b"\\" not in part:
            return None
        begins, ends = widely
    if needle.tail is not None:
        tail = needle.tail.match(raw, ends)
        if tail is None:
            return None
        ends = tail.end()
    if needle.lead:
        led = _led(needle, raw, view.before(start))
        return None if led is None else (led, ends)
    return begins, ends


def _written(form: Forms) -> Iterator[tuple[bytes, _Needle]]:
    needle = _Needle(form.name)
    shortest = min(map(len, readings(form.octets)))
    for text in form.spelled if shortest < SHORTEST else ():
        yield text.encode("utf-8", "surrogatepass"), needle
    yield form.octets, needle


def _escaped(form: Forms) -> Iterator[tuple[bytes, _Needle]]:
    octets = form.octets
    marked = b"%" in octets or b"\\" in octets
    tail = unfinished(octets)
    ends = [(len(octets), None), *([(tail.start, tail.pattern)] if tail is not None else [])]
    for count in swallowed(octets):
        for end, pattern in ends:
            for each in readings(octets[count:end]):
                if len(each) < (_LEAST if count else SHORTEST):
                    continue
                pluses = tuple(at for at, octet in enumerate(each) if octet == _PLUS)
                yield (
                    each.replace(b"+", b" "),
                    _Needle(form.name, lead=octets[:count], pluses=pluses, marked=marked, tail=pattern),
                )


def _base64(form: Forms) -> Iterator[tuple[bytes, _Needle]]:
    for core in form.cores:
        text = core.text.encode()
        # The character ahead may be a digit of what swallows others, whatever it is.
        counts = {*swallowed(text), *(count - 1 for count in swallowed(b"0" + text) if count and core.ahead)}
        for count in counts:
            if len(text) >= count + _LEAST or (text and not count):
                lead = text[:count]
                yield text[count:], _Needle(form.name, lead=lead, ahead=core.ahead and not count, behind=core.behind)


class _Finder:
    """Looks for many needles at once."""

    def __init__(self, needles: Iterable[tuple[bytes, _Needle]]) -> None:
        found: defaultdict[bytes, list[_Needle]] = defaultdict(list)
        for octets, needle in needles:
            if needle not in found[octets]:
                found[octets].append(needle)
        self._needles = list(found.values())
        self._exact = [all(_is_exact(needle) for needle in needles) for needles in self._needles]
        self._finder = BytesAhoCorasick(list(found), MatchKind.Standard) if found else None

    def finds(self, text: bytes) -> Iterator[tuple[_Needle, int, int]]:
        """Every place of every needle; of one that overlaps with itself, as one."""
        begun: dict[int, tuple[int, int]] = {}
        hits = self._finder.find_matches_as_indexes(text, overlapping=True) if self._finder else ()
        for which, start, end in hits:
            before = begun.get(which)
            if before is not None and start <= before[1] and self._exact[which]:
                begun[which] = before[0], end
                continue
            if before is not None:
                yield from ((needle, *before) for needle in self._needles[which])
            begun[which] = start, end
        for which, before in begun.items():
            yield from ((needle, *before) for needle in self._needles[which])


def _is_exact(needle: _Needle) -> bool:
    return not (needle.lead or needle.pluses or needle.marked or needle.tail)


def _kept(text: bytes) -> Callable[[int], int]:
    """Gives the place in `text` of a character that is the n-th one without white space."""
    parts = _PARTS.split(text)
    stood = list(accumulate(map(len, parts), initial=0))
    kept = list(accumulate((len(part) for part in parts[::2]), initial=0))

    def place(at: int) -> int:
        which = bisect_right(kept, at) - 1
        return stood[2 * which] + at - kept[which]

    return place


_PARTS: Final = re.compile(b"([" + re.escape(WHITE) + b"]+)")


def in_characters(raw: bytes, hits: Sequence[Hit]) -> list[Hit]:
    """Hits in a text whose places were counted in bytes of UTF-8."""
    places: dict[int, int] = {}
    last = count = 0
    for place in sorted({place for start, end, _ in hits for place in (start, end)}):
        count += len(raw[last:place].decode("utf-8", "surrogatepass"))
        places[place], last = count, place
    return [(places[start], places[end], name) for start, end, name in hits]
