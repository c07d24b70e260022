"""What happens comes to every tab by itself, over one stream, also after the service was killed."""

import re
import socket
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.ui.conftest import HELLO
from tests.e2e.ui.watched import Faults
from tests.support.service import Service, furnish

TABS = 6
"""As many connections as a browser has to one host: with a stream for each tab nothing else would be answered."""

ANSWERED = "fetch('/readyz', { signal: AbortSignal.timeout(5000) }).then((answer) => answer.status)"


def submit(service: Service) -> str:
    """The id of a run that was accepted."""
    with service.client() as client:
        answer = client.post("/api/runs", json={"scenario_id": "hello", "input": {"name": "Ada"}})
    assert answer.status_code == 202, answer.text
    return answer.json()["run_id"]


def row(page: Page, run_id: str) -> Locator:
    """The run in the list, which says that it ended well."""
    link = page.locator(f'a[href="/runs/{run_id}"]')
    return page.get_by_role("row").filter(has=link).filter(has_text="success")


def test_six_tabs_are_live_and_the_service_still_answers_them(
    context: BrowserContext, faults: Faults, service: Service
) -> None:
    tabs = [context.new_page() for _ in range(TABS)]
    for tab in tabs:
        tab.goto("/runs")
    run_id = submit(service)
    for tab in tabs:
        expect(row(tab, run_id)).to_be_visible()
    assert [tab.evaluate(ANSWERED) for tab in tabs] == [200] * TABS
    faults.none()


def test_tabs_go_on_when_the_service_was_killed_and_is_back(browser: Browser, command: Path, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    furnish(tmp_path / "house", scenarios=[HELLO], servers={}, settings={})
    service = Service(tmp_path / "house", "--port", str(port), command=(command, "serve"))
    context = browser.new_context(base_url=f"http://127.0.0.1:{port}")
    try:
        service.start()
        before = submit(service)
        page = context.new_page()
        page.goto("/runs")
        expect(row(page, before)).to_be_visible()

        service.kill()
        expect(page.get_by_text("Not live, connecting again")).to_be_visible()
        expect(row(page, before)).to_be_visible()

        service.start()
        after = submit(service)
        expect(row(page, after)).to_be_visible(timeout=30_000)
        expect(page.get_by_text(re.compile("Not live"))).to_have_count(0)
    finally:
        context.close()
        service.close()
