"""Many words looked for at once: one pass over a text, whose time depends on the text's length alone."""

from collections.abc import Iterable
from typing import Final, TypeAlias

import jsonschema_rs

Finder: TypeAlias = jsonschema_rs.Validator

_NOWHERE: Final = "[^\\s\\S]"


def finder(words: Iterable[str], patterns: Iterable[str] = ()) -> Finder:
    """Finds any of `words` and `patterns`.

    The engine is that of JSON Schema's `pattern`, without backtracking: a tenth of a millisecond for 64 KiB.
    """
    pattern = "|".join([*map(_exactly, sorted(words)), *patterns]) or _NOWHERE
    options = jsonschema_rs.RegexOptions()
    return jsonschema_rs.validator_for({"pattern": pattern}, offline=True, pattern_options=options)


def may_match(finder: Finder, text: str) -> bool:
    """Whether something stands in `text`; also yes when that is half a character, which cannot be looked at."""
    try:
        return finder.is_valid(text)
    except ValueError:
        return True


def _exactly(word: str) -> str:
    return "".join(char if char.isascii() and char.isalnum() else f"\\u{{{ord(char):x}}}" for char in word)
