"""A thousand connections that never become requests, and real requests beside them."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Final

import httpx2

from benches.findings import Finding, Target, at_least, at_most
from benches.samples import percentile, spread
from tests.support.service import serving

HALF: Final = {
    "nothing": b"",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    "half a body": b"POST /api/runs HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
}
"""What such a connection has sent when it falls silent."""

CLOSED_WITHIN: Final = 15.0
PATIENCE: Final = 40.0
"""Seconds until a connection counts as never closed."""


async def measure(*, quick: bool) -> list[Finding]:
    """One round: what the requests took, and when the connections were closed."""
    size, requests = (60, 60) if quick else (1_000, 1_000)
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name, serving(Path(name) / "service") as service:
        port = int(service.url.rpartition(":")[2])
        alone = await _requests(service.url, requests)
        kinds = cycle(HALF)
        held = [asyncio.create_task(_half(port, HALF[next(kinds)])) for _ in range(size)]
        beside = await _requests(service.url, requests)
        closed = await asyncio.gather(*held)
    return list(_findings(alone, beside, closed))


async def _half(port: int, begun: bytes) -> float:
    """Open, send what there is, and say after how many seconds the service closed it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    opened = time.monotonic()
    writer.write(begun)
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await reader.read()
    took = time.monotonic() - opened
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return took


async def _requests(url: str, count: int) -> list[float]:
    """How long each of some requests took, one after the other, each on a connection of its own."""
    took: list[float] = []
    for _ in range(count):
        begun = time.perf_counter()
        async with httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
            response = await client.get("/api/runs?limit=1")
        assert response.status_code == 200, response.status_code
        took.append(time.perf_counter() - begun)
    return took


def _findings(alone: list[float], beside: list[float], closed: list[float]) -> Iterator[Finding]:
    yield _one("half-open connections", "", len(closed), at_least(1))
    yield _one("a request with nothing beside it, p99", "s", percentile(alone, 99))
    yield _one("a request beside them, p99", "s", percentile(beside, 99), at_most(1))
    yield _one("until such a connection was closed, the last", "s", max(closed), at_most(CLOSED_WITHIN))


def _one(name: str, unit: str, value: float, target: Target | None = None) -> Finding:
    return Finding(name=name, unit=unit, spread=spread([float(value)]), target=target)
