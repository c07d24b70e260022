"""The forms in which a secret can stand in a text: how each is found quickly, and what exactly is replaced.

* plain, URL-encoded, JSON-escaped, also mixed and nested: by the secret in the text, or in what its escapes stand for;
* base64, standard and URL-safe, at each of three places in a group: by letters that do not depend on what is beside it;
* hexadecimal: by its digits, all small or all capital.

A long secret is looked for in pieces. What is repeated in a pattern is bounded, so that a text of backslashes, percent
signs or white space alone costs no more than another one.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Final
from urllib.parse import quote

from callsheet.runs.redaction.finding import finder, may_match

SHORTEST: Final = 4
"""Characters; a shorter secret is not looked for: it would be found everywhere."""

SAFE: Final = 8
"""Characters from which on a secret is not found by chance."""

_SHORTEST_BASE64: Final = 6
_SHORTEST_HEX: Final = 8
_SHORTEST_LINE: Final = 8
"""Of a secret of several lines: each of these lines is looked for, too."""

_WHOLE: Final = 128
"""Characters of a secret that is looked for as a whole."""

_PIECE: Final = 64
"""Characters of each piece of a longer one."""

_SHORTEST_WORD: Final = 3
"""Characters; fewer stand in every text."""

_ESCAPES: Final = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}
_BREAK: Final = r"(?:\\{1,16}[rn]|\s){0,24}"
"""Where base64 is broken into lines."""

_WORDS: Final = re.compile(r"[A-Za-z0-9]+")
_ANY_BASE64: Final = r"(?:[A-Za-z0-9+/_-]|%(?:25){0,4}2[bBfF]|\\{1,16}/|\\{1,16}u002[bBfF])"
_BASE64: Final = {
    "+": r"(?:\+|-|%(?:25){0,4}2[bB]|\\{1,16}u002[bB])",
    "/": r"(?:/|_|%(?:25){0,4}2[fF]|\\{1,16}/|\\{1,16}u002[fF])",
}

_DIGITS: Final = "(?:3[0-9]|[46][1-9a-fA-F]|[57][0-9aA])"
"""The code of a letter or digit of ASCII."""

ESCAPED_WORDS: Final = (rf"%(?:25)*{_DIGITS}", rf"(?:\\|5[cC])(?:[uU]00|[xX]){_DIGITS}")
"""A letter or digit that somebody escaped, as nobody has to. Without one, words of a secret stand there as they are."""


def values_of(secret: str) -> Iterator[str]:
    """What is looked for of a secret: all of it, in pieces if it is long; and each line, as logs show texts by line."""
    yield from _pieces(secret)
    lines = [line.strip() for line in secret.splitlines()]
    if len(lines) > 1:
        for line in lines:
            if len(line) >= _SHORTEST_LINE and not line.startswith("-----"):
                yield from _pieces(line)


def _pieces(secret: str) -> Iterator[str]:
    if len(secret) <= _WHOLE:
        yield secret
        return
    yield from (secret[at : at + _PIECE] for at in range(0, len(secret) - _PIECE, _PIECE))
    yield secret[-_PIECE:]


class Views:
    """A text, and what has to be known of it once for all secrets."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def has_escaped_words(self) -> bool:
        """Whether a letter or digit is escaped in it."""
        return may_match(_ESCAPED, self.text)

    @cached_property
    def unbroken(self) -> str | None:
        """The text without white space; None when it has one line only."""
        return unbroken(self.text) if has_breaks(self.text) else None


_ESCAPED: Final = finder((), ESCAPED_WORDS)


def has_breaks(text: str) -> bool:
    """Whether it has several lines, or did before it was escaped."""
    return "\n" in text or "\\n" in text


def unbroken(text: str) -> str:
    """`text` without white space of ASCII, and without line breaks that are escaped, however often."""
    while "\\\\" in text:
        text = text.replace("\\\\", "\\")
    text = text.replace("\\n", "").replace("\\r", "")
    return text.encode("utf-8", "surrogatepass").translate(None, _WHITE).decode("utf-8", "surrogatepass")


_WHITE: Final = b" \t\n\r\f\v"


