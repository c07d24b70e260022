"""The processes of a fleet, and what callers ask of them."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx2

from callsheet.scenario.json import Json, JsonObject
from tests.support.service import ROOT, Service

ECHO = ROOT / "tests" / "support" / "servers" / "echo.py"


@contextmanager
def worker(folder: Path) -> Generator[subprocess.Popen[bytes]]:
    """A worker, which is at work; killed at the end, unless it ended before."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLSHEET_")}
    command = [sys.executable, "-u", "-m", "callsheet", "worker", "--folder", str(folder)]
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        assert b"executes runs" in process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@asynccontextmanager
async def client(api: Service) -> AsyncGenerator[httpx2.AsyncClient]:
    """A caller of this process."""
    async with httpx2.AsyncClient(base_url=api.url, timeout=30) as opened:
        yield opened


async def submit(http: httpx2.AsyncClient, scenario: str, **request: Json) -> str:
    """The id of a new run."""
    answer = await http.post("/api/runs", json={"scenario_id": scenario, "input": {}, **request})
    assert answer.status_code == 202, answer.text
    return answer.json()["run_id"]


async def reached(http: httpx2.AsyncClient, run_id: str, event: str) -> JsonObject:
    """The run's first event of this type, as its stream sends it."""
    seen = False
    async with asyncio.timeout(30), http.stream("GET", f"/api/runs/{run_id}/events") as stream:
        async for line in stream.aiter_lines():
            seen = seen or line == f"event: {event}"
            if seen and line.startswith("data: "):
                return json.loads(line.removeprefix("data: "))
    raise AssertionError(f"run {run_id} ended without {event}")
