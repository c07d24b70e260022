"""Entries of the audit log as lines of a file."""

import csv
import io
import re
from typing import Final

import orjson

from callsheet.api.schemas.audit import AuditRow

_COLUMNS: Final = tuple(AuditRow.model_fields)
_FORMULA: Final = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")  # noqa: RUF001 - some spreadsheets take these, too
"""What makes a formula of a cell; spreadsheets leave out white space and what cannot be seen before it."""
_UNSEEN: Final = re.compile(r"[\s\x00-\x1f\x7f-\xa0\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*")


def json_line(row: AuditRow) -> bytes:
    """One line of JSON."""
    return orjson.dumps(row.model_dump(), option=orjson.OPT_APPEND_NEWLINE)


def csv_head() -> bytes:
    """The names of the columns."""
    return _line(_COLUMNS)


def csv_line(row: AuditRow) -> bytes:
    """One record as RFC 4180 has it, `details` as JSON. No text is taken for a formula by a spreadsheet."""
    fields = row.model_dump()
    fields["details"] = orjson.dumps(fields["details"]).decode() if fields["details"] else ""
    return _line(tuple("" if value is None else _harmless(value) for value in fields.values()))


def _harmless(value: object) -> str:
    text = str(value)
    begins = text[:1] in {"\t", "\r", "\n"} or _UNSEEN.sub("", text, count=1).startswith(_FORMULA)
    return f"'{text}" if isinstance(value, str) and begins else text


def _line(cells: tuple[str, ...]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue().encode()
