"""Moments and ages as options name them: `2026-04-24`, `2026-04-24T12:00:00+00:00`, `30d`, `12h`."""

import re
from datetime import datetime, timedelta
from typing import Final

from callsheet.cli.failures import Refused

_AGE: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)([mhdw])", re.ASCII)
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def age_of(option: str, text: str) -> timedelta:
    """How long ago `text` says.

    Raises:
        Refused: it is no age; the sentence names the `option`.
    """
    found = _AGE.fullmatch(text)
    if found is None:
        raise Refused(f"{option} cannot be {text!r}; a time such as 30d, 12h, 2w or 45m is.")
    return timedelta(**{_UNITS[found[2]]: float(found[1])})


def so_long_before(now: datetime, option: str, text: str) -> datetime:
    """The moment that is as long before `now` as the age in `text`.

    Raises:
        Refused: it is no age, or there is no such moment.
    """
    age = age_of(option, text)
    try:
        return now - age
    except OverflowError:
        raise Refused(f"{option} cannot be {text!r}: that was before the year 1.") from None


def moment_of(option: str, text: str) -> datetime:
    """A moment; without an offset it is one of this machine's time.

    Raises:
        Refused: it is none; the sentence names the `option`.
    """
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise Refused(f"{option} cannot be {text!r}; a moment such as 2026-04-24 or 2026-04-24T12:00 is.") from None


def moment_or_age(now: datetime, option: str, text: str) -> datetime:
    """A moment, or one that is so long before `now`.

    Raises:
        Refused: it is neither.
    """
    if _AGE.fullmatch(text):
        return so_long_before(now, option, text)
    try:
        return moment_of(option, text)
    except Refused:
        raise Refused(f"{option} cannot be {text!r}; 7d, 12h, 2w, 45m is, or a moment such as 2026-04-24.") from None
