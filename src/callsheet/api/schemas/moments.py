"""Moments in requests and responses."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""As `runs.codec.timestamp` writes it: ISO 8601, UTC, milliseconds, `+00:00`."""


_DATE: Final = re.compile(r"\s*\d{4}-\d{2}-\d{2}")


def _with_plus(text: object) -> object:
    # pydantic would take numbers, too, for seconds or milliseconds since 1970, as it sees fit.
    if not isinstance(text, datetime) and not (isinstance(text, str) and _DATE.match(text)):
        raise ValueError("a moment is a text such as 2026-04-24T09:27:59Z")
    # `+` means a space in a query string; timestamps pasted from our answers into a URL lose it.
    return text.replace(" ", "+") if isinstance(text, str) and text.count(" ") == 1 and "T" in text else text


def _in_utc(moment: datetime) -> datetime:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise ValueError("the moment is out of range") from None


Moment = Annotated[datetime, BeforeValidator(_with_plus), AfterValidator(_in_utc)]
"""A moment that a caller names, in UTC; one without an offset is taken as UTC."""
