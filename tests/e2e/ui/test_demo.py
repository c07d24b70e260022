"""The demo prints the address of its second run, and that page shows the run until it is over."""

import os
import pty
import re
import signal
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.ui.journey import heading
from tests.e2e.ui.watched import watching
from tests.support.service import ROOT

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
        try:
            pages: list[str] = []
            while len(pages) < 2:
                pages += re.findall(r"Watch it in a browser: +(\S+)", lines.readline())
            yield pages
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(30)


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
