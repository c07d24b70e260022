"""The bundled news site and the news tool server, each a process of its own, started once for all tests."""

import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

NEWS = Path(__file__).parents[2] / "examples" / "news"
# Long enough for a loaded machine, far shorter than the slow page.
PAGE_SECONDS = "3"
PAGE_BYTES = "100000"


@contextmanager
def started(script: str, *arguments: str, env: Mapping[str, str] | None = None) -> Generator[str]:
    """Run a program of the example until the block ends; gives the first line that it prints."""
    command = [sys.executable, str(NEWS / script), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(env or {})) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def site() -> Generator[str]:
    """Address of the bundled site; its slow page takes a minute."""
    with started("site_server.py", "--port", "0", "--slow-seconds", "60") as address:
        yield address


@pytest.fixture(scope="session")
def news_url() -> Generator[str]:
    """Address of a news server with the default provider."""
    env = {"NEWS_PAGE_SECONDS": PAGE_SECONDS, "NEWS_PAGE_BYTES": PAGE_BYTES}
    with started("server.py", "--http", "0", env=env) as address:
        yield address
