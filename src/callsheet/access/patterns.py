"""Names that are allowed, by patterns such as `news_*`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from callsheet.errors.kinds import Invalid

MAX_PATTERNS: Final = 100

_PATTERN: Final = re.compile(r"[A-Za-z0-9_.:/*-]{1,256}", re.ASCII)
_STAR: Final = "*"


@dataclass(frozen=True, slots=True)
class Patterns:
    """A list of patterns, of which one must fit the whole name; `*` stands for any characters, none too.

    Attributes:
        texts: the patterns; `("*",)` allows every name, an empty list none.
        allow_all: whether every name fits; of most patterns it does, and every call of a tool asks.
    """

    texts: tuple[str, ...] = (_STAR,)
    allow_all: bool = field(init=False, repr=False, compare=False)
    _parts: tuple[tuple[str, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Take the patterns apart once."""
        object.__setattr__(self, "allow_all", _STAR in self.texts)
        object.__setattr__(self, "_parts", tuple(tuple(text.split(_STAR)) for text in self.texts))

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Self:
        """Patterns as people write them.

        Raises:
            Invalid: one has other characters than letters, digits, `_.:/-` and `*`, or there are too many.
        """
        known = tuple(dict.fromkeys(texts))
        if len(known) > MAX_PATTERNS:
            raise Invalid(f"There are {len(known)} patterns, and at most {MAX_PATTERNS} are allowed.")
        for text in known:
            if _PATTERN.fullmatch(text) is None:
                raise Invalid(
                    f"{text[:100]!r} is no pattern: letters, digits and _ . : / - are allowed, and * for any."
                )
        return cls(known)

    def allow(self, name: str) -> bool:
        """Whether a pattern fits `name`; in time linear in its length for each pattern."""
        return self.allow_all or any(_fits(parts, name) for parts in self._parts)

    def cover(self, others: Self) -> bool:
        """Whether these allow every name that `others` allow.

        A `*` of theirs is a character that only a `*` of these fits, whatever it stands for. Two patterns of these
        that together cover one of theirs are not seen as that.
        """
        return all(self.allow(text) for text in others.texts)


ALL: Final = Patterns()
"""Every name."""


def _fits(parts: tuple[str, ...], name: str) -> bool:
    if len(parts) == 1:
        return name == parts[0]
    first, *inner, last = parts
    if len(name) < len(first) + len(last) or not name.startswith(first) or not name.endswith(last):
        return False
    at, end = len(first), len(name) - len(last)
    for part in inner:  # the leftmost place of each is never worse than a later one
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
