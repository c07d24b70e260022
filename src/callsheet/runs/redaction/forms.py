"""The forms in which a secret can stand in a text.

* plain, URL-encoded, JSON-escaped, also mixed and nested: the secret, in what the escapes of the text stand for;
* base64, standard and URL-safe, at each of three places in a group: the letters that depend on nothing beside it;
* hexadecimal.

A long secret is looked for in pieces.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
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

_WHOLE: Final = 128
"""Characters of a secret that is looked for as a whole."""

_PIECE: Final = 64
"""Characters of each piece of a longer one."""

_SHORTEST_WORD: Final = 3
"""Characters; fewer stand in every text."""

_WORDS: Final = re.compile(r"[A-Za-z0-9]+")
_DIGITS: Final = "(?:3[0-9]|[46][1-9a-fA-F]|[57][0-9aA])"
"""The code of a letter or digit of ASCII."""

ESCAPED_WORDS: Final = (rf"%(?:25)*{_DIGITS}", rf"(?:\\|5[cC])(?:[uU]00|[xX])(?:25)*{_DIGITS}")
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


def has_breaks(text: str) -> bool:
    """Whether it has several lines, or did before it was escaped."""
    return "\n" in text or "\\n" in text


def unbroken(text: str) -> str:
    """`text` without white space of ASCII, and without line breaks that are escaped, however often."""
    while "\\\\" in text:
        text = text.replace("\\\\", "\\")
    text = text.replace("\\n", "").replace("\\r", "")
    return text.encode("utf-8", "surrogatepass").translate(None, WHITE).decode("utf-8", "surrogatepass")


WHITE: Final = b" \t\n\r\f\v"
"""Where base64 is broken into lines, and what lines begin with."""


@dataclass(frozen=True, slots=True)
class Core:
    """What base64 makes of a secret alone, at one place in a group of three bytes.

    Attributes:
        text: the characters that depend on nothing else.
        ahead: whether the character before them holds bits of the secret.
        behind: whether the character behind them does.
    """

    text: str
    ahead: bool
    behind: bool


class Forms:
    """The forms of one secret; `name` is what it is called, `octets` what it is in UTF-8.

    Attributes:
        word: of letters and digits in the secret that tell it best from other texts; empty when there is none. Where
            the secret stands, it stands, too, unless a letter or digit is escaped.
        cores: its base64, for each place in a group.
        markers: of each of these a word, as `word` is one of the secret.
        digits: the secret in hexadecimal, in small letters.
    """

    def __init__(self, name: str, secret: str) -> None:
        self.name = name
        self._secret = secret
        self.octets = secret.encode("utf-8", "surrogatepass")
        self.cores = tuple(_core(self.octets, before) for before in range(3))
        self.word = _telling(_WORDS.findall(secret))
        self.markers = tuple(max(_WORDS.findall(core.text), key=len, default="") for core in self.cores)
        self.digits = self.octets.hex()

    @cached_property
    def beginnings(self) -> tuple[tuple[str, int], ...]:
        """The forms as they are usually written, and how much of the beginning of each betrays it."""
        plain = dict.fromkeys((self._secret, quote(self._secret, safe=""), json.dumps(self._secret)[1:-1]))
        texts = [core.text for core in self.cores]
        cores = dict.fromkeys(each for core in texts for each in (core, core.translate(_URL_SAFE)))
        escaped = "".join(f"\\u{ord(char):04x}" for char in self._secret)
        return (
            *((form, SHORTEST) for form in plain),
            *((form, _SHORTEST_BASE64) for form in cores),
            *((form, _SHORTEST_HEX) for form in (self.digits, self.digits.upper())),
            (escaped, 6 * SHORTEST),
        )

    @cached_property
    def spelled(self) -> tuple[str, ...]:
        """The escaped forms one by one, for a secret of which nothing is left when escapes are undone."""
        secret = self._secret
        once = (quote(secret, safe=""), json.dumps(secret)[1:-1])
        twice = (quote(once[0], safe=""), quote(once[1], safe=""), json.dumps(once[1])[1:-1])
        octets = [f"%{octet:02x}" for octet in self.octets]
        units = [f"\\u{ord(char):04x}" for char in secret]
        every = ("".join(octets), "".join(octets).upper(), "".join(units), "".join(units).upper().replace("U", "u"))
        return tuple(dict.fromkeys((secret, *once, *twice, *every)))

    @property
    def longest(self) -> int:
        """Characters of the longest form that is escaped no more than twice."""
        return 8 * len(self.octets)


@lru_cache(maxsize=4096)
def forms_of(name: str, secret: str) -> Forms:
    """The forms of a secret, which are kept."""
    return Forms(name, secret)


def _telling(words: Iterable[str]) -> str:
    """The word that is least likely to stand anywhere by chance."""
    long = (word for word in words if len(word) >= _SHORTEST_WORD)
    return max(long, key=_strangeness, default="")


def _strangeness(word: str) -> int:
    mixed = word not in {word.lower(), word.upper()}
    return len(set(word)) + 4 * any(map(str.isdigit, word)) + 3 * mixed


_URL_SAFE: Final = str.maketrans("+/", "-_")


def _core(octets: bytes, before: int) -> Core:
    """What base64 makes of `octets` when `before` others are in front of it in their group of three."""
    text = base64.b64encode(bytes(before) + octets).decode()
    end = 8 * (before + len(octets))
    return Core(text=text[(8 * before + 5) // 6 : end // 6], ahead=before > 0, behind=end % 6 > 0)
