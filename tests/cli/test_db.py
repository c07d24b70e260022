"""`callsheet db upgrade`, and the commands on a database."""

import asyncio
import json
import subprocess
import sys

import pytest

from callsheet.runs.events import RunId
from callsheet.settings import load_settings
from callsheet.system import open_system
from tests.cli.conftest import CommandLine, tool
from tests.support.events import new_run, run_waiting, step_started, step_waiting
from tests.support.postgres import PostgresServer

WITHOUT_DRIVERS = """
import sys
import callsheet, callsheet.cli.root, callsheet.system
assert not {"psycopg", "psycopg_pool", "procrastinate", "yoyo"} & set(sys.modules)
"""


async def leave_queued_and_waiting(callsheet: CommandLine) -> tuple[RunId, RunId]:
    """A run that an API without a worker accepted, and one that some worker has parked."""
    settings = load_settings(folder=callsheet.folder)
    async with open_system(settings, {}, worker=False) as system:
        queued = (await system.runs.submit("ask", {})).run_id
        run = new_run(scenario_id="ask", definition=(callsheet.folder / "scenarios" / "ask.json").read_bytes())
        waiting = (await system.journal.create(run)).run_id
        events = [step_started(waiting, "ask"), step_waiting(waiting, "ask"), run_waiting(waiting)]
        await system.journal.append(waiting, 1, events)
    return queued, waiting


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
    doctor = callsheet("doctor")
    assert (doctor.status, "No worker is at work now" in doctor.out, "'callsheet worker'" in doctor.out) == (
        0,
        True,
        True,
    )
    assert not (callsheet.folder / ".callsheet" / "journal.db").exists()


def test_the_doctor_checks_the_database_and_does_not_show_its_password(
    callsheet: CommandLine, postgres_url: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLSHEET_DATABASE_URL", postgres_url)
    assert callsheet("runs", "list").err == "There are no runs yet.\n"
    said = callsheet("doctor")
    assert "The journal in the database can be written." in said.out + said.err
    assert "no tables for the queue of runs. Run 'callsheet db upgrade'" in said.out + said.err
    assert postgres.password not in said.out + said.err


def test_what_waits_for_workers_says_so_where_there_is_none_or_is_done_here(
    callsheet: CommandLine, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLSHEET_DATABASE_URL", postgres.database())
    assert callsheet("db", "upgrade").status == 0
    callsheet.scenario("ask", {"name": "ask", "type": "approval", "message": "Go on?"})
    run_id, waiting = asyncio.run(leave_queued_and_waiting(callsheet))
    answered = callsheet("runs", "answer", waiting, "--approve")
    assert "no worker is at work now; the next 'callsheet worker' or 'callsheet serve' goes on" in answered.err
    cancelled = callsheet("runs", "cancel", run_id)
    assert (cancelled.status, cancelled.err) == (0, f"Run {run_id} was cancelled.\n")


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
