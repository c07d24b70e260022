"""The demo prints the address of its second run, and that page shows the run until it is over."""

import os
import pty
import re
import signal
import subprocess
import threading
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import TextIO

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.ui.journey import heading
from tests.e2e.ui.watched import watching
from tests.support.service import ROOT, START_SECONDS

DEMO = ROOT / "examples" / "news" / "demo.py"


@pytest.fixture
def printed(command: Path, tmp_path: Path) -> Generator[list[str]]:
    """The addresses of the two runs; the demo serves until the end of the test, as it does in a terminal."""
    reading, terminal = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLSHEET_")}
    own = {"DEMO_BROWSER": "0", "COLUMNS": "200", "CALLSHEET_PORT": "0", "CALLSHEET_DATA": str(tmp_path / "journal")}
    demo = subprocess.Popen(
        [command.with_name("python"), DEMO],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**environment, **own},
    )
    os.close(terminal)
    with os.fdopen(reading, encoding="utf-8", errors="replace") as lines:
        said: SimpleQueue[str] = SimpleQueue()
        # Read to the end: who writes to a full terminal stands still.
        reader = threading.Thread(target=_read, args=(lines, said), daemon=True)
        reader.start()
        try:
            yield [said.get(timeout=START_SECONDS) for _ in range(2)]
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(30)
            reader.join(5)


def _read(lines: TextIO, said: SimpleQueue[str]) -> None:
    """Put every address of a run that is printed into `said`, until the terminal is gone."""
    with suppress(OSError):
        for line in lines:
            for address in re.findall(r"Watch it in a browser: +(\S+)", line):
                said.put(address)


def test_the_printed_address_shows_the_run_to_its_end(browser: Browser, printed: list[str], tmp_path: Path) -> None:
    _, address = printed
    own, _, run_id = address.partition("/runs/")
    context = browser.new_context(base_url=own, viewport={"width": 1280, "height": 800})
    with watching(context, own):
        page = context.new_page()
        page.goto(address)
        expect(page.get_by_role("region", name="Graph of the steps")).to_be_visible()
        expect(heading(page, "success")).to_be_visible(timeout=30_000)
        page.get_by_role("tab", name="Output").click()
        expect(page.get_by_role("region", name="Output of the run")).to_contain_text("http")
        page.goto("/runs")
        expect(page.get_by_role("table").locator(f'a[href="/runs/{run_id}"]')).to_be_visible()
    context.close()
