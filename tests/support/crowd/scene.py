"""The whole scene against one service: watchers of runs and of the feed, some stalled, a flood, and what came of it."""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

import httpx2
import orjson

from callsheet.scenario.json import JsonObject
from tests.e2e.subscriber import journal
from tests.support.crowd.streams import add_event
from tests.support.scenarios import from_, scenario, step
from tests.support.service import ROOT, Service, program

LARGE: Final = "x" * 60_000
"""Just small enough to stand in events."""

SERVERS: Final = ROOT / "tests" / "support" / "servers"
_LINE: Final = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many of everything.

    Attributes:
        watched: runs that go on meanwhile, and are subscribed to.
        run_streams: healthy subscribers of those.
        feed_streams: healthy subscribers of all runs.
        stalled: subscribers that never read: half of a run with large values, half of all runs.
        rate: submissions a second.
        seconds: of submissions.
        steps: of each submitted run.
    """

    watched: int
    run_streams: int
    feed_streams: int
    stalled: int
    rate: float
    seconds: float
    steps: int = 10


@dataclass(slots=True)
class Outcome:
    """What came of it; bytes and seconds."""

    watching: dict[str, Any]
    flood: dict[str, Any]
    accepted: int
    ended: int
    unlike: int
    drained_in: float
    memory: dict[str, int]
    samples: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    descriptors: tuple[int, int] = (0, 0)
    subscribers: float | None = None


def scenarios(size: Size) -> list[JsonObject]:
    """What the service of a scene has to have."""
    burst = [step(f"s{index}", tool="echo", server="quick", input={"value": "a title"}) for index in range(size.steps)]
    beats = max(4, int(size.seconds * 2))
    calls = [
        step(f"s{index}", tool="effect", server="paced", input={"value": from_("input.text"), "delay": 0.5})
        for index in range(beats)
    ]
    return [scenario(*burst, scenario_id="burst"), scenario(*calls, scenario_id="watched")]


def servers() -> Mapping[str, JsonObject]:
    """The tool servers of a scene."""
    return {
        "quick": program(SERVERS / "raw.py", maxInFlight=100),
        "paced": program(SERVERS / "echo.py", maxInFlight=100),
    }


async def play(service: Service, size: Size) -> Outcome:
    """Play it to the end of the last accepted run."""
    async with httpx2.AsyncClient(base_url=service.url, timeout=60) as client:
        await _warm(client)
        before, files = service.memory(), service.descriptors()
        runs = [await _start(client, "watched", "a title") for _ in range(size.watched)]
        large = await _start(client, "watched", LARGE)
        async with _part("watch", _watch_plan(service, size, runs, large)) as watching:
            await _line(watching)
            samples: list[tuple[float, int]] = []
            sampling = asyncio.create_task(_sample(service, samples))
            flood = await _flood(service, size)
            drained_in = await _until_ended(client)
            accepted: list[str] = flood.pop("accepted")
            watched = await _report(watching, accepted)
            sampling.cancel()
        after = service.memory()
        return Outcome(
            watching=watched,
            flood=flood,
            accepted=len(accepted),
            ended=await _ended(service.folder, accepted),
            unlike=await _unlike(service.folder, watched.pop("digests")),
            drained_in=drained_in,
            memory={"before": before, "peak": service.memory("VmHWM"), "after": after},
            samples=samples,
            descriptors=(files, await _descriptors(service, files)),
            subscribers=await _subscribers(client),
        )


async def capacity(service: Service, runs: int = 300) -> float:
    """How many submitted runs the service executes in a second, when it has nothing else to do."""
    async with httpx2.AsyncClient(base_url=service.url, timeout=60) as client:
        await _warm(client)
        begun = time.monotonic()
        for start in range(0, runs, 50):
            await asyncio.gather(*(_start(client, "burst", "") for _ in range(start, min(start + 50, runs))))
        await _until_ended(client)
        return runs / (time.monotonic() - begun)


def _watch_plan(service: Service, size: Size, runs: list[str], large: str) -> dict[str, Any]:
    half = size.stalled // 2
    return {
        "port": _port(service),
        "runs": list(islice(cycle(runs), size.run_streams)),
        "feeds": size.feed_streams,
        "stalled": [f"/api/runs/{large}/events"] * half + ["/api/events"] * (size.stalled - half),
    }


async def _flood(service: Service, size: Size) -> dict[str, Any]:
    submission: JsonObject = {"scenario_id": "burst", "input": {}}
    plan = {"port": _port(service), "rate": size.rate, "seconds": size.seconds, "submission": submission}
    async with _part("flood", plan) as flood:
        return await _line(flood)


async def _warm(client: httpx2.AsyncClient) -> None:
    for scenario_id in ("burst", "burst", "burst"):
        await _start(client, scenario_id, "")
    await _until_ended(client)


async def _start(client: httpx2.AsyncClient, scenario_id: str, text: str) -> str:
    answer = await client.post("/api/runs", json={"scenario_id": scenario_id, "input": {"text": text}})
    assert answer.status_code == 202, answer.text
    return answer.json()["run_id"]


async def _until_ended(client: httpx2.AsyncClient) -> float:
    """Wait until no run is unfinished; the seconds that took."""
    begun = time.monotonic()
    while (  # noqa: ASYNC110 - another process ends them
        await client.get("/api/runs", params={"status": "queued,running", "limit": 1})
    ).json()["runs"]:
        await asyncio.sleep(0.2)
    return time.monotonic() - begun


async def _sample(service: Service, samples: list[tuple[float, int]]) -> None:
    begun = time.monotonic()
    while True:
        samples.append((time.monotonic() - begun, service.memory()))
        await asyncio.sleep(1.0)


async def _report(watching: asyncio.subprocess.Process, accepted: list[str]) -> dict[str, Any]:
    assert watching.stdin is not None
    watching.stdin.write(orjson.dumps(accepted) + b"\n")
    return await _line(watching)


async def _ended(folder: Path, accepted: list[str]) -> int:
    """How many of the accepted runs have a last event `run_finished` in the journal, and no gap."""
    found = 0
    for run_id in accepted:
        lines = await journal(folder, run_id)
        found += bool(lines) and lines[-1][1] == "run_finished" and [seq for seq, _, _ in lines] == _numbers(lines)
    return found


async def _unlike(folder: Path, digests: list[tuple[str, int, str]]) -> int:
    """How many subscribers of runs saw something else than the journal has."""
    stored: dict[str, tuple[int, str]] = {}
    for run_id in {run_id for run_id, _, _ in digests}:
        digest = blake2b(digest_size=16)
        lines = await journal(folder, run_id)
        for seq, kind, data in lines:
            add_event(digest, seq, kind, data)
        stored[run_id] = len(lines), digest.hexdigest()
    return sum(stored[run_id] != (last, digest) for run_id, last, digest in digests)


def _numbers(lines: list[Any]) -> list[int]:
    return list(range(1, len(lines) + 1))


async def _descriptors(service: Service, before: int) -> int:
    """How many are open at the end, once the streams that were left are noticed."""
    for _ in range(50):
        if service.descriptors() <= before + 5:
            break
        await asyncio.sleep(0.1)
    return service.descriptors()


async def _subscribers(client: httpx2.AsyncClient) -> float | None:
    """What the gauge says; None where there is no `/metrics`."""
    answer = await client.get("/metrics")
    if answer.status_code != 200:
        return None
    values = [line.rsplit(" ", 1) for line in answer.text.splitlines() if line.startswith("callsheet_subscribers{")]
    return sum(float(value) for _, value in values)


def _port(service: Service) -> int:
    return int(service.url.rsplit(":", 1)[1])


@asynccontextmanager
async def _part(name: str, plan: dict[str, Any]) -> AsyncGenerator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.support.crowd", name, orjson.dumps(plan).decode()),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LINE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    assert line, f"a part of the crowd ended with status {await process.wait()}"
    return orjson.loads(line)
