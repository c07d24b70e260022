"""Durations as documents write them: `250ms`, `20s`, `5m`, `1h`, `7d`, or a number of seconds."""

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, WithJsonSchema

MAX_DURATION: Final = 30 * 86400.0
"""Thirty days, the longest a run may take."""

_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TEXT: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h|d)")


def parse_duration(source: object) -> float:
    """Seconds.

    Raises:
        ValueError: with a sentence: not a duration, not positive, or longer than thirty days.
    """
    if isinstance(source, str) and (found := _TEXT.fullmatch(source)):
        seconds = float(found[1]) * _UNITS[found[2]]
    elif isinstance(source, int | float) and not isinstance(source, bool):
        seconds = float(source)
    else:
        raise ValueError("a duration is a text such as '250ms', '20s', '5m', '1h', '7d', or a number of seconds")
    if not 0 < seconds <= MAX_DURATION:
        raise ValueError("a duration is more than 0 and at most 30d")
    return seconds


Duration = Annotated[float, BeforeValidator(parse_duration), WithJsonSchema({"format": "scenario:Duration"})]
"""Seconds, read with `parse_duration`."""
