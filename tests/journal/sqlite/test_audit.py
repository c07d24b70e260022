"""The audit log in the file: nobody changes it, by whatever statement."""

import sqlite3
from pathlib import Path

import pytest

from callsheet.access.audit import Act, ActOutcome, AuditFilter
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.journal.sqlite.readonly import ReadOnlyJournal
from tests.support.events import NOON

ACT = Act(act_id="a1", at=NOON, subject="local", role="admin", source="cli", action="key.create", target="ci")


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A journal in which one thing was done."""
    path = tmp_path / "journal.db"
    async with SqliteJournal.open(path) as journal:
        await journal.access.audit.begin(ACT)
        await journal.access.audit.end(ActOutcome(act_id="a1", at=NOON, result="done"))
    return path


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_acts SET subject = 'nobody'",
        "UPDATE OR REPLACE audit_acts SET number = 2",
        "DELETE FROM audit_acts",
        "INSERT OR REPLACE INTO audit_acts SELECT number, 'a2', at, '', role, source, action, target, details"
        " FROM audit_acts",
        "INSERT OR REPLACE INTO audit_acts SELECT 7, act_id, at, '', role, source, action, target, details"
        " FROM audit_acts",
        "UPDATE audit_outcomes SET result = 'forbidden'",
        "DELETE FROM audit_outcomes",
        "INSERT OR REPLACE INTO audit_outcomes SELECT number, at, 'forbidden', target FROM audit_outcomes",
    ],
)
async def test_no_statement_changes_what_is_in_the_log(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    try:
        before = list(connection.iterdump())
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
        assert list(connection.iterdump()) == before
    finally:
        connection.close()


async def test_the_log_can_be_read_beside_the_process_that_writes_it(path: Path) -> None:
    async with SqliteJournal.open(path), ReadOnlyJournal.open(path) as reader:
        (entry,) = await reader.access.audit.list(AuditFilter(), 10)
        assert entry.act == ACT
        with pytest.raises(JournalUnavailable, match="for reading only"):
            await reader.access.audit.begin(ACT)
