"""The page of one scenario: what it shows, and how a run begins there, by mouse and by keys alone."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from callsheet.scenario.json import JsonObject
from tests.support.every_step import EVERY_STEP
from tests.support.service import Service, serving

GREET: JsonObject = {
    "schema_version": "1",
    "scenario_id": "greet",
    "name": "Greet them all",
    "description": "Says hello to each.",
    "tags": ["demo"],
    "input_schema": {
        "type": "object",
        "required": ["names"],
        "properties": {
            "names": {"type": "array", "items": {"type": "string", "minLength": 2}, "examples": [["Ada", "Grace"]]},
            "loud": {"type": "boolean", "default": True, "description": "With an exclamation mark"},
        },
    },
    "steps": [
        {
            "name": "each",
            "type": "foreach",
            "items": {"from": "input.names"},
            "steps": [{"name": "hello", "type": "transform", "output": {"template": "Hello, ${item}"}}],
        },
        {"name": "all", "type": "transform", "output": {"from": "steps.each.output"}},
    ],
}
BROKEN: JsonObject = {**GREET, "scenario_id": "broken", "name": "Broken", "output": {"from": "steps.nowhere.output"}}


@pytest.fixture(scope="module")
def service(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """A service with a large scenario, one that runs, and one that cannot."""
    house = tmp_path_factory.mktemp("house") / "house"
    with serving(house, scenarios=[GREET, BROKEN, EVERY_STEP], command=(command, "serve")) as running:
        yield running


def graph(page: Page, scenario: str) -> None:
    """Open a scenario and wait for its graph."""
    page.goto(f"/scenarios/{scenario}")
    expect(page.get_by_role("region", name="Graph of the steps")).to_be_visible()


def test_every_step_is_in_the_graph_and_a_press_shows_its_definition(page: Page) -> None:
    graph(page, "everything")
    for name in ("search, tool", "guarded, try, block", "rest, fail", "tell, tool"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_attached()
    page.get_by_role("button", name="search, tool", exact=True).click()
    step = page.get_by_role("region", name="Step search")
    expect(step.get_by_role("heading", name="input", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("step=search"))
    page.reload()
    expect(step).to_be_visible()


def test_the_graph_can_be_walked_by_keys_alone(page: Page) -> None:
    graph(page, "greet")
    page.get_by_role("button", name="each, foreach, block").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="hello, transform")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Step hello")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="all, transform")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Step hello")).to_be_hidden()


def test_a_block_that_is_folded_stays_where_it_is(page: Page) -> None:
    graph(page, "everything")
    title = page.get_by_role("button", name=re.compile("^both, parallel"))
    before = title.bounding_box()
    page.get_by_role("button", name="Steps inside both").click()
    expect(page.get_by_role("button", name="pause, wait")).to_have_count(0)
    after = title.bounding_box()
    assert before is not None
    assert after is not None
    assert (after["x"], after["y"]) == pytest.approx((before["x"], before["y"]), abs=4)


def test_data_edges_are_shown_when_asked_for(page: Page) -> None:
    graph(page, "greet")
    page.get_by_role("button", name="Show data edges").click()
    page.get_by_role("button", name="all reads each: steps.each.output").press("Enter")
    expect(page.get_by_role("region", name="Step all").get_by_role("button", name="each")).to_be_visible()


def test_a_run_begins_with_keys_alone(page: Page) -> None:
    graph(page, "greet")
    page.keyboard.press("r")
    form = page.get_by_role("dialog", name="Run “Greet them all”")
    form.get_by_role("button", name="Fill in the example").press("Enter")
    start = form.get_by_role("button", name="Start the run")
    start.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/runs/[0-9a-f-]{36}"))
    page.goto("/scenarios/greet?tab=runs")
    expect(page.get_by_role("table", name="Runs of this scenario").get_by_text("success")).to_be_visible()


def test_a_scenario_with_errors_says_so_in_place_of_its_form(page: Page) -> None:
    page.goto("/scenarios/broken?run=true")
    form = page.get_by_role("dialog")
    expect(form.get_by_text("Unknown step 'nowhere'.")).to_be_visible()
    form.get_by_role("button", name="Look at the source").click()
    expect(page.get_by_role("tabpanel").get_by_text("E130")).to_be_visible()
    expect(page.get_by_role("textbox", name="Source of the scenario")).to_be_visible()


def test_an_old_revision_is_compared_and_restored(page: Page, service: Service) -> None:
    saved = {**GREET, "scenario_id": "saved"}
    with service.client() as client:
        first = client.put("/api/scenarios/saved", json=saved)
        changed = {**saved, "description": "Says goodbye."}
        client.put("/api/scenarios/saved", json=changed, headers={"If-Match": first.headers["etag"]}).raise_for_status()
    page.goto("/scenarios/saved?tab=revisions")
    expect(page.get_by_text("Says goodbye.").last).to_be_visible()
    expect(page.get_by_role("textbox", name="Differences").get_by_text("Says hello to each.")).to_be_visible()
    page.get_by_role("button", name="Restore revision 1").click()
    page.get_by_role("button", name="Restore it").click()
    expect(page.get_by_role("heading", name="From revision 2 to revision 3")).to_be_visible()
    with service.client() as client:
        assert client.get("/api/scenarios/saved").json()["description"] == "Says hello to each."
