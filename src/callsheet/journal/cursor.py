"""The cursors of the list of runs: opaque text for the caller, a position for the adapter."""

import base64
import binascii
from datetime import datetime
from typing import NamedTuple

from callsheet.errors.runs import CursorInvalid
from callsheet.journal.projection import sortable

_MAX_LENGTH = 100


class Position(NamedTuple):
    """A place in the list, newest first. It orders as the runs do: by start, then by acceptance.

    Attributes:
        started_at: of the last run shown, as `projection.sortable` writes it.
        number: how many runs had been accepted when the last run shown was.
    """

    started_at: str
    number: int


def write_cursor(position: Position) -> str:
    """Text for a URL that `read_cursor` understands."""
    text = f"{position.started_at}|{position.number}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> Position:
    """The position that `write_cursor` wrote.

    Raises:
        CursorInvalid: the text was not written by `write_cursor`.
    """
    try:
        position = _parse(cursor)
    except (ValueError, binascii.Error, OverflowError) as exc:
        raise CursorInvalid("The cursor is not one that a list of runs gave out. Start without a cursor.") from exc
    return position


def _parse(cursor: str) -> Position:
    if len(cursor) > _MAX_LENGTH:
        raise ValueError("too long")
    padded = cursor + "=" * (-len(cursor) % 4)
    started_at, _, number = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").partition("|")
    position = Position(sortable(datetime.fromisoformat(started_at)), int(number))
    # One position has one text: whatever else decodes to something similar was made by hand.
    if write_cursor(position) != cursor or not 0 <= position.number < 2**63:
        raise ValueError("not canonical")
    return position
