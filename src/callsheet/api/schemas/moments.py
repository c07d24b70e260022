"""Moments in requests and responses."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""As `runs.codec.timestamp` writes it: ISO 8601, UTC, milliseconds, `+00:00`."""


def _with_plus(text: object) -> object:
    # `+` means a space in a query string; timestamps pasted from our answers into a URL lose it.
    return text.replace(" ", "+") if isinstance(text, str) and text.count(" ") == 1 and "T" in text else text


def _in_utc(moment: datetime) -> datetime:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise ValueError("the moment is out of range") from None


Moment = Annotated[datetime, BeforeValidator(_with_plus), AfterValidator(_in_utc)]
"""A moment that a caller names, in UTC; one without an offset is taken as UTC."""
