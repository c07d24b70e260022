"""A tool is tried by its form: what it gives, how it fails, what it asks, and how it differs from what was locked."""

import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from callsheet.scenario.json import JsonObject
from tests.support.service import Service, program, serving

SERVERS = Path(__file__).parents[2] / "support" / "servers"

SUM: JsonObject = {
    "schema_version": "1",
    "scenario_id": "sum",
    "name": "Add",
    "steps": [{"name": "add", "type": "tool", "server": "echo", "tool": "add", "input": {"a": 1, "b": 2}}],
}


@pytest.fixture(scope="module")
def service(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """A service with two tool servers; a tool of one says something else than when it was locked."""
    folder = tmp_path_factory.mktemp("house") / "house"
    server = tmp_path_factory.mktemp("server") / "echo.py"
    servers = {"echo": program(server), "asking": program(SERVERS / "asking.py")}
    now = (SERVERS / "echo.py").read_text(encoding="utf-8")
    with serving(folder, scenarios=[SUM], servers=servers, command=(command, "serve"), start=False) as running:
        server.write_text(now.replace("Add two numbers.", "Add two small numbers."), encoding="utf-8")
        subprocess.run(
            [command, "lock", "--folder", folder], cwd=folder, check=True, stdout=subprocess.PIPE, timeout=60
        )
        server.write_text(now, encoding="utf-8")
        running.start()
        yield running


def call(page: Page) -> None:
    """Press the button of the form."""
    page.get_by_role("button", name="Call", exact=True).click()


def colour(place: Locator) -> str:
    """The colour of a text as it is drawn."""
    return place.evaluate("element => getComputedStyle(element).color")


def test_a_tool_is_found_and_called_by_its_form(page: Page) -> None:
    page.goto("/tools")
    page.get_by_role("textbox", name="Search tools").fill("two numbers")
    page.get_by_role("link", name="add", exact=True).click()
    page.get_by_role("textbox", name="a", exact=True).fill("2")
    page.get_by_role("textbox", name="b", exact=True).fill("0.5")
    call(page)
    result = page.get_by_role("tabpanel", name="Result")
    expect(result.get_by_text("result", exact=True)).to_be_visible()
    expect(result.get_by_role("region", name="structured content")).to_contain_text("2.5")
    page.get_by_role("tab", name="Raw").click()
    raw = page.get_by_role("tabpanel", name="Raw")
    expect(raw).to_contain_text("POST /api/tools/echo/add/call")
    expect(raw.get_by_role("region", name="request 1")).to_contain_text('"b": 0.5')
    expect(raw.get_by_role("region", name="response 1")).to_contain_text('"is_error": false')


def test_a_number_that_is_none_is_not_sent(page: Page) -> None:
    page.goto("/tools/echo/add")
    page.get_by_role("textbox", name="a", exact=True).fill("1")
    call(page)
    expect(page.get_by_role("textbox", name="b", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("Nothing was called yet")).to_be_visible()


def test_a_tool_that_says_that_it_failed_is_never_green(page: Page) -> None:
    page.goto("/tools/echo/fail")
    page.get_by_role("textbox", name="message").fill("The printer is on fire.")
    call(page)
    result = page.get_by_role("tabpanel", name="Result")
    badge = result.get_by_text("error", exact=True)
    expect(badge).to_be_visible()
    expect(result.get_by_text("The tool says that it failed")).to_contain_text("The printer is on fire.")
    expect(result.get_by_text("result", exact=True)).to_have_count(0)
    said = page.get_by_role("region", name="Recent calls").get_by_text("error", exact=True)
    red, green = (page.evaluate(COLOUR, f"--status-{status}") for status in ("failed", "success"))
    assert red != green
    assert {colour(badge.locator("..")), colour(said)} == {red}
    every = page.get_by_role("main").evaluate(
        "main => Array.from(main.querySelectorAll('*'), one => getComputedStyle(one))"
        ".flatMap(style => [style.color, style.backgroundColor])"
    )
    assert red in every
    assert green not in every


COLOUR = """
(name) => {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
"""


def test_a_tool_asks_in_the_middle_and_goes_on_with_the_answer(page: Page) -> None:
    page.goto("/tools/asking/book")
    call(page)
    question = page.get_by_role("region", name="A question of the tool")
    expect(question).to_contain_text("Where to? (1)")
    question.get_by_role("textbox", name="city").fill("Turin")
    question.get_by_role("button", name="Accept and send").click()
    result = page.get_by_role("tabpanel", name="Result")
    expect(result.get_by_role("region", name="structured content")).to_contain_text('"city": "Turin"')
    expect(question).to_have_count(0)
    page.get_by_role("tab", name="Raw").click()
    expect(page.get_by_role("region", name="request 2")).to_contain_text("Turin")


def test_nobody_has_to_wait_for_a_tool_to_its_end(page: Page) -> None:
    page.goto("/tools/asking/crawl")
    page.get_by_role("textbox", name="JSON").fill('{"beats": 0, "then": 3600}')
    call(page)
    page.get_by_role("button", name="Stop waiting").click()
    result = page.get_by_role("tabpanel", name="Result")
    expect(result).to_contain_text("Nobody waits for it any more.")
    expect(page.get_by_role("button", name="Call", exact=True)).to_be_enabled()


def test_what_a_tool_is_now_stands_beside_what_was_locked(page: Page) -> None:
    page.goto("/tools")
    page.get_by_role("listitem").filter(has_text="Add two numbers.").get_by_text("changed", exact=True).wait_for()
    page.get_by_role("link", name="add", exact=True).click()
    page.get_by_role("tab", name="Changes").click()
    expect(page.get_by_role("region", name="What changed")).to_contain_text("small")
    differences = page.get_by_label("Differences")
    expect(differences).to_contain_text("Add two small numbers.")
    expect(differences).to_contain_text("Add two numbers.")
    page.reload()
    expect(differences).to_contain_text("Add two small numbers.")
