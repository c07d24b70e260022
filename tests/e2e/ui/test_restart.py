"""The page of a run stays with it when the service dies in the middle and comes back on the same port."""

import re
import socket
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from callsheet.scenario.json import JsonObject
from tests.e2e.ui.journey import ended, heading, line, mark, node, still_the_same, submit
from tests.e2e.ui.watched import WAIT_MILLISECONDS
from tests.support.service import Service, furnish, program

PRESS = Path(__file__).parents[2] / "support" / "servers" / "press.py"

BROCHURE: JsonObject = {
    "schema_version": "1",
    "scenario_id": "brochure",
    "name": "Make a brochure",
    "steps": [
        {"name": "draft", "type": "transform", "output": "trees"},
        {
            "name": "collect",
            "type": "tool",
            "tool": "collect",
            "on_interrupt": "retry",
            "input": {"title": {"from": "steps.draft.output"}},
        },
        {"name": "agree", "type": "approval", "message": "Shall it be printed?"},
        {"name": "print", "type": "tool", "tool": "print", "input": {"text": {"from": "steps.collect.output.text"}}},
    ],
    "output": {"from": "steps.print.output.printed"},
}


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the press: files there let its tools go on."""
    return tmp_path_factory.mktemp("press")


@pytest.fixture(scope="module")
def service(command: Path, press: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """A service that is on one port, also when it is started again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("house") / "house"
    furnish(folder, scenarios=[BROCHURE], servers={"press": program(PRESS, press)}, settings={})
    running = Service(folder, "--port", str(port), command=(command, "serve"))
    try:
        running.start()
        yield running
    finally:
        running.close()


def test_the_page_says_that_the_service_is_away_and_shows_the_end_of_the_run_by_itself(
    browser: Browser, service: Service, press: Path
) -> None:
    # Not a watched page: while nobody serves, requests fail.
    context = browser.new_context(base_url=service.url, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(WAIT_MILLISECONDS)
    try:
        page = context.new_page()
        run_id = submit(service, "brochure")
        page.goto(f"/runs/{run_id}")
        mark(page)
        expect(node(page, "collect, tool, running")).to_be_visible()

        service.kill()
        expect(page.get_by_text("Not live, connecting again")).to_be_visible()
        expect(node(page, "draft, transform, success")).to_be_visible()
        expect(heading(page, "running")).to_be_visible()
        (press / "go").touch()
        (press / "paper").touch()

        service.start()
        answered(page)
        expect(page.get_by_text("Not live, connecting again")).to_have_count(0)
        expect(heading(page, "success")).to_be_visible()
        page.get_by_role("tab", name="Timeline").click()
        for path in ("draft", "collect", "agree", "print"):
            expect(line(page, path, "success")).to_be_visible()
        page.get_by_role("link", name="collect", exact=True).click()
        expect(page.get_by_role("complementary", name="Step collect")).to_contain_text("interrupted with its process")
        page.get_by_role("tab", name="Events").click()
        first_and_last(page, service, run_id)
        still_the_same(page)
    finally:
        context.close()


def answered(page: Page) -> None:
    """Approve what the run asks when it is there again."""
    agree = page.get_by_role("region", name="Waiting", exact=True)
    expect(agree).to_contain_text("Shall it be printed?", timeout=30_000)
    agree.get_by_role("button", name="Approve").click()


def first_and_last(page: Page, service: Service, run_id: str) -> None:
    """The page has as many events as the run, from the first to the last."""
    assert ended(service, run_id)["output"] == "All about trees"
    with service.client() as client:
        text = client.get(f"/api/runs/{run_id}/events").text
    last = int(re.findall(r"^id: ?(\d+)\r?$", text, re.MULTILINE)[-1])
    events = page.get_by_role("region", name="Events")
    expect(events.get_by_role("button", name="Event 1, run_started")).to_be_visible()
    expect(events.get_by_role("button", name=f"Event {last}, run_finished")).to_be_attached()
    expect(page.get_by_text(str(last), exact=True).first).to_be_visible()
