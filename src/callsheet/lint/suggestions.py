"""Which of the known names may have been meant."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from heapq import nlargest
from itertools import islice
from typing import Final

MAX_WORK: Final = 1_000_000
"""Pairs of characters that are compared for one document: a tenth of a second."""

_LONGEST: Final = 128
_MOST: Final = 250
"""Suggestions are for names of usual length among a usual number."""

_CLOSE: Final = 0.6
"""Of two texts that have all in common it is 1; as in `difflib.get_close_matches`."""


class Suggestions:
    """Finds the names that may have been meant in one document. After `work` pairs of characters it finds none.

    Names that are nearly alike take a millisecond each, and a document can be full of them.
    """

    def __init__(self, work: int = MAX_WORK) -> None:
        self._left = work

    def closest(self, name: str, known: Iterable[str], most: int) -> tuple[str, ...]:
        """At most `most` of the `known` names, the most similar first."""
        if len(name) > _LONGEST:
            return ()
        matcher, found = SequenceMatcher(b=name), list[tuple[float, str]]()
        for each in islice(known, _MOST):
            if self._left < 0:
                break
            matcher.set_seq1(each)
            if len(each) <= _LONGEST and (ratio := self._ratio(matcher, len(name), len(each))) >= _CLOSE:
                found.append((ratio, each))
        return tuple(each for _, each in nlargest(most, found))

    def similar(self, name: str, known: Iterable[str]) -> str | None:
        """The most similar of the `known` names; None when none is."""
        return next(iter(self.closest(name, known, 1)), None)

    def did_you_mean(self, name: str, known: Iterable[str]) -> str:
        """A question with the most similar of the `known` names; the empty string when none is similar."""
        meant = self.similar(name, known)
        return "" if meant is None else f"Did you mean '{meant}'?"

    def _ratio(self, matcher: "SequenceMatcher[str]", one: int, other: int) -> float:
        """How similar two names of these lengths are; 0 where they are less than close."""
        self._left -= 1
        if matcher.real_quick_ratio() < _CLOSE:
            return 0
        self._left -= one + other
        if matcher.quick_ratio() < _CLOSE:
            return 0
        self._left -= one * other
        return matcher.ratio()


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """As `Suggestions.did_you_mean`, for a single name."""
    return Suggestions().did_you_mean(name, known)


def listed(what: str, names: Iterable[str]) -> str:
    """A sentence such as "Visible here: a, b." with the first ten of the names."""
    shown = list(islice(names, 11))
    return f"{what}: {', '.join(shown[:10])}{', …' if len(shown) > 10 else ''}."
