"""`callsheet serve` on a folder, as a process of its own."""

import asyncio
import socket
import sys
import urllib.request
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.conformance.node import ROOT


@asynccontextmanager
async def served(folder: Path) -> AsyncGenerator[str]:
    """The address, when the service answers and its tool server is there: the suite waits 600 ms for some answers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "callsheet", "serve", "--folder", str(folder), "--port", str(port), cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            if await asyncio.to_thread(_answers, f"{url}/api/tools"):
                break
            await asyncio.sleep(0.1)
        else:
            raise TimeoutError("callsheet serve did not answer within 30 s")
        yield url
    finally:
        process.terminate()
        await process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status == 200
    except OSError:
        return False
