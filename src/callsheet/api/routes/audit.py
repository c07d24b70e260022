"""The audit log: read by the page, or exported whole."""

from collections.abc import AsyncGenerator, Sequence
from enum import StrEnum
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import StreamingResponse

from callsheet.access.audit import AuditEntry, AuditFilter, AuditLog
from callsheet.access.scopes import Scope
from callsheet.api.access import GuardedRoute, needs
from callsheet.api.audit_files import csv_head, csv_line, json_line
from callsheet.api.errors import shortened
from callsheet.api.parts import TheParts
from callsheet.api.schemas.audit import AuditList, AuditRow
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.moments import Moment
from callsheet.errors.runs import CursorInvalid

_MAX_PAGE: Final = 200
_CHUNK: Final = 500
_MAX_NUMBER: Final = 2**63 - 1

router = APIRouter(
    prefix="/api",
    tags=["access"],
    route_class=GuardedRoute,
    responses={422: described("Validation Error"), 503: described("The audit log cannot be read now")},
)


class ExportFormat(StrEnum):
    """How the audit log is written into a file."""

    JSONL = "jsonl"
    CSV = "csv"


_MEDIA: Final = {ExportFormat.JSONL: "application/x-ndjson", ExportFormat.CSV: "text/csv"}


async def filter_of(
    subject: Annotated[str | None, Query(max_length=256, description="Whose acts.")] = None,
    action: Annotated[
        str | None, Query(max_length=64, description="Which: a whole name such as `run.start`, or a family, `run.`")
    ] = None,
    target: Annotated[str | None, Query(max_length=256, description="Done to this, or this came to be by it.")] = None,
    after: Annotated[Moment | None, Query(description="At this moment and later.")] = None,
    before: Annotated[Moment | None, Query(description="Before this moment.")] = None,
) -> AuditFilter:
    """Which entries are asked for; what is empty restricts nothing."""
    return AuditFilter(
        subject=subject or None, action=action or None, target=target or None, after=after, before=before
    )


TheFilter = Annotated[AuditFilter, Depends(filter_of)]


@router.get(
    "/audit",
    response_model=AuditList,
    summary="Read the audit log",
    description=(
        "Returns who did what, the newest first, a page at a time: pass `next_cursor` as `cursor` for the next one. "
        "An act is written down before it is done; `result` follows."
    ),
)
@needs(Scope.AUDIT_READ)
async def get_audit(
    parts: TheParts,
    where: TheFilter,
    limit: Annotated[int, Query(ge=1, le=_MAX_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> AuditList:
    """A page of the log."""
    entries = await parts.gate.audit.list(where, limit, _number_of(cursor))
    more = len(entries) == limit and entries[-1].number > 1
    return AuditList(
        entries=[AuditRow.of(entry) for entry in entries], next_cursor=str(entries[-1].number) if more else None
    )


@router.get(
    "/audit/export",
    summary="Export the audit log",
    description=(
        "Returns all entries that the filter lets through, the newest first, as a file: JSON lines, or CSV for a "
        "spreadsheet, in which no text begins like a formula."
    ),
    response_class=StreamingResponse,
    responses={200: {"description": "The file", "content": {media: {} for media in _MEDIA.values()}}},
)
@needs(Scope.AUDIT_READ)
async def get_audit_export(
    parts: TheParts,
    where: TheFilter,
    format: Annotated[ExportFormat, Query(description="Of the file.")] = ExportFormat.JSONL,
) -> StreamingResponse:
    """The file; what can be refused is refused before its first byte."""
    first = await parts.gate.audit.list(where, _CHUNK)
    name = f'attachment; filename="callsheet-audit.{format}"'
    return StreamingResponse(
        _file(parts.gate.audit, where, first, format),
        media_type=_MEDIA[format],
        headers={"Content-Disposition": name, "Cache-Control": "no-store"},
    )


async def _file(
    log: AuditLog, where: AuditFilter, first: Sequence[AuditEntry], kind: ExportFormat
) -> AsyncGenerator[bytes]:
    line = csv_line if kind is ExportFormat.CSV else json_line
    if kind is ExportFormat.CSV:
        yield csv_head()
    entries = first
    while entries:
        yield b"".join(line(AuditRow.of(entry)) for entry in entries)
        entries = await log.list(where, _CHUNK, entries[-1].number)


def _number_of(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit()) or not 0 < int(cursor) <= _MAX_NUMBER:
        raise CursorInvalid(f"{shortened(cursor)!r} is no cursor that a page of the audit log gave out.")
    return int(cursor)
