"""The tables: made by many at once, used by the release before, refused when they are of another time."""

import asyncio
import re
import shutil
from pathlib import Path

import psycopg
import pytest

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.postgres import migrate as migrations_module
from callsheet.journal.postgres.archive import DUE
from callsheet.journal.postgres.journal import PostgresJournal
from callsheet.journal.postgres.listing import PageQuery
from callsheet.journal.postgres.migrate import MIGRATIONS, needs_upgrade, upgrade
from callsheet.journal.postgres.schema import SCHEMA_VERSION
from callsheet.runs.events import RunStatus
from callsheet.runs.ports import RunFilter
from tests.journal.old_ends import ENDS_OF_OLD, OldEnd
from tests.support.events import NOON, new_run
from tests.support.postgres import PostgresServer


def test_the_migrations_are_numbered_up_to_the_current_version() -> None:
    numbers = [int(file.name[:4]) for file in sorted(MIGRATIONS.glob("*.sql"))]
    assert numbers == list(range(1, SCHEMA_VERSION + 1))


async def test_of_many_who_upgrade_at_once_one_does_it(postgres: PostgresServer) -> None:
    url = postgres.database()
    assert needs_upgrade(url)
    applied = await asyncio.gather(*(asyncio.to_thread(upgrade, url) for _ in range(5)))
    assert sorted(len(names) for names in applied) == [0, 0, 0, 0, SCHEMA_VERSION]
    assert not needs_upgrade(url)
    async with PostgresJournal.open(url) as journal:
        await journal.create(new_run())
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT version, compatible_with FROM callsheet.schema_version").fetchone()
        assert row is not None
        assert row[0] == SCHEMA_VERSION
        assert connection.execute("SELECT DISTINCT username, hostname FROM callsheet._yoyo_log").fetchall() in (
            [],
            [("", "")],
        )


async def test_a_database_without_tables_says_what_to_do(postgres: PostgresServer) -> None:
    with pytest.raises(JournalUnavailable, match="Run 'callsheet db upgrade'"):
        async with PostgresJournal.open(postgres.database()):
            pass


@pytest.mark.parametrize(
    ("version", "compatible_with", "sentence"),
    [
        (SCHEMA_VERSION - 1, SCHEMA_VERSION - 1, "Run 'callsheet db upgrade'"),
        (SCHEMA_VERSION + 3, SCHEMA_VERSION + 1, "upgraded by a newer Callsheet"),
        (SCHEMA_VERSION + 3, SCHEMA_VERSION, None),
    ],
)
async def test_tables_of_another_version_are_used_only_when_they_fit(
    postgres: PostgresServer, version: int, compatible_with: int, sentence: str | None
) -> None:
    url = postgres.prepared("journal", upgrade)
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE callsheet.schema_version SET (version, compatible_with) = (%s, %s)", (version, compatible_with)
        )
    if sentence is None:
        async with PostgresJournal.open(url) as journal:
            await journal.create(new_run())
        return
    with pytest.raises(JournalUnavailable, match=sentence):
        async with PostgresJournal.open(url):
            pass


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (r"//postgres:[0-9a-f]+@=//postgres:wrong@", "refused the user or the password"),
        (r"//postgres:=//nobody_here:", "refused the user or the password"),
        (r"/test_[0-9a-f]+$=/no_such_database", "There is no database"),
        (r":[0-9]+/=:1/", "Is PostgreSQL running there"),
    ],
)
async def test_why_there_is_no_connection_is_said_without_the_password(
    postgres_url: str, postgres: PostgresServer, wrong: str, sentence: str
) -> None:
    pattern, _, replacement = wrong.partition("=")
    url = re.sub(pattern, replacement, postgres_url)
    assert url != postgres_url
    with pytest.raises(JournalUnavailable, match=sentence) as caught:
        async with PostgresJournal.open(url):
            pass
    assert postgres.password not in caught.value.message


