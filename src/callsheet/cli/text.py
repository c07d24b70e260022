"""Foreign text made harmless: what tools, scenarios and files say must not move the cursor or forge a line."""

import json
import re
from typing import Final

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff]")
"""C0 and C1 controls but tab and newline, line separators, marks that reverse the order of letters, lone surrogates."""

_SPACES: Final = re.compile(r"[ \t]*[\r\n\t]\s*")


def visible(text: str) -> str:
    """`text` with every control character but tab and newline written as an escape."""
    return _CONTROL.sub(_escape, text)


def counted(number: int, noun: str) -> str:
    """A number and its noun: `1 tool`, `2 tools`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def one_line(text: str) -> str:
    """`text` on one line, every control character written as an escape."""
    return visible(_SPACES.sub(" ", text.strip()))


def pretty_json(value: object) -> str:
    """`value` as indented JSON that is safe to show: control characters are JSON escapes, letters are not."""
    return safe_json(json.dumps(value, ensure_ascii=False, indent=2))


def safe_json(text: str) -> str:
    """The same JSON with no control character in it: each becomes a JSON escape."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
