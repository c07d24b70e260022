"""The export of the audit log: every act once, and nothing that a spreadsheet executes."""

import csv
import io

import orjson
import pytest

from callsheet.access.audit import Act, ActOutcome, AuditFilter
from callsheet.api.audit_export import ExportFormat, exported
from callsheet.journal.memory_access import MemoryAuditLog
from tests.support.events import NOON


async def write(
    audit: MemoryAuditLog, act_id: str, *, subject: str = "key:ci", target: str = "t", **details: str
) -> None:
    act = Act(
        act_id=act_id,
        at=NOON,
        subject=subject,
        role="operator",
        source="127.0.0.1",
        action="run.start",
        target=target,
        details=details,
    )
    await audit.begin(act)


async def text_of(audit: MemoryAuditLog, form: ExportFormat, where: AuditFilter | None = None) -> str:
    return b"".join([piece async for piece in exported(audit, where or AuditFilter(), form)]).decode()


async def test_every_act_is_in_it_once_over_many_pages() -> None:
    audit = MemoryAuditLog()
    for number in range(1100):
        await write(audit, f"a{number}", subject="user:7" if number % 2 else "key:ci")
    lines = (await text_of(audit, ExportFormat.JSONL)).splitlines()
    assert [orjson.loads(line)["number"] for line in lines] == list(range(1100, 0, -1))
    rows = list(csv.DictReader(io.StringIO(await text_of(audit, ExportFormat.CSV))))
    assert [int(row["number"]) for row in rows] == list(range(1100, 0, -1))
    some = await text_of(audit, ExportFormat.JSONL, AuditFilter(subject="user:7"))
    assert [orjson.loads(line)["number"] for line in some.splitlines()] == list(range(1100, 0, -2))


async def test_an_empty_log_has_a_head_and_no_lines() -> None:
    audit = MemoryAuditLog()
    assert await text_of(audit, ExportFormat.JSONL) == ""
    assert (
        await text_of(audit, ExportFormat.CSV)
        == "number,act_id,at,subject,role,source,action,target,made,details,result,ended_at\r\n"
    )


async def test_a_line_is_as_the_api_shows_the_act() -> None:
    audit = MemoryAuditLog()
    await write(audit, "a1", scenario_id="news")
    await audit.end(ActOutcome(act_id="a1", at=NOON, result="done", target="run-1"))
    assert orjson.loads(await text_of(audit, ExportFormat.JSONL)) == {
        "number": 1,
        "act_id": "a1",
        "at": "2026-04-24T12:00:00.000+00:00",
        "subject": "key:ci",
        "role": "operator",
        "source": "127.0.0.1",
        "action": "run.start",
        "target": "t",
        "made": "run-1",
        "details": {"scenario_id": "news"},
        "result": "done",
        "ended_at": "2026-04-24T12:00:00.000+00:00",
    }


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\xa0=", "\ufeff@", "\u202e=", "\uff1d"])
async def test_no_cell_begins_like_a_formula(first: str) -> None:
    audit = MemoryAuditLog()
    evil = f'{first}HYPERLINK("http://127.0.0.1/?"&A1,"x")'
    await write(audit, "a1", subject=f"user:{evil}", target=evil)
    (row,) = csv.DictReader(io.StringIO(await text_of(audit, ExportFormat.CSV), newline=""))
    assert row["target"] == f"'{evil}"
    assert row["subject"] == f"user:{evil}"
    assert row["result"] == row["ended_at"] == ""


async def test_quotes_commas_and_line_ends_stay_in_their_cell() -> None:
    audit = MemoryAuditLog()
    await write(audit, "a1", target='a,"b"\r\n=c', why="x,y")
    (row,) = csv.DictReader(io.StringIO(await text_of(audit, ExportFormat.CSV), newline=""))
    assert row["target"] == 'a,"b"\r\n=c'
    assert orjson.loads(row["details"]) == {"why": "x,y"}
