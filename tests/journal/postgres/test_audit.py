"""The audit log in a database that many processes write: nobody changes it, and its numbers have no gap."""

import asyncio

import psycopg
import pytest

from callsheet.access.audit import Act, ActOutcome, AuditFilter
from callsheet.journal.postgres.access_store import open_access_stores
from callsheet.journal.postgres.address import Address
from tests.support.events import NOON


def act(act_id: str = "a1") -> Act:
    return Act(act_id=act_id, at=NOON, subject="local", role="admin", source="cli", action="key.create", target="ci")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE callsheet.audit_acts SET subject = 'nobody'",
        "DELETE FROM callsheet.audit_acts",
        "TRUNCATE callsheet.audit_acts CASCADE",
        "INSERT INTO callsheet.audit_acts SELECT * FROM callsheet.audit_acts"
        " ON CONFLICT (number) DO UPDATE SET subject = ''",
        "UPDATE callsheet.audit_outcomes SET result = 'forbidden'",
        "DELETE FROM callsheet.audit_outcomes",
        "TRUNCATE callsheet.audit_outcomes",
    ],
)
async def test_no_statement_changes_what_is_in_the_log(postgres_url: str, statement: str) -> None:
    async with open_access_stores(Address.parse(postgres_url)) as stores:
        await stores.audit.begin(act())
        await stores.audit.end(ActOutcome(act_id="a1", at=NOON, result="done"))
        with psycopg.connect(postgres_url) as connection, pytest.raises(psycopg.Error, match="append-only"):
            connection.execute(statement.encode())
        (entry,) = await stores.audit.list(AuditFilter(), 10)
        assert entry.act == act()
        assert entry.outcome is not None


async def test_the_numbers_that_processes_give_at_the_same_time_have_no_gap(postgres_url: str) -> None:
    address = Address.parse(postgres_url)
    async with open_access_stores(address) as one, open_access_stores(address) as other:
        for turn in range(20):
            await asyncio.gather(
                *(stores.audit.begin(act(f"{place} {turn}")) for place, stores in enumerate((one, other)))
            )
        assert [entry.number for entry in await one.audit.list(AuditFilter(), 100)] == list(range(40, 0, -1))


async def test_an_act_is_written_over_another_connection_when_the_first_one_is_gone(postgres_url: str) -> None:
    async with open_access_stores(Address.parse(postgres_url)) as stores:
        await stores.audit.begin(act("a1"))
        with psycopg.connect(postgres_url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await stores.audit.begin(act("a2"))
        assert [entry.act.act_id for entry in await stores.audit.list(AuditFilter(), 10)] == ["a2", "a1"]
