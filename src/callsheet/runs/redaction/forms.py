"""The forms in which a secret can stand in a text: how each is found quickly, and what exactly is replaced.

* plain, URL-encoded, JSON-escaped, also mixed and nested: by the secret in the text, or in what its escapes stand for;
* base64, standard and URL-safe, at each of three places in a group: by letters that do not depend on what is beside it;
* hexadecimal: by its digits, all small or all capital.
"""

import base64
import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final
from urllib.parse import quote

SHORTEST: Final = 4
"""Characters; a shorter secret is not looked for: it would be found everywhere."""

SAFE: Final = 8
"""Characters from which on a secret is not found by chance."""

_SHORTEST_BASE64: Final = 6
_SHORTEST_HEX: Final = 8
_SHORTEST_LINE: Final = 8
"""Of a secret of several lines: each of these lines is looked for, too."""

_NESTED: Final = 4
"""How often a text can be escaped one over the other: twice by a tool, once by an event, once by a log."""

_ESCAPES: Final = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}
_JSON_ESCAPE: Final = re.compile(r'\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(["\\/bfnrt]))')
_PERCENT: Final = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_UNESCAPED: Final = {letter: char for char, letter in _ESCAPES.items()}
_BREAK: Final = r"(?:\\+[rn]|\s)*"
"""Where base64 is broken into lines."""

_BREAKS: Final = re.compile(r"\\+[rn]|\s")
_WORDS: Final = re.compile(r"[A-Za-z0-9]+")
_ANY_BASE64: Final = r"(?:[A-Za-z0-9+/_-]|%(?:25)*2[bBfF]|\\+/|\\+u002[bBfF])"
_BASE64: Final = {
    "+": r"(?:\+|-|%(?:25)*2[bB]|\\+u002[bB])",
    "/": r"(?:/|_|%(?:25)*2[fF]|\\+/|\\+u002[fF])",
}


def values_of(secret: str) -> Iterator[str]:
    """What is looked for of a secret: all of it, and each line, for logs show texts line by line."""
    yield secret
    lines = [line.strip() for line in secret.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _SHORTEST_LINE and not line.startswith("-----"))


class Views:
    """A text, and what it says when escapes are undone; each view is made when it is first wanted."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def unescaped(self) -> tuple[str, ...]:
        """The text without one or several levels of escapes of JSON and of URLs."""
        found: dict[str, None] = {}
        seen, level = {self.text}, [self.text]
        for _ in range(_NESTED):
            level = [other for each in level for other in _undone(each) if other not in seen]
            seen.update(level)
            found.update(dict.fromkeys(level))
            if not level:
                break
        return tuple(found)

    @cached_property
    def unbroken(self) -> str | None:
        """The text without white space; None when it has one line only."""
        return _BREAKS.sub("", self.text) if "\n" in self.text or "\\n" in self.text else None


def _undone(text: str) -> Iterator[str]:
    if "\\" in text:
        yield _paired(_JSON_ESCAPE.sub(_char_of_escape, text))
    if "%" in text:
        yield _PERCENT.sub(_text_of_percents, text)


def _char_of_escape(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    return chr(int(digits, 16)) if digits else _UNESCAPED.get(found[3], found[3])


def _paired(text: str) -> str:
    """`text`, whose pairs of surrogates have become characters."""
    if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _text_of_percents(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace")


class Forms:
    """The forms of one secret; `name` is what it is called."""

    def __init__(self, name: str, secret: str) -> None:
        self.name = name
        self._secret = secret
        octets = secret.encode("utf-8", "surrogatepass")
        plus = secret.replace(" ", "+")
        self._needles = (secret,) if plus == secret else (secret, plus)
        self._cores = tuple(_core(octets, before) for before in range(3))
        self._markers = tuple(max(_WORDS.findall(core), key=len, default="") for core in self._cores)
        self._compiled: dict[tuple[int, bool], re.Pattern[str]] = {}
        self._hex = octets.hex()
        self._digits = (self._hex, self._hex.upper())

    def stands_in(self, views: Views) -> bool:
        """Whether a form seems to stand in the text; what says no is certain."""
        text = views.text
        if self._secret in text or any(marker in text for marker in self._markers):
            return True
        if any(digits in text for digits in self._digits):
            return True
        return self._is_escaped(views) or self._is_broken(views)

    def spans(self, views: Views) -> Iterator[tuple[int, int]]:
        """Where forms stand in the text."""
        text = views.text
        if self._secret in text:
            yield from _all(text, self._secret)
        if self._is_escaped(views):
            yield from (found.span() for found in self._escaped.finditer(text))
        broken = self._is_broken(views)
        for before, marker in enumerate(self._markers):
            if broken or marker in text:
                yield from (found.span() for found in self._base64(before, broken=broken).finditer(text))
        if any(digits in text for digits in self._digits):
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
            *((form, _SHORTEST_HEX) for form in self._digits),
            (escaped, 6 * SHORTEST),
        )

    @property
    def longest(self) -> int:
        """Characters of the longest form that is escaped no more than twice."""
        return 8 * len(self._secret.encode("utf-8", "surrogatepass"))

    def _is_escaped(self, views: Views) -> bool:
        text = views.text
        if len(self._needles) > 1 and self._needles[1] in text:
            return True
        if "\\" not in text and "%" not in text:
            return False
        return any(needle in view for view in views.unescaped for needle in self._needles)

    def _is_broken(self, views: Views) -> bool:
        broken = views.unbroken
        return broken is not None and any(marker in broken for marker in self._markers)

    @cached_property
    def _escaped(self) -> re.Pattern[str]:
        return re.compile("".join(map(_escaped_char, self._secret)))

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


_URL_SAFE: Final = str.maketrans("+/", "-_")


def _core(octets: bytes, before: int) -> str:
    """What base64 makes of `octets` alone when `before` others are in front of it in their group of three."""
    text = base64.b64encode(bytes(before) + octets).decode()
    return text[(8 * before + 5) // 6 : 8 * (before + len(octets)) // 6]


_BACKSLASH: Final = r"(?:\\|%(?:25)*5[cC])"


def _escaped_char(char: str) -> str:
    """A pattern for one character of a secret, however it is escaped."""
    octets = char.encode("utf-8", "surrogatepass")
    units = char.encode("utf-16-be", "surrogatepass")
    percents = "".join(f"%(?:25)*{octet:02x}" for octet in octets)
    codes = "".join(f"{_BACKSLASH}+u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
    others = [f"(?i:{percents})", f"(?i:{codes})"]
    if len(octets) == 1:
        others.append(f"(?i:{_BACKSLASH}+x{octets.hex()})")
    if char == "\\":
        own = f"{_BACKSLASH}+"
    elif char in '"/':
        own = f"{_BACKSLASH}*(?:{char}|%(?:25)*{octets.hex()}|%(?:25)*{octets.hex().upper()})"
    elif char in _ESCAPES:
        own = rf"{re.escape(char)}|{_BACKSLASH}+{_ESCAPES[char]}"
    elif char == " ":
        own = r"\ |\+"
    elif char == "%":
        own = "%(?:25)*"
    else:
        own = re.escape(char)
    return f"(?:{'|'.join([own, *others])})"


def _all(text: str, part: str) -> Iterator[tuple[int, int]]:
    at = text.find(part)
    while at >= 0:
        yield at, at + len(part)
        at = text.find(part, at + 1)
