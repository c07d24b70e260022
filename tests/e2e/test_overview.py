"""`GET /api/events` of a real process: a client with cuts sees exactly the journals of the runs it follows."""

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.load import chain, report
from tests.e2e.subscriber import Line, journal
from tests.support.service import ROOT, program, serving

ECHO = ROOT / "tests" / "support" / "servers" / "echo.py"
RUNS = 10
STEPS = 12


@dataclass(slots=True)
class Client:
    """What a browser holds: the list of runs, kept up to date, and every event of the runs on screen."""

    runs: dict[str, str] = field(default_factory=dict[str, str])
    seen: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    all_ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(
        self, client: httpx2.AsyncClient, url: str, follow: Sequence[str], *, cut_after: int | None = None
    ) -> None:
        """One connection, with a cursor for each run; to its end, or for so many events."""
        cursors = [f"{run_id}:{self.seen[run_id][-1][0] if self.seen[run_id] else 0}" for run_id in follow]
        async with client.stream("GET", f"{url}/api/events", params={"follow": cursors}) as stream:
            assert stream.status_code == 200
            rest, events = b"", 0
            async for chunk in stream.aiter_raw():
                *blocks, rest = (rest + chunk).split(b"\n\n")
                for block in blocks:
                    events += 1
                    await self._take(client, url, dict(line.split(b": ", 1) for line in block.split(b"\n")))
                if cut_after is not None and events >= cut_after:
                    return
            assert rest == b"", "the stream ended in the middle of an event"

    async def _take(self, client: httpx2.AsyncClient, url: str, block: dict[bytes, bytes]) -> None:
        data: dict[str, Any] = json.loads(block[b"data"]) if b"data" in block else {}
        match block.get(b"event"):
            case b"ready" | b"refetch":
                self.ready.set()
                listed = (await client.get(f"{url}/api/runs", params={"limit": 200})).json()["runs"]
                self.runs = {row["run_id"]: row["status"] for row in listed}
            case b"run_status":
                self.runs[data["run_id"]] = data["status"]
            case None:
                pass  # a comment
            case kind:
                run_id, _, seq = block[b"id"].decode().partition(":")
                self.seen[run_id].append((int(seq), kind.decode(), block[b"data"]))
        if list(self.runs.values()) == ["success"] * RUNS:
            self.all_ended.set()


@pytest.mark.timeout(120)
async def test_a_client_with_cuts_sees_the_journals_of_two_runs_and_the_status_of_ten(
    tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    scenario = chain("chained", [0.02] * STEPS)
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    with serving(tmp_path, scenarios=[scenario], servers={"tools": program(ECHO)}) as service:
        async with httpx2.AsyncClient(timeout=60, limits=limits) as http:

            async def submit() -> str:
                answer = await http.post(f"{service.url}/api/runs", json={"scenario_id": "chained", "input": {}})
                assert answer.status_code == 202, answer.text
                return answer.json()["run_id"]

            first = [await submit() for _ in range(2)]
            browser, steady, cuts = Client(), Client(), 0
            listening = asyncio.create_task(steady.listen(http, service.url, ()))
            await steady.ready.wait()
            runs = first + [await submit() for _ in range(RUNS - 2)]
            while any(not browser.seen[run] or browser.seen[run][-1][1] != "run_finished" for run in first):
                await browser.listen(http, service.url, first, cut_after=dice.randint(1, 15))
                cuts += 1
            async with asyncio.timeout(60):
                await steady.all_ended.wait()
            assert await asyncio.to_thread(service.stop) in {0, 143}
            await listening  # ended as HTTP wants it

    report(f"{cuts} connections, {sum(map(len, browser.seen.values()))} events")
    for run_id in first:
        assert browser.seen[run_id] == await journal(service.folder, run_id)
    assert steady.runs == dict.fromkeys(runs, "success")
    assert cuts > 1
