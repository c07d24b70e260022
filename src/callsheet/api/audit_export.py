"""The whole audit log as text that other programs read: a line of JSON for each act, or a table for a spreadsheet."""

from collections.abc import AsyncGenerator
from enum import StrEnum
from typing import Final

from callsheet.access.audit import AuditFilter, AuditLog
from callsheet.api.audit_files import csv_head, csv_line, json_line
from callsheet.api.schemas.audit import AuditRow

_PAGE: Final = 500


class ExportFormat(StrEnum):
    """How the audit log is written into a file."""

    JSONL = "jsonl"
    CSV = "csv"


async def exported(audit: AuditLog, where: AuditFilter, form: ExportFormat) -> AsyncGenerator[bytes]:
    """Every act that `where` fits, the newest first, as UTF-8 text in pieces.

    The log is read page by page, so memory does not grow with it. What is added meanwhile is not in it.

    Raises:
        JournalUnavailable: the log cannot be read.
    """
    line = csv_line if form is ExportFormat.CSV else json_line
    if form is ExportFormat.CSV:
        yield csv_head()
    before: int | None = None
    while entries := await audit.list(where, _PAGE, before):
        yield b"".join(line(AuditRow.of(entry)) for entry in entries)
        before = entries[-1].number
