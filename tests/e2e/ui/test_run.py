"""The page of a run: a link opens right where it says, a person answers, what failed is said first."""

import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from callsheet.scenario.json import JsonObject
from tests.e2e.ui.watched import Faults
from tests.support.service import Service, program, serving

ECHO = Path(__file__).parents[2] / "support" / "servers" / "echo.py"
ITEMS = 1_000

ASK: JsonObject = {
    "schema_version": "1",
    "scenario_id": "ask",
    "name": "Publish after a check",
    "steps": [
        {
            "name": "check",
            "type": "approval",
            "message": "May it go out?",
            "assignees": ["mo", "kim"],
            "form_schema": {
                "type": "object",
                "required": ["note"],
                "properties": {"note": {"type": "string", "title": "Note"}},
            },
        },
        {"name": "after", "type": "transform", "output": {"from": "steps.check.output.data.note"}},
    ],
    "output": {"from": "steps.after.output"},
}
BROKEN: JsonObject = {
    "schema_version": "1",
    "scenario_id": "broken",
    "name": "A press out of paper",
    "steps": [
        {
            "name": "print",
            "type": "tool",
            "tool": "fail",
            "input": {"message": "There is no paper."},
            "retry": {"max_attempts": 2, "initial_interval": "10ms"},
        }
    ],
}
MANY: JsonObject = {
    "schema_version": "1",
    "scenario_id": "many",
    "name": "Read many pages",
    "steps": [
        {
            "name": "pages",
            "type": "foreach",
            "items": {"from": "input.items"},
            "as": "n",
            "tolerated_failure_percentage": 100,
            "steps": [
                {"name": "odd", "type": "fail", "when": "n == `7`", "code": "Unreadable", "message": "Page 7 is torn."},
                {"name": "read", "type": "transform", "output": {"template": "page ${n}"}},
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def service(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """A service with scenarios that ask, fail and go over many items."""
    folder = tmp_path_factory.mktemp("house") / "house"
    with serving(
        folder, scenarios=[ASK, BROKEN, MANY], servers={"echo": program(ECHO)}, command=(command, "serve")
    ) as running:
        yield running


def submit(service: Service, scenario_id: str, run_input: dict[str, Any] | None = None) -> str:
    """The id of a run that was accepted."""
    with service.client() as client:
        answer = client.post("/api/runs", json={"scenario_id": scenario_id, "input": run_input or {}})
    assert answer.status_code == 202, answer.text
    return answer.json()["run_id"]


def heading(page: Page, status: str) -> Locator:
    """The header of the page, with the run's status."""
    return page.get_by_role("main").locator("header").filter(has_text=status)


def test_a_person_answers_and_sees_before_what_is_sent(page: Page, service: Service) -> None:
    run_id = submit(service, "ask")
    page.goto(f"/runs/{run_id}")
    waiting = page.get_by_role("region", name="Waiting", exact=True)
    waiting.get_by_role("combobox", name="Who answers").click()
    page.get_by_role("option", name="kim").click()
    waiting.get_by_role("textbox", name="Note").fill("Fine.")
    expect(waiting.get_by_role("region", name="What will be sent")).to_have_text(
        re.compile(r'"approved": true,.*"note": "Fine\.".*"by": "kim"', re.DOTALL)
    )
    waiting.get_by_role("button", name="Approve").click()
    expect(heading(page, "success")).to_be_visible()
    page.get_by_role("tab", name="Output").click()
    expect(page.get_by_role("region", name="Output of the run")).to_have_text('"Fine."')


def test_keys_alone_reject(page: Page, service: Service) -> None:
    run_id = submit(service, "ask")
    page.goto(f"/runs/{run_id}")
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Tab")  # the step
    page.keyboard.press("Tab")  # the decision
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="mo")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Who answers")).to_have_value("mo")
    page.keyboard.press("Tab")
    page.keyboard.type("Too long.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="A step failed")).to_contain_text("mo rejected it: Too long.")


def test_an_answer_that_came_too_late_shows_the_first_one(page: Page, service: Service, faults: Faults) -> None:
    run_id = submit(service, "ask")
    page.goto(f"/runs/{run_id}")
    page.get_by_text("Reject", exact=True).click()
    page.get_by_role("combobox", name="Who answers").click()
    page.get_by_role("option", name="mo").click()

    def be_faster(route: Any) -> None:
        with service.client() as client:
            given = {"approved": True, "data": {"note": "First."}, "by": "kim"}
            client.post(f"/api/runs/{run_id}/steps/check/answer", json=given).raise_for_status()
        route.continue_()

    page.route("**/answer", be_faster)
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("region", name="The first answer")).to_contain_text('"note": "First."')
    faults.expect("409")


def test_what_failed_is_said_first_and_leads_to_the_step(page: Page, service: Service) -> None:
    run_id = submit(service, "broken")
    page.goto(f"/runs/{run_id}")
    failed = page.get_by_role("region", name="A step failed")
    expect(failed).to_contain_text("There is no paper.", timeout=30_000)  # its tool server starts first
    expect(failed).to_contain_text("ToolError")
    failed.get_by_role("link", name="print").click()
    expect(page).to_have_url(re.compile(r"step=print"))
    step = page.get_by_role("complementary", name="Step print")
    expect(step).to_contain_text("Attempts (2)")
    expect(step.get_by_text("success")).to_have_count(0)
    page.get_by_role("button", name="Retry from the failed step").click()
    expect(page).not_to_have_url(re.compile(run_id))
    expect(page.get_by_role("link", name="forked from another run")).to_be_visible()


def test_a_link_opens_one_iteration_of_a_thousand(page: Page, service: Service) -> None:
    run_id = submit(service, "many", {"items": list(range(ITEMS))})
    page.goto(f"/runs/{run_id}?tab=timeline&step=pages[7].odd")
    for _ in range(2):
        expect(page.get_by_role("complementary", name="Step pages[7].odd")).to_contain_text("Page 7 is torn.")
        expect(page.get_by_role("listitem").filter(has=page.locator('[aria-current="page"]'))).to_be_visible()
        page.reload()
    expect(heading(page, "success")).to_be_visible()
    page.get_by_role("button", name="Close pages", exact=True).click()
    expect(page.get_by_role("img", name="1 failed, 999 success")).to_be_visible()
    page.get_by_text("Failed", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="3 lines")).to_be_visible()


def test_an_unknown_run_says_so(page: Page) -> None:
    page.goto("/runs/11111111-1111-7111-8111-111111111111")
    expect(page.get_by_role("heading", name="There is no such run")).to_be_visible()
    expect(page.get_by_role("link", name="Go to the runs")).to_be_visible()
