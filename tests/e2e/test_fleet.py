"""One API process and two workers on one database, each a real process, with real tool servers."""

import asyncio
import signal
import subprocess
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from callsheet.journal.postgres.migrate import upgrade
from tests.e2e.fleet import ECHO, client, reached, submit, worker
from tests.e2e.load import chain, journal_of, read_lines
from tests.support.fleet import make_queue
from tests.support.postgres import PostgresServer
from tests.support.service import Service, furnish, program


@pytest.fixture
def folder(tmp_path: Path, postgres: PostgresServer) -> Path:
    url = postgres.prepared("journal", upgrade)
    make_queue(url)
    folder = tmp_path / "fleet"
    furnish(
        folder,
        scenarios=[chain("short", [0.05] * 3, ["echo"]), chain("long", [60.0, 0.0], ["echo"])],
        servers={"echo": program(ECHO, "--ledger", tmp_path / "ledger")},
        settings={"database_url": url, "drain_timeout": 0.5},
    )
    return folder


@pytest.fixture
def api(folder: Path) -> Generator[Service]:
    service = Service(folder, "--no-worker")
    try:
        service.start()
        yield service
    finally:
        service.close()


@pytest.fixture
def workers(folder: Path, api: Service) -> Generator[list[subprocess.Popen[bytes]]]:
    with ExitStack() as stack:
        yield [stack.enter_context(worker(folder)) for _ in range(2)]


@pytest.mark.timeout(120)
async def test_runs_are_executed_by_workers_and_followed_through_the_api(
    api: Service, workers: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    async with client(api) as http:
        runs = [await submit(http, "short") for _ in range(20)]
        journals = [await journal_of(http, api.url, run_id) for run_id in runs]
    assert {events[-1]["status"] for events in journals} == {"success"}
    calls = [entry["key"] for entry in read_lines(tmp_path / "ledger") if entry["event"] == "call"]
    assert (len(calls), len(set(calls))) == (60, 60)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_a_run_goes_on_in_another_worker_when_its_own_ends(
    api: Service, folder: Path, number: signal.Signals
) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(worker(folder))
        async with client(api) as http:
            run_id = await submit(http, "long")
            await reached(http, run_id, "step_started")
            stack.enter_context(worker(folder))
            first.send_signal(number)
            await reached(http, run_id, "step_retrying")
            if number == signal.SIGTERM:
                assert await asyncio.to_thread(first.wait, 20) == 0
            await http.post(f"/api/runs/{run_id}/cancel")
            assert (await reached(http, run_id, "run_finished"))["status"] == "cancelled"
