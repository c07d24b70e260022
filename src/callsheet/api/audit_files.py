"""Entries of the audit log as lines of a file."""

import csv
import io
from typing import Final

import orjson

from callsheet.api.schemas.audit import AuditRow

_COLUMNS: Final = tuple(AuditRow.model_fields)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


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
    return f"'{text}" if isinstance(value, str) and text.lstrip(" ").startswith(_FORMULA) else text


def _line(cells: tuple[str, ...]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue().encode()