async def test_runs_that_ended_without_a_code_in_their_row_are_found_by_it(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.database()
    for file in sorted(MIGRATIONS.glob("*.sql"))[:8]:
        shutil.copy(file, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(migrations_module, "MIGRATIONS", tmp_path)
        upgrade(url)
    with psycopg.connect(url, autocommit=True) as release_before:
        before = [end for end in ENDS_OF_OLD if end.number % 2]
        for end in before:
            end_as_the_release_before(release_before, end)
        upgrade(url)
        for end in ENDS_OF_OLD:
            if end not in before:
                end_as_the_release_before(release_before, end)
    async with PostgresJournal.open(url) as journal:
        rows = (await journal.runs(RunFilter(), 100)).runs
        assert {row.run_id: row.error_code for row in rows} == {end.run_id: end.code for end in ENDS_OF_OLD}
        found = await journal.runs(RunFilter(error_code=frozenset({"Timeout", "Cancelled"})), 100)
        assert {row.run_id for row in found.runs} == {"late", "cancelled"}


def end_as_the_release_before(connection: psycopg.Connection, end: OldEnd) -> None:
    """What it writes for a run, from the first to the last."""
    row = connection.execute(
        "INSERT INTO callsheet.runs (run_id, scenario_id, revision, status, started_at, last_seq)"
        " VALUES (%s, 'news', 'rev-1', 'running', now(), 1) RETURNING number",
        (end.run_id,),
    ).fetchone()
    assert row is not None
    with connection.transaction():
        connection.execute("INSERT INTO callsheet.events VALUES (%s, 2, 'run_finished', %s)", (row[0], end.data))
        connection.execute(
            "UPDATE callsheet.runs SET last_seq = moved.last_seq, status = moved.status,"
            " finished_at = moved.finished_at, message = moved.message"
            " FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::timestamptz[], %s::text[])"
            " AS moved (run, last_seq, status, finished_at, message) WHERE number = moved.run",
            ([row[0]], [2], [end.status.value], [NOON], ["No."]),
        )


def test_the_runs_of_a_rare_code_are_found_by_its_index(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO callsheet.runs (run_id, scenario_id, revision, status, started_at, last_seq, error_code)"
            " SELECT 'run-' || n, 'news', 'rev-1', 'failed', now() + n * interval '1 second', 3,"
            " CASE n WHEN 7 THEN 'Rare' ELSE 'ToolError' END FROM generate_series(1, 20000) AS n"
        )
        connection.execute("ANALYZE callsheet.runs")
        for status in (None, frozenset({RunStatus.FAILED})):
            where = RunFilter(error_code=frozenset({"Rare", "ToolError"}), status=status)
            query = PageQuery.parse(where, 50, None)
            plan = "\n".join(row[0] for row in connection.execute("EXPLAIN " + query.statement(), query.values))
            assert re.findall(r"runs_\w+", plan) == ["runs_by_error_code"]


def test_no_index_has_what_an_append_to_a_run_at_work_changes(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        query = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'callsheet' AND tablename = 'runs'"
        definitions = [row[0] for row in connection.execute(query)]
    assert len(definitions) > 5
    assert [definition for definition in definitions if "last_seq" in definition] == []


def test_parked_runs_that_are_not_due_are_not_looked_at(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO callsheet.runs (run_id, scenario_id, revision, status, started_at, last_seq, due_at)"
            " SELECT 'run-' || n, 'news', 'rev-1', 'waiting', now(), 3, now() + interval '1 day'"
            " FROM generate_series(1, 20000) AS n"
        )
        connection.execute("ANALYZE callsheet.runs")
        plan = "\n".join(row[0] for row in connection.execute("EXPLAIN " + DUE, {"now": NOON}))
        assert "Seq Scan" not in plan
        assert {"runs_by_due", "runs_woken", "runs_by_status"} <= set(re.findall(r"runs_\w+", plan))
