"""What Prometheus sees of a real process: streams that come and go, and the process itself."""

import asyncio
from pathlib import Path

import httpx2

from tests.support.service import program, serving
from tests.telemetry.house import RAW, Scraped, chain

GONE_SECONDS = 2.0
"""What the specification allows between a disconnect and the gauge."""


async def scraped(client: httpx2.AsyncClient) -> Scraped:
    return Scraped((await client.get("/metrics")).text)


async def test_a_stream_is_counted_while_it_is_open_and_two_seconds_later_no_more(tmp_path: Path) -> None:
    servers = {"raw": program(RAW)}
    with serving(tmp_path, scenarios=[chain("slow", "nap")], servers=servers) as service:
        async with httpx2.AsyncClient(base_url=service.url, timeout=20) as client:
            started = await client.post("/api/runs", json={"scenario_id": "slow", "input": {}})
            run_id = started.json()["run_id"]
            async with (
                client.stream("GET", f"/api/runs/{run_id}/events") as one,
                client.stream("GET", "/api/events") as two,
            ):
                of_one, of_all = one.aiter_lines(), two.aiter_lines()
                while await anext(of_one) != "event: step_started":
                    pass
                assert await anext(of_all)
                seen = await scraped(client)
                assert seen.value("callsheet_subscribers", stream="run") == 1
                assert seen.value("callsheet_subscribers", stream="all") == 1
                assert seen.value("callsheet_runs_unfinished", status="running") == 1
                assert seen.value("callsheet_runs_at_work") == 1
            async with asyncio.timeout(GONE_SECONDS):
                while (await scraped(client)).total("callsheet_subscribers"):
                    pass
            seen = await scraped(client)
            assert (seen.value("process_resident_memory_bytes") or 0) > 2**20
            assert (seen.value("process_open_fds") or 0) > 3
            await client.post(f"/api/runs/{run_id}/cancel")
