"""The parser's events of a YAML text, from either of the two parsers that speak in the same events.

libyaml, in C, takes a thirtieth of the time of ruamel.yaml's own, in Python. Whether a text is accepted, what it means
and what is said of it is up to the slower one, which follows YAML 1.2 more closely and says better what is wrong: the
fast one counts only where both say the same. tests/scenario/test_yaml.py compares them.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final, cast

from ruamel.yaml import YAML, cyaml
from ruamel.yaml.error import YAMLError

_DIFFERENT: Final = re.compile(r"[\t\ufeff]|[|>][-+0-9]*#|^(?:%|\.\.\.)", re.MULTILINE)
"""Texts that the two may read in different ways: with tabs or byte order marks inside, with a comment right behind the
indicators of a block, with directives, with the end of a document."""


def events(text: str) -> Iterator[Any]:
    """The events of a text, from the slower parser.

    Raises:
        ruamel.yaml.error.YAMLError: broken YAML.
        ValueError, OverflowError: an escape that stands for no character.
    """
    return new_yaml().parse(text)


class _PlainYaml(YAML):
    """The library looks through its folder for plug-ins and imports them, for each text. There shall be none."""

    def official_plug_ins(self) -> list[str]:
        """See `YAML`."""
        return []


def new_yaml() -> Any:
    """The slower parser."""
    return _PlainYaml(typ="safe", pure=True)


def has_fast_events(text: str) -> bool:
    """Tell whether both parsers read `text` in the same way, if the fast one can read it."""
    return _DIFFERENT.search(text) is None


def fast_events(text: str) -> Iterator[Any]:
    """The events of a text that has fast ones.

    Raises:
        ruamel.yaml.error.YAMLError: the fast parser cannot read it; the other one may.
        UnicodeEncodeError: a lone surrogate.
    """
    return iter(cast("Any", cyaml).CParser(text).get_event, None)


def quickest_events(text: str) -> list[Any]:
    """All events of a text that `decode_yaml` accepts."""
    if has_fast_events(text):
        with suppress(YAMLError, UnicodeEncodeError):
            return list(fast_events(text))
    return list(events(text))


def text_of(scalar: Any) -> str:
    """The scalar's text; two escapes that write one character in JSON's way (a surrogate pair) are that character."""
    text: str = scalar.value
    if text.isascii() or scalar.style != '"':
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return text  # a lone surrogate