class Forms:
    """The forms of one secret; `name` is what it is called.

    Attributes:
        word: of letters and digits in the secret that tell it best from other texts; empty when there is none. Where
            the secret stands, it stands, too, unless a letter or digit is escaped.
        markers: the same of its base64, for each place in a group.
        digits: the secret in hexadecimal.
    """

    def __init__(self, name: str, secret: str) -> None:
        self.name = name
        self._secret = secret
        octets = secret.encode("utf-8", "surrogatepass")
        self._cores = tuple(_core(octets, before) for before in range(3))
        self.word = _telling(_WORDS.findall(secret))
        self.markers = tuple(max(_WORDS.findall(core), key=len, default="") for core in self._cores)
        self._compiled: dict[tuple[int, bool], re.Pattern[str]] = {}
        self._hex = octets.hex()
        self.digits = (self._hex, self._hex.upper())

    def spans(self, views: Views) -> Iterator[tuple[int, int]]:
        """Where forms stand in the text."""
        rest = text = views.text
        if self._secret in text:
            yield from _all(text, self._secret)
            rest = text.replace(self._secret, "")
        if self.word in rest or views.has_escaped_words:
            yield from (found.span() for found in _found(self._escaped, text, 24 * len(self._secret)))
        broken = views.unbroken
        for before, marker in enumerate(self.markers):
            if broken is not None and marker in broken:
                yield from (found.span() for found in self._base64(before, broken=True).finditer(text))
            elif marker in text:
                yield from (found.span() for found in self._base64(before, broken=False).finditer(text))
        if any(digits in text for digits in self.digits):
            yield from (found.span() for found in self._hexadecimal.finditer(text))

    @cached_property
    def beginnings(self) -> tuple[tuple[str, int], ...]:
        """The forms as they are usually written, and how much of the beginning of each betrays it."""
        plain = dict.fromkeys((self._secret, quote(self._secret, safe=""), json.dumps(self._secret)[1:-1]))
        cores = dict.fromkeys(each for core in self._cores for each in (core, core.translate(_URL_SAFE)))
        escaped = "".join(f"\\u{ord(char):04x}" for char in self._secret)
        return (
            *((form, SHORTEST) for form in plain),
            *((form, _SHORTEST_BASE64) for form in cores),
            *((form, _SHORTEST_HEX) for form in self.digits),
            (escaped, 6 * SHORTEST),
        )

    @property
    def longest(self) -> int:
        """Characters of the longest form that is escaped no more than twice."""
        return 8 * len(self._secret.encode("utf-8", "surrogatepass"))

    @cached_property
    def _escaped(self) -> re.Pattern[str]:
        return re.compile("".join(_escaped_chars(self._secret)))

    def _base64(self, before: int, *, broken: bool) -> re.Pattern[str]:
        found = self._compiled.get((before, broken))
        if found is None:
            between = _BREAK if broken else ""
            length = 8 * len(self._secret.encode("utf-8", "surrogatepass"))
            inside = between.join(_BASE64.get(char, char) for char in self._cores[before])
            ahead = f"(?:{_ANY_BASE64}{between})?" if before else ""
            behind = f"(?:{between}{_ANY_BASE64})?" if (8 * before + length) % 6 else ""
            found = self._compiled[before, broken] = re.compile(ahead + inside + behind)
        return found

    @cached_property
    def _hexadecimal(self) -> re.Pattern[str]:
        return re.compile(self._hex, re.IGNORECASE)


@lru_cache(maxsize=4096)
def forms_of(name: str, secret: str) -> Forms:
    """The forms of a secret, whose patterns are compiled when they are first wanted, and then kept."""
    return Forms(name, secret)


def _telling(words: Iterable[str]) -> str:
    """The word that is least likely to stand anywhere by chance."""
    long = (word for word in words if len(word) >= _SHORTEST_WORD)
    return max(long, key=_strangeness, default="")


def _strangeness(word: str) -> int:
    mixed = word not in {word.lower(), word.upper()}
    return len(set(word)) + 4 * any(map(str.isdigit, word)) + 3 * mixed


_URL_SAFE: Final = str.maketrans("+/", "-_")


def _core(octets: bytes, before: int) -> str:
    """What base64 makes of `octets` alone when `before` others are in front of it in their group of three."""
    text = base64.b64encode(bytes(before) + octets).decode()
    return text[(8 * before + 5) // 6 : 8 * (before + len(octets)) // 6]


_PERCENT: Final = "%(?:25){0,4}"
_BACKSLASH: Final = rf"(?:\\|{_PERCENT}5[cC])"


def _escaped_chars(secret: str) -> Iterator[str]:
    """A pattern for each character of a secret, however it is escaped.

    Backslashes that follow one another, and those of the escape behind them, are one group that is never given back,
    and a match begins with the first one of several: else there were too many ways to read them.
    """
    before = ""
    for found in _PARTS.finditer(secret):
        part = found[0]
        if part.startswith("\\"):
            code = "" if _CODE.match(secret, found.end()) else f"(?i:{_CODE.pattern})?"
            yield f"(?>(?:{_BACKSLASH}{code}){{{len(part)},{_DEEPEST * len(part)}}})"
        else:
            least = 0 if before.startswith("\\") else 1
            prefix = "" if before else r"(?<!\\)"
            yield _escaped_char(part, f"{prefix}{_BACKSLASH}{{{least},{_DEEPEST}}}")
        before = part


_PARTS: Final = re.compile(r"\\+|[^\\]", re.DOTALL)
_CODE: Final = re.compile("u005c|x5c", re.IGNORECASE)
"""Of a backslash, behind another one."""

_DEEPEST: Final = 16
"""Backslashes that four levels of escapes make of one."""


def _escaped_char(char: str, backslashes: str) -> str:
    octets = char.encode("utf-8", "surrogatepass")
    units = char.encode("utf-16-be", "surrogatepass")
    percents = "".join(f"{_PERCENT}{octet:02x}" for octet in octets)
    first, *others = (f"u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
    codes = [f"{backslashes}{first}", *(f"{_BACKSLASH}{{1,{_DEEPEST}}}{each}" for each in others)]
    escaped = [f"(?i:{percents})", f"(?i:{''.join(codes)})"]
    if len(octets) == 1:
        escaped.append(f"(?i:{backslashes}x{octets.hex()})")
    if char in '"/':
        own = rf"(?:{backslashes})?(?:{char}|{_PERCENT}{octets.hex()}|{_PERCENT}{octets.hex().upper()})"
    elif char in _ESCAPES:
        own = rf"{re.escape(char)}|{backslashes}{_ESCAPES[char]}"
    elif char == " ":
        own = r"\ |\+"
    elif char == "%":
        own = _PERCENT
    else:
        own = re.escape(char)
    return f"(?:{'|'.join([own, *escaped])})"


_SLICE: Final = 64 * 2**10


def _found(pattern: re.Pattern[str], text: str, reach: int) -> Iterator[re.Match[str]]:
    """Every match of at most `reach` characters, some twice: in slices, between which other threads have their turn."""
    for at in range(0, len(text), _SLICE):
        yield from pattern.finditer(text, at, at + _SLICE + reach)


def _all(text: str, part: str) -> Iterator[tuple[int, int]]:
    at = text.find(part)
    while at >= 0:
        yield at, at + len(part)
        at = text.find(part, at + 1)
