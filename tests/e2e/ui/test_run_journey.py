"""From the form of a scenario to a run that succeeds: watched, failed, mended, retried or forked."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from callsheet.scenario.json import Json, JsonObject
from tests.e2e.ui.journey import choose, ended, heading, line, mark, node, run_on, still_the_same
from tests.support.service import Service, program, serving

PRESS = Path(__file__).parents[2] / "support" / "servers" / "press.py"


def paper(scenario_id: str, name: str, printed: Json) -> JsonObject:
    """Collects an article, prints it as `printed` says, and tells what is on the shelf."""
    return {
        "schema_version": "1",
        "scenario_id": scenario_id,
        "name": name,
        "input_schema": {
            "type": "object",
            "required": ["title"],
            "properties": {
                "title": {"type": "string", "title": "Title", "minLength": 3},
                "size": {"title": "Size", "enum": ["small", "large"], "default": "small"},
            },
        },
        "steps": [
            {"name": "collect", "type": "tool", "tool": "collect", "input": {"title": {"from": "input.title"}}},
            {"name": "print", "type": "tool", "tool": "print", "input": printed},
            {
                "name": "shelve",
                "type": "transform",
                "output": {"template": "${input.size}: ${steps.print.output.printed}"},
            },
        ],
        "output": {"from": "steps.shelve.output"},
    }


TEXT: JsonObject = {"from": "steps.collect.output.text"}
ARTICLE = paper("article", "Print an article", {"text": TEXT})
POSTER = paper("poster", "Print a poster", {"text": TEXT, "paper": "A0"})


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the press: files there let its tools go on."""
    return tmp_path_factory.mktemp("press")


@pytest.fixture(scope="module")
def service(command: Path, press: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """A service with a press; the poster is a scenario that can be changed."""
    house = tmp_path_factory.mktemp("house") / "house"
    servers = {"press": program(PRESS, press)}
    with serving(house, scenarios=[ARTICLE], servers=servers, command=(command, "serve")) as running:
        with running.client() as client:
            client.put("/api/scenarios/poster", json=POSTER).raise_for_status()
        yield running


@pytest.fixture(autouse=True)
def shut(press: Path) -> None:
    """A press that lets nothing go on yet, and was not called."""
    for file in press.iterdir():
        file.unlink()


def calls(press: Path) -> list[str]:
    """Which tools were called so far."""
    return (press / "calls").read_text(encoding="ascii").split()


def start(page: Page, scenario: str) -> None:
    """Fill in the form of a scenario and start its run."""
    page.goto(f"/scenarios/{scenario}")
    page.get_by_role("button", name="Run", exact=True).click()
    form = page.get_by_role("dialog")
    form.get_by_role("textbox", name="Title").fill("trees")
    choose(form, "Size", "large")
    form.get_by_role("button", name="Start the run").click()
    expect(page).to_have_url(re.compile(r"/runs/[0-9a-f-]{36}"))


def test_a_form_says_what_is_wrong_with_the_input_before_a_run_is_started(page: Page) -> None:
    page.goto("/scenarios/article?run=true")
    form = page.get_by_role("dialog")
    title = form.get_by_role("textbox", name="Title")
    title.fill("ab")
    form.get_by_role("button", name="Start the run").click()
    expect(title).to_have_attribute("aria-invalid", "true")
    expect(title).to_be_focused()
    assert "/runs/" not in page.url


def test_a_run_is_watched_until_it_fails_and_is_retried_from_there(page: Page, service: Service, press: Path) -> None:
    start(page, "article")
    first = run_on(page)
    mark(page)
    expect(node(page, "collect, tool, running")).to_be_visible()
    expect(node(page, "print, tool, not reached")).to_be_visible()
    page.get_by_role("tab", name="Timeline").click()
    expect(line(page, "collect", "running")).to_be_visible()

    (press / "go").touch()
    expect(line(page, "collect", "success")).to_be_visible()
    expect(line(page, "print", "failed")).to_be_visible()
    page.get_by_role("tab", name="Graph").click()
    expect(node(page, "collect, tool, success")).to_be_visible()
    expect(node(page, "print, tool, failed")).to_be_visible()
    expect(node(page, "shelve, transform, not reached")).to_be_visible()
    still_the_same(page)

    expect(heading(page, "failed")).to_be_visible()
    failed = page.get_by_role("region", name="A step failed")
    expect(failed).to_contain_text("There is no paper A4.")
    expect(failed).to_contain_text("ToolError")
    failed.get_by_role("link", name="print").click()
    step = page.get_by_role("complementary", name="Step print")
    expect(step).to_contain_text("There is no paper A4.")
    expect(step).to_contain_text("All about trees")

    (press / "paper").touch()
    page.get_by_role("button", name="Retry from the failed step").click()
    expect(page).not_to_have_url(re.compile(first))
    expect(heading(page, "success")).to_be_visible()
    expect(node(page, "shelve, transform, success")).to_be_visible()
    page.get_by_role("tab", name="Output").click()
    expect(page.get_by_role("region", name="Output of the run")).to_have_text('"large: All about trees"')
    still_the_same(page)
    retried = ended(service, run_on(page))
    assert retried["forked_from"]["run_id"] == first
    assert calls(press) == ["collect", "print", "print"]  # what had succeeded was taken over


def test_a_scenario_is_mended_in_the_editor_and_its_failed_run_goes_on_with_the_newest(
    page: Page, service: Service, press: Path
) -> None:
    (press / "go").touch()
    (press / "paper").touch()
    start(page, "poster")
    first = run_on(page)
    expect(page.get_by_role("region", name="A step failed")).to_contain_text("There is no paper A0.")

    page.get_by_role("link", name="poster", exact=True).click()
    page.get_by_role("link", name="Edit").click()
    text = page.get_by_role("textbox", name="Text of the scenario poster")
    expect(text).to_be_visible()  # the page before it has a graph, too
    node(page, "print, tool").click()  # the text goes there
    text.get_by_text("A0").dblclick()
    page.keyboard.insert_text("A4")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as revision 2.")).to_be_visible()

    page.goto(f"/runs/{first}")
    page.get_by_role("button", name="Fork …").click()
    dialog = page.get_by_role("dialog", name="Fork this run")
    dialog.get_by_role("combobox", name="Begin with").click()
    page.get_by_role("option", name="print", exact=True).click()
    dialog.get_by_role("radio", name="The newest").check()
    dialog.get_by_role("button", name="Fork the run").click()
    expect(page).not_to_have_url(re.compile(first))
    expect(heading(page, "success")).to_be_visible()
    expect(page.get_by_role("link", name="forked from another run")).to_have_attribute("href", f"/runs/{first}")
    assert ended(service, run_on(page))["output"] == "large: All about trees"
    assert calls(press) == ["collect", "print", "print"]
