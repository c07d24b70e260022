"""Chromium of this machine, driven through Playwright, which brings no browser of its own here."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def executable() -> str:
    """Where Chromium is.

    Raises:
        AssertionError: nowhere. Nothing is skipped for that.
    """
    named = os.environ.get("CALLSHEET_CHROMIUM")
    if named:
        assert shutil.which(named), f"CALLSHEET_CHROMIUM names {named}, which is no program."
        return named
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    assert found, (
        "The tests of the web UI drive Chromium, which is not here. Install it (Debian's package is called chromium), "
        "or let CALLSHEET_CHROMIUM name it."
    )
    return found


@contextmanager
def chromium() -> Generator[Browser]:
    """One browser, without a window.

    Playwright runs a loop of its own in this thread: no test that awaits may run before the block ends.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
