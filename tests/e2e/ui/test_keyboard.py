"""The web UI with the keyboard alone: everything can be reached and done, the focus is seen and never lost."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.ui.keyboard import Keyboard
from tests.e2e.ui.stage import Stage, begin, follow, is_at, staged
from tests.support.service import Service


@pytest.fixture(scope="module")
def stage(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Stage]:
    with staged(tmp_path_factory.mktemp("keyboard") / "house", (command, "serve")) as set_up:
        yield set_up


@pytest.fixture(scope="module")
def service(stage: Stage) -> Service:
    return stage.service


@pytest.fixture
def context(returning: BrowserContext) -> BrowserContext:
    return returning


@pytest.fixture
def keyboard(page: Page) -> Keyboard:
    return Keyboard(page)


def open_page(page: Page, address: str) -> None:
    """A page that has its heading."""
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def find(page: Page, keyboard: Keyboard, words: str) -> None:
    """Go there with the palette."""
    keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Find anything")).to_be_focused()
    keyboard.type(words)
    expect(page.get_by_role("option").first).to_contain_text(re.compile(re.escape(words), re.IGNORECASE))
    keyboard.press("Enter")


def test_a_scenario_is_found_run_and_watched(page: Page, keyboard: Keyboard) -> None:
    open_page(page, "/")
    find(page, keyboard, "Run order")
    form = page.get_by_role("dialog")
    expect(form.get_by_role("button", name="Start the run")).to_be_visible()
    keyboard.go_to(form.get_by_role("combobox", name="Dish").or_(form.get_by_role("textbox", name="Dish")))
    keyboard.press("ArrowDown", "ArrowDown", "Enter")
    keyboard.go_to(form.get_by_role("button", name="Start the run"))
    keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/runs/[0-9a-f-]{36}"))
    expect(page.get_by_text("The run is success.")).to_be_attached()
    keyboard.held()
    keyboard.press("t")
    expect(page.get_by_role("region", name="Timeline")).to_be_visible()


def test_a_failed_step_is_opened_in_graph_and_timeline(page: Page, keyboard: Keyboard, stage: Stage) -> None:
    open_page(page, "/runs?status=failed")
    keyboard.go_to(page.locator(f'a[href^="/runs/{stage.runs["failed"]}"]'))
    keyboard.press("Enter")
    expect(page).to_have_url(re.compile(stage.runs["failed"]))
    keyboard.held()
    step = page.get_by_role("button", name=re.compile("^publish, tool, failed"))
    expect(step).to_be_attached()
    keyboard.go_to(page.locator("[data-node]"))
    keyboard.go_to(step, "ArrowDown")
    keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Step publish")).to_contain_text("no headline")
    keyboard.go_to(page.get_by_role("button", name="Close the step"))
    keyboard.press("Enter")
    expect(page.get_by_role("complementary")).to_have_count(0)
    keyboard.held()
    keyboard.press("t")
    keyboard.go_to(page.get_by_role("region", name="Timeline").get_by_role("link", name="publish"))
    keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Step publish")).to_contain_text("no headline")
    keyboard.held()


def test_an_approval_is_answered(page: Page, keyboard: Keyboard, stage: Stage) -> None:
    with stage.service.client() as client:
        run_id = begin(client, "asks")
        follow(client, run_id, is_at("step_waiting"))
    open_page(page, "/")
    keyboard.go_to(page.locator(f'main a[href*="{run_id}"]'))
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Waiting")).to_be_visible()
    keyboard.held()
    keyboard.press("a")
    keyboard.go_to(page.get_by_label("Who answers").and_(page.locator("input")))
    keyboard.press("ArrowDown", "ArrowDown", "Enter")
    keyboard.go_to(page.get_by_label(re.compile("section", re.IGNORECASE)).and_(page.locator("input, select")))
    keyboard.press("ArrowDown", "ArrowDown", "Enter")
    keyboard.go_to(page.get_by_role("button", name="Approve"))
    keyboard.press("Enter")
    expect(page.get_by_text("The run is success.")).to_be_attached()
    keyboard.held()


def test_a_run_is_cancelled_after_a_question(page: Page, keyboard: Keyboard, stage: Stage) -> None:
    with stage.service.client() as client:
        run_id = begin(client, "asks")
    open_page(page, f"/runs/{run_id}")
    expect(page.get_by_role("heading", name="Waiting")).to_be_visible()
    keyboard.go_to(page.get_by_role("button", name="Cancel"))
    keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep it as it is")).to_be_focused()
    keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    keyboard.press("c")
    keyboard.go_to(page.get_by_role("dialog").get_by_role("button", name="Cancel the run"))
    keyboard.press("Enter")
    expect(page.get_by_text("The run is cancelled.")).to_be_attached()
    expect(page.get_by_role("dialog")).to_have_count(0)
    keyboard.held()


def test_a_failed_run_is_retried(page: Page, keyboard: Keyboard, stage: Stage) -> None:
    failed = stage.runs["failed"]
    open_page(page, f"/runs/{failed}")
    keyboard.go_to(page.get_by_role("button", name="Retry from the failed step"))
    keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/runs/(?!{failed})[0-9a-f-]{{36}}"))
    expect(page.get_by_text("The run is failed.")).to_be_attached()
    keyboard.held()


def test_the_first_stop_leads_past_the_navigation(page: Page, keyboard: Keyboard) -> None:
    open_page(page, "/runs")
    keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_shortcuts_are_listed_and_the_focus_comes_back(page: Page, keyboard: Keyboard) -> None:
    open_page(page, "/runs")
    here = page.get_by_role("navigation").get_by_role("link", name="Tools")
    keyboard.go_to(here)
    keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keyboard shortcuts")
    for words in ("Find anything", "Go to Runs", "Show these shortcuts"):
        expect(listed.get_by_text(words)).to_be_visible()
    keyboard.press("Escape")
    expect(listed).to_have_count(0)
    expect(here).to_be_focused()
    keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Find anything")).to_be_focused()
    keyboard.press("Escape")
    expect(here).to_be_focused()


@pytest.mark.parametrize(
    ("address", "button"),
    [
        ("/runs?status=failed", "Retry …"),
        ("/runs/{failed}?tab=timeline", "Fork …"),
        ("/schedules/nightly", "Delete"),
        ("/scenarios/order/edit", "Save as a copy"),
        ("/scenarios/order", "Run"),
    ],
)
def test_a_dialog_gives_the_focus_back(page: Page, keyboard: Keyboard, stage: Stage, address: str, button: str) -> None:
    open_page(page, stage.address(address))
    opener = page.get_by_role("main").get_by_role("button", name=button, exact=True)
    keyboard.go_to(opener)
    keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    keyboard.held()
    assert page.evaluate("document.querySelector('[role=dialog]').contains(document.activeElement)")
    keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_the_editor_is_no_trap(page: Page, keyboard: Keyboard) -> None:
    open_page(page, "/scenarios/order/edit")
    text = page.get_by_role("textbox", name=re.compile("Text of the scenario"))
    keyboard.go_to(text)
    keyboard.press("Escape", "Tab")
    expect(text).not_to_be_focused()
    assert keyboard.seen()
    keyboard.press("Shift+Tab")
    expect(text).to_be_focused()
    keyboard.press("Escape", "Shift+Tab")
    expect(text).not_to_be_focused()
    assert keyboard.seen()


@pytest.mark.parametrize("keys", ["g s", "g r", "g t", "g h", "g e", "g d"])
def test_a_new_page_has_the_focus(page: Page, keyboard: Keyboard, keys: str) -> None:
    open_page(page, "/settings" if keys == "g d" else "/")
    before = page.url
    keyboard.press(*keys.split())
    expect(page).not_to_have_url(before)
    expect(page.get_by_role("heading", level=1)).to_be_focused()


ROUNDS = [
    "/",
    "/scenarios",
    "/scenarios/order",
    "/scenarios/order?tab=source",
    "/scenarios/order?tab=schema",
    "/scenarios/order?tab=revisions",
    "/new/scenario",
    "/runs",
    "/runs/compare?a={ended}&b={failed}",
    "/runs/{failed}",
    "/runs/{failed}?tab=timeline&step=publish",
    "/runs/{failed}?tab=events",
    "/runs/{asks}",
    "/tools",
    "/tools/tools/add",
    "/tools/tools/add?tab=schemas",
    "/triggers",
    "/new/schedule",
    "/new/hook",
    "/schedules/nightly",
    "/hooks/push",
    "/settings",
    "/nothing",
]


@pytest.mark.parametrize("address", ROUNDS)
def test_every_stop_is_seen_and_tab_comes_to_the_end(
    page: Page, keyboard: Keyboard, stage: Stage, address: str
) -> None:
    page.goto(stage.address(address))
    expect(page.get_by_role("main")).to_be_visible()
    stops = keyboard.round()
    assert len(stops) > 8
    assert "Skip to the page" in stops[0]
