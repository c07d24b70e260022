"""The pages about many runs and about what starts them: filters, bulk actions, comparison, triggers, settings."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from callsheet.scenario.json import JsonObject
from tests.e2e.ui.journey import ended, heading, mark, still_the_same, submit
from tests.e2e.ui.watched import Faults
from tests.support.service import Service, serving

SECRET = "never-shown-8c1f"

GREET: JsonObject = {
    "schema_version": "1",
    "scenario_id": "greet",
    "name": "Greet",
    "input_schema": {"type": "object", "properties": {"name": {"type": "string", "default": "you"}}},
    "steps": [{"name": "hello", "type": "transform", "output": {"template": "Hello, ${input.name}"}}],
    "output": {"from": "steps.hello.output"},
}
BREAK: JsonObject = {
    "schema_version": "1",
    "scenario_id": "break",
    "name": "Break",
    "steps": [{"name": "snap", "type": "fail", "code": "Snapped", "message": "It snapped in the middle."}],
}
ASK: JsonObject = {
    "schema_version": "1",
    "scenario_id": "ask",
    "name": "Ask",
    "steps": [{"name": "decide", "type": "approval", "message": "Left or right?"}],
}


@pytest.fixture(scope="module")
def service(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """A service with runs of every kind to come."""
    folder = tmp_path_factory.mktemp("house") / "house"
    secretly = ("env", f"CALLSHEET_SECRET_PUSH={SECRET}", command, "serve")
    with serving(folder, scenarios=[GREET, BREAK, ASK], command=secretly) as running:
        yield running


def rows(page: Page) -> Locator:
    """The rows of the list, without its head."""
    return page.get_by_role("table").get_by_role("row").filter(has=page.get_by_role("link"))


def row(page: Page, run_id: str) -> Locator:
    """The row of one run."""
    return rows(page).filter(has=page.locator(f'a[href="/runs/{run_id}"]'))


def test_filters_stand_in_the_address_for_a_reload_and_for_others(
    page: Page, context: BrowserContext, service: Service
) -> None:
    fine, broken = submit(service, "greet", {"name": "Ada"}), submit(service, "break")
    for run_id in (fine, broken):
        ended(service, run_id)
    page.goto("/runs")
    expect(row(page, fine)).to_be_visible()
    page.get_by_role("button", name="failed", exact=True).click()
    page.get_by_role("combobox", name="Scenario").select_option("break")
    page.get_by_role("searchbox", name="Id, scenario or message").fill("snapped")
    expect(page).to_have_url(re.compile("q=snapped"))
    expect(row(page, fine)).to_have_count(0)
    expect(row(page, broken)).to_contain_text("It snapped in the middle.")

    page.reload()
    other = context.new_page()
    other.goto(page.url)
    for each in (page, other):
        expect(row(each, broken)).to_be_visible()
        expect(row(each, fine)).to_have_count(0)
        expect(each.get_by_role("button", name="failed", exact=True)).to_have_attribute("aria-pressed", "true")
        expect(each.get_by_role("combobox", name="Scenario")).to_have_value("break")
        expect(each.get_by_role("searchbox")).to_have_value("snapped")


def test_the_runs_of_an_error_code_are_found_and_retried_by_keyboard(page: Page, service: Service) -> None:
    fine, broken = submit(service, "greet", {"name": "Eve"}), submit(service, "break")
    for run_id in (fine, broken):
        ended(service, run_id)
    page.goto("/runs")
    expect(row(page, fine)).to_be_visible()
    code = page.get_by_role("combobox", name="Error code")
    code.focus()
    page.keyboard.type("With Sn")  # how many codes stand before it depends on what else was done here
    expect(page).to_have_url(re.compile(r"error_code=Snapped$"))
    expect(row(page, fine)).to_have_count(0)
    expect(row(page, broken)).to_be_visible()
    page.get_by_role("button", name="Retry …").click()
    expect(page.get_by_role("dialog", name="Retry runs").locator(f'a[href="/runs/{broken}"]')).to_be_visible()
    page.keyboard.press("Escape")
    code.focus()
    page.keyboard.press("Home")
    expect(row(page, fine)).to_be_visible()
    expect(code).to_be_focused()
    expect(page).to_have_url(re.compile(r"/runs$"))


def test_many_runs_are_cancelled_after_they_were_named(page: Page, service: Service) -> None:
    waiting = [submit(service, "ask") for _ in range(3)]
    page.goto("/runs?scenario_id=ask&status=waiting")
    for run_id in waiting:
        expect(row(page, run_id)).to_be_visible()
    page.get_by_role("button", name="Cancel …").click()
    dialog = page.get_by_role("dialog", name="Cancel runs")
    expect(dialog).to_contain_text("3 runs.")
    for run_id in waiting:
        expect(dialog.locator(f'a[href="/runs/{run_id}"]')).to_be_visible()
    with service.client() as client:  # only asked so far
        assert [client.get(f"/api/runs/{run_id}").json()["status"] for run_id in waiting] == ["waiting"] * 3
    dialog.get_by_role("button", name="Cancel 3 runs").click()
    expect(dialog).to_contain_text("3 cancelled.")
    dialog.get_by_role("button", name="Close").last.click()
    expect(rows(page)).to_have_count(0)
    assert [ended(service, run_id)["status"] for run_id in waiting] == ["cancelled"] * 3


def test_runs_that_a_filter_finds_are_retried_together(page: Page, service: Service) -> None:
    broken = [submit(service, "break") for _ in range(2)]
    for run_id in broken:
        ended(service, run_id)
    with service.client() as client:
        before = client.get("/api/runs?scenario_id=break&status=failed").json()["runs"]
    page.goto("/runs?scenario_id=break&status=failed")
    page.get_by_role("button", name="Retry …").click()
    dialog = page.get_by_role("dialog", name="Retry runs")
    dialog.get_by_role("button", name=f"Retry {len(before)} runs").click()
    expect(dialog).to_contain_text(f"{len(before)} retried.")
    with service.client() as client:
        after = client.get("/api/runs?scenario_id=break").json()["runs"]
    retried = {run["forked_from"]["run_id"] for run in after if run["forked_from"]}
    assert retried == {run["run_id"] for run in before} >= set(broken)


def test_runs_that_were_selected_are_deleted_for_good(page: Page, service: Service) -> None:
    chosen, spared = [submit(service, "greet") for _ in range(2)], submit(service, "greet")
    for run_id in (*chosen, spared):
        ended(service, run_id)
    page.goto("/runs?scenario_id=greet")
    for run_id in chosen:
        row(page, run_id).get_by_role("checkbox").check()
    page.get_by_role("button", name="Delete …").click()
    dialog = page.get_by_role("dialog", name="Delete runs")
    expect(dialog).to_contain_text("That cannot be undone.")
    dialog.get_by_role("button", name="Delete 2 runs").click()
    expect(dialog).to_contain_text("2 deleted.")
    dialog.get_by_role("button", name="Close").last.click()
    for run_id in chosen:
        expect(row(page, run_id)).to_have_count(0)
    expect(row(page, spared)).to_be_visible()
    with service.client() as client:
        states = [client.get(f"/api/runs/{run_id}").status_code for run_id in (*chosen, spared)]
    assert states == [404, 404, 200]


def test_a_run_that_stands_still_is_pushed_on(page: Page, service: Service) -> None:
    run_id = submit(service, "ask")
    page.goto("/runs?scenario_id=ask&status=waiting")
    row(page, run_id).get_by_role("button", name="Actions").click()
    with page.expect_response(lambda answer: answer.url.endswith(f"/api/runs/{run_id}/resume")) as pushed:
        page.get_by_role("menuitem", name="Push on").click()
    assert pushed.value.ok
    expect(page.get_by_role("menuitem")).to_have_count(0)
    expect(row(page, run_id)).to_contain_text("waiting")  # it waits for a person, whom no push replaces
    row(page, run_id).get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Cancel").click()
    expect(row(page, run_id)).to_have_count(0)
    assert ended(service, run_id)["status"] == "cancelled"


def test_two_runs_are_compared_step_by_step(page: Page, service: Service) -> None:
    first, second = (submit(service, "greet", {"name": name}) for name in ("Ada", "Grace"))
    for run_id in (first, second):
        ended(service, run_id)
    page.goto("/runs?scenario_id=greet")
    for run_id in (first, second):
        row(page, run_id).get_by_role("checkbox").check()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_text("1 of 1 differ")).to_be_visible()
    page.get_by_role("button", name=re.compile("^hello")).click()
    steps = page.get_by_role("region", name="Steps")
    expect(steps).to_contain_text("Hello, Ada")
    expect(steps).to_contain_text("Hello, Grace")
    page.reload()
    expect(page.get_by_text("1 of 1 differ")).to_be_visible()


def test_the_dashboard_tells_of_a_question_and_of_a_failure_by_itself(page: Page, service: Service) -> None:
    ended(service, submit(service, "greet", {"name": "Ada"}))  # else it tells how to begin
    page.goto("/")
    people = page.get_by_role("region", name="Waiting for people")
    failures = page.get_by_role("region", name="Failed last")
    expect(people).to_contain_text("Nobody is asked anything.")
    mark(page)
    waiting, broken = submit(service, "ask"), submit(service, "break")
    expect(people.locator(f'a[href^="/runs/{waiting}"]')).to_contain_text("Left or right?")
    failed = failures.locator(f'a[href^="/runs/{broken}"]')
    expect(failed).to_contain_text("It snapped in the middle.")
    failed.click()
    expect(page.get_by_role("complementary", name="Step snap")).to_contain_text("Snapped")
    page.go_back()
    people.locator(f'a[href^="/runs/{waiting}"]').click()
    page.get_by_role("button", name="Approve").click()
    expect(heading(page, "success")).to_be_visible()
    page.get_by_role("link", name="Dashboard").click()
    expect(people).to_contain_text("Nobody is asked anything.")
    still_the_same(page)


def test_the_palette_goes_to_a_run_by_its_id(page: Page, service: Service) -> None:
    run_id = submit(service, "greet", {"name": "Ada"})
    ended(service, run_id)
    page.goto("/settings")
    page.get_by_role("button", name=re.compile("^Find anything")).click()
    page.get_by_role("combobox", name="Find anything").fill(run_id)
    page.get_by_role("option").filter(has_text=run_id[:8]).first.click()
    expect(page).to_have_url(re.compile(run_id))
    expect(heading(page, "success")).to_be_visible()


def test_a_schedule_is_made_run_paused_and_deleted(page: Page, faults: Faults, service: Service) -> None:
    page.goto("/triggers")
    page.get_by_role("link", name="New schedule").click()
    page.get_by_role("textbox", name="Name").fill("nightly")
    page.get_by_role("combobox", name="Scenario").click()
    page.get_by_role("option", name="greet", exact=True).click()
    times = page.get_by_role("textbox", name="Times")
    times.fill("61 * * * *")
    page.get_by_role("button", name="Save").click()
    expect(times).to_have_attribute("aria-invalid", "true")
    faults.expect("422")
    times.fill("30 2 * * *")
    page.get_by_role("textbox", name="Input").fill('{"name": "night"}')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="nightly")).to_be_visible()

    page.get_by_role("button", name="Run now").click()
    page.get_by_role("dialog").get_by_role("button", name="Run now").click()
    expect(heading(page, "success")).to_be_visible()
    page.get_by_role("link", name="schedule nightly").click()

    page.get_by_role("button", name="Pause").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("paused", exact=True)).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    expect(page.get_by_text("paused", exact=True)).to_have_count(0)

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No schedules yet")).to_be_visible()
    with service.client() as client:
        assert client.get("/api/schedules").json() == []


def test_a_hook_is_made_and_says_where_signed_requests_go(page: Page, service: Service) -> None:
    page.goto("/triggers")
    page.get_by_role("link", name="New hook").click()
    page.get_by_role("textbox", name="Name").fill("push")
    page.get_by_role("combobox", name="Scenario").click()
    page.get_by_role("option", name="greet", exact=True).click()
    page.get_by_role("textbox", name="Secret").fill("PUSH")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="push")).to_be_visible()
    expect(page.get_by_text("ready", exact=True)).to_be_visible()
    expect(page.get_by_text(f"{service.url}/api/hooks/push", exact=True)).to_be_visible()
    expect(page.get_by_text("callsheet hooks sign push")).to_be_visible()
    assert SECRET not in page.content()


def test_the_theme_stays_as_chosen_and_no_secret_is_shown(page: Page) -> None:
    page.goto("/settings")
    scheme = page.locator("html")
    page.get_by_text("Dark", exact=True).click()
    expect(scheme).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    expect(scheme).to_have_attribute("data-mantine-color-scheme", "dark")
    expect(page.get_by_text("PUSH", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Effective settings")).to_contain_text("port")
    assert SECRET not in page.content()
