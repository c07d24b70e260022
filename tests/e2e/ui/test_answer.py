"""A person answers what a run waits for: an approval with a form, a tool that asks; somebody else was faster."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from callsheet.scenario.json import JsonObject
from tests.e2e.ui.journey import choose, ended, heading, mark, node, still_the_same, submit
from tests.e2e.ui.watched import Faults, watching
from tests.support.service import Service, program, serving

ASKING = Path(__file__).parents[2] / "support" / "servers" / "asking.py"

RELEASE: JsonObject = {
    "schema_version": "1",
    "scenario_id": "release",
    "name": "Release a version",
    "steps": [
        {
            "name": "check",
            "type": "approval",
            "message": "May version 7 go out?",
            "assignees": ["mo", "kim"],
            "form_schema": {
                "type": "object",
                "required": ["channel"],
                "properties": {
                    "channel": {"title": "Channel", "enum": ["stable", "beta"]},
                    "notes": {"type": "string", "title": "Notes", "maxLength": 20},
                },
            },
        },
        {"name": "tell", "type": "transform", "output": {"from": "steps.check.output.data"}},
    ],
    "output": {"from": "steps.tell.output"},
}
TRIP: JsonObject = {
    "schema_version": "1",
    "scenario_id": "trip",
    "name": "Book a trip",
    "steps": [{"name": "book", "type": "tool", "tool": "book", "input": {}}],
    "output": {"from": "steps.book.output"},
}


@pytest.fixture(scope="module")
def service(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """A service whose runs ask people."""
    folder = tmp_path_factory.mktemp("house") / "house"
    servers = {"asking": program(ASKING)}
    with serving(folder, scenarios=[RELEASE, TRIP], servers=servers, command=(command, "serve")) as running:
        yield running


def question(page: Page) -> Locator:
    """The panel of what the run waits for."""
    return page.get_by_role("region", name="Waiting", exact=True)


def test_an_approval_takes_who_answers_and_what_its_form_asks_for(page: Page, service: Service) -> None:
    run_id = submit(service, "release")
    page.goto(f"/runs/{run_id}")
    mark(page)
    waiting = question(page)
    expect(waiting).to_contain_text("May version 7 go out?")
    expect(waiting).to_contain_text("for mo, kim")
    expect(node(page, "check, approval, waiting")).to_be_visible()
    choose(waiting, "Who answers", "mo")
    waiting.get_by_role("textbox", name="Notes").fill("far more than twenty characters")
    waiting.get_by_role("button", name="Approve").click()
    expect(waiting.get_by_role("textbox", name="Notes")).to_have_attribute("aria-invalid", "true")
    waiting.get_by_role("textbox", name="Notes").fill("All green.")
    choose(waiting, "Channel", "beta")
    waiting.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Your answer was taken: the run goes on.")).to_be_visible()
    expect(heading(page, "success")).to_be_visible()
    expect(node(page, "tell, transform, success")).to_be_visible()
    still_the_same(page)
    assert ended(service, run_id)["output"] == {"channel": "beta", "notes": "All green."}


def test_a_rejected_run_fails_at_the_step_and_says_who_rejected_it_and_why(page: Page, service: Service) -> None:
    run_id = submit(service, "release")
    page.goto(f"/runs/{run_id}")
    waiting = question(page)
    waiting.get_by_text("Reject", exact=True).click()
    choose(waiting, "Who answers", "kim")
    waiting.get_by_role("textbox", name="Comment").fill("Not on a Friday.")
    expect(waiting.get_by_role("textbox", name="Notes")).to_have_count(0)
    waiting.get_by_role("button", name="Reject").click()
    failed = page.get_by_role("region", name="A step failed")
    expect(failed).to_contain_text("kim")
    expect(failed).to_contain_text("Not on a Friday.")
    expect(node(page, "check, approval, failed")).to_be_visible()
    expect(node(page, "tell, transform, not reached")).to_be_visible()
    assert ended(service, run_id)["error"]["step"] == "check"


def test_what_a_tool_asks_in_the_middle_of_its_call_is_answered(page: Page, service: Service) -> None:
    run_id = submit(service, "trip")
    page.goto(f"/runs/{run_id}")
    waiting = question(page)
    expect(waiting).to_contain_text("Where to? (1)")
    expect(waiting).to_contain_text("The tool book asks")
    waiting.get_by_role("textbox", name="city").fill("Oslo")
    waiting.get_by_role("button", name="Answer", exact=True).click()
    expect(heading(page, "success")).to_be_visible()
    assert ended(service, run_id)["output"] == {"action": "accept", "content": {"city": "Oslo"}}


def test_of_two_who_answer_at_once_the_second_is_told_who_was_first(
    page: Page, browser: Browser, faults: Faults, service: Service
) -> None:
    run_id = submit(service, "release")
    other = browser.new_context(base_url=service.url)
    with watching(other, service.url) as theirs:
        second = other.new_page()
        for each in (page, second):
            each.goto(f"/runs/{run_id}")
        for each, name, channel in ((page, "mo", "stable"), (second, "kim", "beta")):
            choose(question(each), "Who answers", name)
            choose(question(each), "Channel", channel)
        # Both answers are on their way before either page hears of the other's.
        held: list[Route] = []
        second.route("**/answer", lambda route: held.append(route))
        question(second).get_by_role("button", name="Approve").click()
        expect(question(second).get_by_role("button", name="Approve")).to_be_disabled()
        question(page).get_by_role("button", name="Approve").click()
        expect(page.get_by_text("Your answer was taken: the run goes on.")).to_be_visible()
        (route,) = held
        route.continue_()
        told = second.get_by_role("status").filter(has_text="It was answered already")
        expect(told).to_contain_text("the first answer counts")
        expect(second.get_by_role("region", name="The first answer")).to_have_text(re.compile(r'"by": "mo"'))
        expect(heading(second, "success")).to_be_visible()
        theirs.expect("409")
    other.close()
    assert ended(service, run_id)["output"] == {"channel": "stable"}
