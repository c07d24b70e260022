"""A run of a thousand iterations stays readable: counted while closed, opened where it failed, whole after a reload."""

import json
import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from callsheet.scenario.json import Json, JsonObject
from tests.e2e.ui.journey import ended, heading, node, submit
from tests.support.service import Service, serving

ITEMS = 1_000
TORN = (13, 507, 999)
WHOLE: JsonObject = {"items": list(range(ITEMS)), "torn": list(TORN)}

READ: JsonObject = {
    "schema_version": "1",
    "scenario_id": "read",
    "name": "Read many pages",
    "steps": [
        {
            "name": "first",
            "type": "foreach",
            "items": {"from": "input.items"},
            "as": "n",
            "tolerated_failure_percentage": 100,
            "steps": [
                {
                    "name": "torn",
                    "type": "fail",
                    "when": "contains(input.torn, n)",
                    "code": "Torn",
                    "message": {"template": "Page ${n} is torn."},
                },
                {"name": "scan", "type": "transform", "output": {"template": "page ${n}"}},
            ],
        },
        {"name": "stop", "type": "approval", "message": "Go on?"},
        {
            "name": "again",
            "type": "foreach",
            "items": {"from": "input.items"},
            "steps": [{"name": "copy", "type": "transform", "output": {"from": "item"}}],
        },
    ],
}


@pytest.fixture(scope="module")
def service(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """A service with one scenario."""
    folder = tmp_path_factory.mktemp("house") / "house"
    with serving(folder, scenarios=[READ], command=(command, "serve")) as running:
        yield running


@pytest.fixture(scope="module")
def big(service: Service) -> str:
    """A run that was at all pages once, and waits to be sent on."""
    return submit(service, "read", WHOLE)


def events(service: Service, run_id: str) -> list[tuple[int, Json]]:
    """All events of an ended run with their numbers."""
    with service.client() as client:
        text = client.get(f"/api/runs/{run_id}/events").text
    numbers = [int(number) for number in re.findall(r"^id: ?(\d+)\r?$", text, re.MULTILINE)]
    return list(zip(numbers, map(json.loads, re.findall(r"^data: ?(.+)$", text, re.MULTILINE)), strict=True))


def test_the_graph_counts_a_thousand_iterations_and_leads_to_one_that_failed(page: Page, big: str) -> None:
    page.goto(f"/runs/{big}")
    expect(heading(page, "waiting")).to_be_visible(timeout=30_000)
    counts = r"3 failed, 997 success"
    expect(page.get_by_role("button", name=re.compile(r"^scan, transform, .*997 success"))).to_be_visible()
    torn = page.get_by_role("button", name=re.compile(r"^torn, fail, .*3 failed"))
    expect(torn).to_be_visible()
    expect(page.get_by_role("group", name="Iterations in the graph")).to_contain_text(counts)
    assert page.get_by_role("region", name="Graph of the steps").get_by_role("button", name="torn").count() == 1

    torn.click()
    step = page.get_by_role("complementary", name=re.compile(r"^Step first\[13\]\.torn"))
    expect(step).to_contain_text("Page 13 is torn.")
    step.get_by_role("button", name="Next execution").click()
    expect(page).to_have_url(re.compile("step="))
    page.get_by_text("3 failed", exact=True).first.click()
    page.get_by_role("combobox", name="Iteration of first").click()
    expect(page.get_by_role("option")).to_have_count(len(TORN))
    page.get_by_role("option", name="[507] failed").click()
    expect(node(page, "torn, fail, failed")).to_be_visible()
    expect(node(page, "scan, transform, not reached")).to_be_visible()
    expect(page.get_by_role("complementary", name="Step first[507].torn")).to_contain_text("Page 507 is torn.")


def test_the_timeline_has_one_line_for_a_thousand_iterations_until_failures_are_asked_for(page: Page, big: str) -> None:
    page.goto(f"/runs/{big}?tab=timeline")
    lines = page.get_by_role("region", name="Timeline").get_by_role("listitem")
    expect(lines.filter(has_text="first").first).to_contain_text("3 of 1,000 failed")
    assert lines.count() < 10
    page.get_by_text("Failed", exact=True).click()
    for number in TORN:
        expect(lines.get_by_role("link", name="torn").and_(page.get_by_title(f"first[{number}].torn"))).to_be_visible()
    lines.get_by_title("first[999].torn").click()
    expect(page.get_by_role("complementary", name="Step first[999].torn")).to_contain_text("Page 999 is torn.")
    page.get_by_role("textbox", name="Find steps").fill("[507]")
    expect(lines.get_by_title("first[999].torn")).to_have_count(0)
    expect(lines.get_by_title("first[507].torn")).to_be_visible()


def test_a_reload_in_the_middle_loses_no_event(page: Page, service: Service) -> None:
    run_id = submit(service, "read", WHOLE)
    page.goto(f"/runs/{run_id}?tab=events")
    page.get_by_role("button", name="Approve").click(timeout=30_000)
    expect(page.get_by_text("again[", exact=False).first).to_be_visible()
    page.reload()
    expect(heading(page, "success")).to_be_visible(timeout=30_000)
    assert ended(service, run_id)["status"] == "success"
    whole = events(service, run_id)
    assert [number for number, _ in whole] == list(range(1, len(whole) + 1))
    assert len(whole) > 4 * ITEMS
    expect(page.get_by_text(f"{len(whole):,}", exact=True)).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    shown = page.evaluate(
        "navigator.clipboard.readText().then(text => text.split('\\n').map(line => JSON.parse(line)))"
    )
    assert shown == [event for _, event in whole]  # each once, in their order
