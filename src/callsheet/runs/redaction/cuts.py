"""Secrets of which only the beginning is there: where a text was cut, and where one ends that may go on."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from callsheet.runs.redaction.forms import Forms
from callsheet.runs.redaction.search import Hit, in_characters

CUT: Final = "\N{HORIZONTAL ELLIPSIS}"
"""What stands at the end of a foreign text that was too long; sentences go on behind it."""

_CUT: Final = re.compile(re.escape(CUT.encode()))


class Beginnings:
    """Finds the beginnings of secrets, as their forms are usually written, in front of an end."""

    def __init__(self, forms: Sequence[Forms]) -> None:
        found: defaultdict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
        for form in forms:
            for whole, shortest in form.beginnings:
                found[_octets(whole[:shortest])].append((_octets(whole), form.name))
        self._wholes = list(found.values())
        self._longest = max((len(whole) for wholes in self._wholes for whole, _ in wholes), default=0)
        self._starts = BytesAhoCorasick(list(found), MatchKind.Standard) if found else None

    def at_end(self, text: str) -> Hit | None:
        """The longest end of `text` that is the beginning of a secret."""
        raw = _octets(text[-self._longest :])
        found = [(start, end, name) for start, end, name in self._before(raw, [len(raw)])]
        before = len(text) - len(raw.decode("utf-8", "surrogatepass"))
        hits = in_characters(raw, found)
        return next(((before + start, before + end, name) for start, end, name in hits), None)

    def before_cuts(self, text: str) -> list[Hit]:
        """The same in front of every `CUT`, in order."""
        raw = _octets(text)
        return in_characters(raw, self._before(raw, [found.start() for found in _CUT.finditer(raw)]))

    def _before(self, raw: bytes, ends: list[int]) -> list[Hit]:
        """What begins last before one of `ends` and goes on beyond it; the longest in front of each."""
        hits: dict[int, Hit] = {}
        starts = self._starts.find_matches_as_indexes(raw, overlapping=True) if self._starts and ends else ()
        for which, start, known in starts:
            place = bisect_left(ends, known)
            end = ends[place] if place < len(ends) else len(raw) + self._longest
            if end - start >= self._longest or (end in hits and hits[end][0] <= start):
                continue
            for whole, name in self._wholes[which]:
                if end - start < len(whole) and raw.startswith(whole[: end - start], start):
                    hits[end] = start, end, name
                    break
        return [hits[end] for end in sorted(hits)]


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
