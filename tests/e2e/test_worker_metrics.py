"""What a worker tells of itself, on PostgreSQL; and what `/readyz` of a fleet says while its database is away."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx2
import pytest

from callsheet.journal.postgres.migrate import upgrade
from tests.e2e.fleet import ECHO, submit
from tests.e2e.load import chain, journal_of
from tests.support.fleet import make_queue
from tests.support.postgres import PostgresServer, postgres_server
from tests.support.service import Service, furnish, program
from tests.telemetry.house import Scraped

URL = re.compile(rb"metrics +(http://127\.0\.0\.1:\d+)/metrics")


@pytest.fixture
def own_postgres() -> Generator[PostgresServer]:
    """A server that a test may stop."""
    with postgres_server() as server:
        yield server


def fleet(folder: Path, server: PostgresServer, **settings: str) -> Path:
    url = server.prepared("journal", upgrade)
    make_queue(url)
    furnish(
        folder,
        scenarios=[chain("short", [0.0] * 2, ["echo"])],
        servers={"echo": program(ECHO, "--ledger", folder / "ledger")},
        settings={"database_url": url, "drain_timeout": 0.5, "metrics_port": 0, **settings},
    )
    return folder


@contextmanager
def worker(folder: Path) -> Generator[tuple[subprocess.Popen[bytes], str]]:
    """A worker, and where it answers."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLSHEET_")}
    command = [sys.executable, "-u", "-m", "callsheet", "worker", "--folder", str(folder)]
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if (found := URL.search(line)) is not None:
                yield process, found[1].decode()
                break
        else:
            raise AssertionError("the worker never said where it answers")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextmanager
def api(folder: Path) -> Generator[Service]:
    service = Service(folder, "--no-worker")
    try:
        service.start()
        yield service
    finally:
        service.close()


@asynccontextmanager
async def asking(url: str) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=url, timeout=30) as client:
        yield client


async def readiness(client: httpx2.AsyncClient, status: int, workers: int | None) -> None:
    """Return when `/readyz` answers so."""
    answer = None
    try:
        async with asyncio.timeout(40):
            while True:
                answer = await client.get("/readyz")
                if answer.status_code == status and (status != 200 or answer.json()["workers"] == workers):
                    return
    except TimeoutError:
        raise AssertionError(f"the last answer was {answer and answer.text}") from None


@pytest.mark.timeout(180)
async def test_a_worker_is_scraped_and_answers_nothing_else(tmp_path: Path, postgres: PostgresServer) -> None:
    folder = fleet(tmp_path / "fleet", postgres)
    with api(folder) as service, worker(folder) as (process, url):
        async with asking(service.url) as http, asking(url) as probe:
            runs = [await submit(http, "short") for _ in range(5)]
            for run_id in runs:
                await journal_of(http, service.url, run_id)
            seen = Scraped((await probe.get("/metrics")).text)
            assert seen.value("callsheet_runs_total", scenario="short", status="success") == 5
            assert seen.total("callsheet_steps_total") == 10
            assert seen.total("callsheet_tool_call_duration_seconds_count") == 10
            assert seen.total("callsheet_journal_commit_batch_size_count") > 0
            assert seen.value("callsheet_runs_unfinished", status="running") == 0
            assert (await probe.get("/healthz")).status_code == 200
            await readiness(probe, 200, 1)
            for path in ("/api/runs", "/docs", "/openapi.json", "/mcp", "/"):
                assert (await probe.get(path)).status_code == 404, path
            foreign = await probe.get("/metrics", headers={"Host": "elsewhere.example"})
            assert foreign.status_code == 421
        process.terminate()
        assert await asyncio.to_thread(process.wait, 30) == 0


@pytest.mark.timeout(120)
async def test_a_worker_asks_who_scrapes_it_where_callers_are_asked(tmp_path: Path, postgres: PostgresServer) -> None:
    folder = fleet(tmp_path / "fleet", postgres, auth="on")
    made = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "callsheet", "keys", "create", "scraper", "--role", "viewer", "--folder", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    key = re.search(r"cs_\S+", made.stdout)
    assert key is not None, made.stdout
    with worker(folder) as (_, url):
        async with asking(url) as probe:
            assert (await probe.get("/metrics")).status_code == 401
            assert (await probe.get("/metrics", headers={"Authorization": f"Bearer {key[0]}"})).status_code == 200
            stranger = await probe.get("/readyz")
            assert (stranger.status_code, stranger.json()["tool_servers"]) == (200, [])


@pytest.mark.timeout(240)
async def test_readiness_of_a_fleet_tells_its_workers_and_whether_the_database_is_there(
    tmp_path: Path, own_postgres: PostgresServer
) -> None:
    folder = fleet(tmp_path / "fleet", own_postgres)
    with api(folder) as service:
        async with asking(service.url) as http:
            await readiness(http, 200, 0)
            with worker(folder) as (_, first), worker(folder):
                async with asking(first) as probe:
                    await readiness(http, 200, 2)
                    await asyncio.to_thread(own_postgres.stop, "immediate")
                    await readiness(http, 503, None)
                    await readiness(probe, 503, None)
                    await asyncio.to_thread(own_postgres.start)
                    await readiness(http, 200, 2)
                    await readiness(probe, 200, 2)
            await readiness(http, 200, 0)
