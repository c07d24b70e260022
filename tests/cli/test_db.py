"""`callsheet db upgrade`, and the commands on a database."""

import json
import subprocess
import sys

import pytest

from tests.cli.conftest import CommandLine, tool
from tests.support.postgres import PostgresServer

WITHOUT_DRIVERS = """
import sys
import callsheet, callsheet.cli.root, callsheet.system
assert not {"psycopg", "psycopg_pool", "procrastinate", "yoyo"} & set(sys.modules)
"""


def test_a_database_is_upgraded_once_and_used_after_that(
    callsheet: CommandLine, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLSHEET_DATABASE_URL", postgres.database())
    callsheet.scenario("hello", tool("say", text="hello"))
    refused = callsheet("run", "hello")
    assert (refused.status, "Run 'callsheet db upgrade'" in refused.err) == (1, True)
    needed = callsheet("db", "upgrade", "--check")
    assert (needed.status, needed.err) == (1, "The database needs 'callsheet db upgrade'.\n")
    upgraded = callsheet("db", "upgrade")
    assert (upgraded.status, upgraded.err.splitlines()[0]) == (0, "Applied 0001_journal.")
    assert callsheet("db", "upgrade").err == "The database is up to date.\n"
    assert callsheet("db", "upgrade", "--check").status == 0
    assert callsheet("run", "hello").status == 0
    (run,) = json.loads(callsheet("runs", "list", "--json").out)
    assert run["status"] == "success"
    assert callsheet("runs", "show", run["run_id"]).status == 0
    assert callsheet("runs", "events", run["run_id"], "--follow").status == 0
    assert not (callsheet.folder / ".callsheet" / "journal.db").exists()


def test_the_doctor_checks_the_database_and_does_not_show_its_password(
    callsheet: CommandLine, postgres_url: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLSHEET_DATABASE_URL", postgres_url)
    assert callsheet("runs", "list").err == "There are no runs yet.\n"
    said = callsheet("doctor")
    assert "The journal in the database can be written." in said.out + said.err
    assert postgres.password not in said.out + said.err


def test_without_a_database_there_is_nothing_to_upgrade(callsheet: CommandLine) -> None:
    said = callsheet("db", "upgrade")
    assert (said.status, "'database_url' is not set" in said.err) == (2, True)


@pytest.mark.parametrize("url", ["mysql://u:hunter22@h/d", "postgresql://u:hunter22@h:port=1/d?x=%zz"])
def test_a_url_that_is_none_is_refused_without_its_password(
    callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("CALLSHEET_DATABASE_URL", url)
    for command in (("db", "upgrade"), ("runs", "list"), ("doctor",)):
        said = callsheet(*command)
        assert said.status != 0
        assert "database_url" in said.out + said.err
        assert "hunter22" not in said.out + said.err


def test_nothing_of_postgresql_is_imported_where_no_database_is_set() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_DRIVERS], check=True)
