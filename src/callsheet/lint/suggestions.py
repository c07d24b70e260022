"""Which of the known names may have been meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice
from typing import Final

_LONGEST: Final = 128
_MOST: Final = 250
"""Suggestions are for names of usual length among a usual number: finding one is slow otherwise."""


def similar(name: str, known: Iterable[str]) -> str | None:
    """The most similar of the `known` names; None when none is."""
    if len(name) > _LONGEST:
        return None
    usual = (each for each in islice(known, _MOST) if len(each) <= _LONGEST)
    close = get_close_matches(name, usual, n=1)
    return close[0] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question with the most similar of the `known` names; the empty string when none is similar."""
    meant = similar(name, known)
    return "" if meant is None else f"Did you mean '{meant}'?"


def listed(what: str, names: Iterable[str]) -> str:
    """A sentence such as "Visible here: a, b." with the first ten of the names."""
    shown = list(islice(names, 11))
    return f"{what}: {', '.join(shown[:10])}{', …' if len(shown) > 10 else ''}."
