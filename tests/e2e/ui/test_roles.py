"""What a role may not do is absent, or stands there with the reason; and nothing that is offered is refused."""

import re
from collections.abc import Callable, Generator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from callsheet.access.scopes import Role
from callsheet.scenario.json import JsonObject
from tests.e2e.ui.guarded import Guarded, guarded, refused, signed_in
from tests.e2e.ui.keyboard import Keyboard
from tests.e2e.ui.stage import ASKS, ORDER, OTHER, SERVED, begin, document, follow, has_ended, is_at, put
from tests.support.service import Service

VIEWER, OPERATOR, AUTHOR, ADMIN = Role
ALL = frozenset(Role)
WRITERS = frozenset({AUTHOR, ADMIN})
OPERATORS = frozenset({OPERATOR, AUTHOR, ADMIN})


@pytest.fixture(scope="module")
def house(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Guarded]:
    servers = {"tools": SERVED["tools"]}
    with guarded(
        tmp_path_factory.mktemp("roles") / "house", (command, "serve"), scenarios=[ASKS, OTHER], servers=servers
    ) as running:
        with running.client() as client:
            put(client, "/api/scenarios/order", ORDER)
            put(
                client,
                "/api/schedules/nightly",
                {"schema_version": "1", "name": "nightly", "scenario_id": "other", "cron": "30 2 * * *"},
            )
            put(
                client,
                "/api/hooks/push",
                {"schema_version": "1", "name": "push", "scenario_id": "other", "secret": "PUSH"},
            )
        yield running


@pytest.fixture(scope="module")
def service(house: Guarded) -> Service:
    return house.service


@pytest.fixture(scope="module")
def runs(house: Guarded) -> Mapping[str, str]:
    with house.client() as client:
        runs = {"asks": begin(client, "asks"), "ended": begin(client, "other")}
        follow(client, runs["asks"], is_at("step_waiting"))
        follow(client, runs["ended"], has_ended)
    return runs


Find = Callable[[Page], Locator]


def button(name: str, *, exact: bool = True) -> Find:
    """A button, or a link that is drawn as one, of the page."""

    def find(page: Page) -> Locator:
        main = page.get_by_role("main")
        either = main.get_by_role("button", name=name, exact=exact).or_(
            main.get_by_role("link", name=name, exact=exact)
        )
        return either.first

    return find


OFFERS: Mapping[str, tuple[str, Find, frozenset[Role]]] = {
    "run a scenario": ("/scenarios/order", button("Run"), OPERATORS),
    "run from the list": ("/scenarios", button("Run Take an order"), OPERATORS),
    "edit a scenario": ("/scenarios/order", button("Edit"), WRITERS),
    "make a scenario": ("/scenarios", button("New scenario"), WRITERS),
    "cancel a run": ("/runs/{asks}?tab=timeline", button("Cancel"), OPERATORS),
    "fork a run": ("/runs/{ended}?tab=timeline", button("Fork …"), OPERATORS),
    "cancel many runs": ("/runs", button("Cancel …"), OPERATORS),
    "delete many runs": ("/runs", button("Delete …"), OPERATORS),
    "call a tool": ("/tools/tools/add", button("Call"), WRITERS),
    "make a schedule": ("/triggers", button("New schedule"), WRITERS),
    "make a hook": ("/triggers", button("New hook"), WRITERS),
    "run a schedule": ("/schedules/nightly", button("Run now"), OPERATORS),
    "pause a schedule": ("/schedules/nightly", button("Pause"), OPERATORS),
    "edit a schedule": ("/schedules/nightly", button("Edit"), WRITERS),
    "delete a schedule": ("/schedules/nightly", button("Delete"), WRITERS),
    "edit a hook": ("/hooks/push", button("Edit"), WRITERS),
    "delete a hook": ("/hooks/push", button("Delete"), WRITERS),
}


@pytest.mark.parametrize("role", Role)
def test_each_role_is_offered_what_it_may_and_told_why_not(
    page: Page, house: Guarded, runs: Mapping[str, str], role: Role
) -> None:
    signed_in(page, house.keys[role], "/")
    for name, (address, find, roles) in OFFERS.items():
        page.goto(address.format_map(runs))
        control = find(page)
        expect(control, name).to_be_visible()
        if role in roles:
            expect(control, name).not_to_have_attribute("aria-disabled", "true")
        else:
            assert re.search(rf"Your role, {role}, may not .+ The role \w+ may\.", refused(control)), name


PLACES: Mapping[str, frozenset[Role]] = {
    "Dashboard": ALL,
    "Scenarios": ALL,
    "Runs": ALL,
    "Tools": ALL,
    "Schedules & hooks": ALL,
    "Statistics": ALL,
    "Keys": frozenset({ADMIN}),
    "Audit log": frozenset({ADMIN}),
    "Settings": ALL,
}


@pytest.mark.parametrize("role", Role)
def test_the_navigation_has_the_places_of_the_role_and_the_palette_no_others(
    page: Page, house: Guarded, role: Role
) -> None:
    signed_in(page, house.keys[role], "/")
    links = page.get_by_role("navigation").first.get_by_role("link")
    expected = [name for name, roles in PLACES.items() if role in roles]
    expect(links).to_have_text(expected)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find anything").fill("key")
    key_page = page.get_by_role("option", name="Keys")
    expect(key_page).to_have_count(1 if role is ADMIN else 0)


@pytest.mark.parametrize("address", ["/keys", "/audit", "/new/scenario", "/scenarios/order/edit", "/new/hook"])
def test_the_address_of_a_page_that_is_not_for_the_role_says_so(page: Page, house: Guarded, address: str) -> None:
    signed_in(page, house.keys[OPERATOR], address)
    expect(page.get_by_role("heading", name="This page is not for your role")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Your role, operator, may not")


def test_the_settings_of_the_service_are_kept_from_those_who_may_not_see_them(page: Page, house: Guarded) -> None:
    signed_in(page, house.keys[AUTHOR], "/settings")
    expect(page.get_by_role("heading", name="This browser")).to_be_visible()
    expect(page.get_by_role("note")).to_contain_text("may not see the service's settings")


def test_a_viewer_sees_a_question_and_why_it_is_not_theirs_to_answer(
    page: Page, house: Guarded, runs: Mapping[str, str]
) -> None:
    signed_in(page, house.keys[VIEWER], f"/runs/{runs['asks']}")
    waiting = page.get_by_role("region", name="Waiting", exact=True)
    expect(waiting).to_contain_text("go out?")
    expect(waiting.get_by_role("note")).to_contain_text("Your role, viewer, may not")
    expect(waiting.get_by_role("button")).to_have_count(0)


def test_a_question_for_others_is_shown_and_says_whose_it_is(
    page: Page, house: Guarded, runs: Mapping[str, str]
) -> None:
    signed_in(page, house.keys[OPERATOR], f"/runs/{runs['asks']}")
    waiting = page.get_by_role("region", name="Waiting", exact=True)
    expect(waiting.get_by_role("note")).to_have_text("You are key:operator; this is to be answered by mo or kim.")
    expect(waiting.get_by_role("button")).to_have_count(0)


def test_who_is_known_answers_without_saying_who_they_are(page: Page, house: Guarded) -> None:
    with house.client() as client:
        question: JsonObject = {"name": "may", "type": "approval", "message": "May it?"}
        question["assignees"] = ["mo", "operator"]
        put(client, "/api/scenarios/signed", document("signed", "Ask the operator", question))
        run_id = begin(client, "signed")
        follow(client, run_id, is_at("step_waiting"))
    signed_in(page, house.keys[OPERATOR], f"/runs/{run_id}")
    waiting = page.get_by_role("region", name="Waiting", exact=True)
    expect(waiting.get_by_label("Comment")).to_be_visible()
    expect(waiting.get_by_label("Who answers")).to_have_count(0)
    waiting.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="success").first).to_be_visible()
    with house.client() as client:
        assert client.get(f"/api/runs/{run_id}/steps/may").json()["output"]["by"] == "operator"


def test_the_reason_is_reached_by_keyboard_and_the_keys_of_the_page_do_nothing(
    page: Page, house: Guarded, runs: Mapping[str, str]
) -> None:
    signed_in(page, house.keys[VIEWER], f"/runs/{runs['asks']}?tab=timeline")
    keyboard = Keyboard(page)
    cancel = page.get_by_role("button", name="Cancel", exact=True)
    keyboard.go_to(cancel)
    expect(page.get_by_role("tooltip")).to_contain_text("Your role, viewer, may not")
    keyboard.press("Enter", "Space", "c", "f")
    expect(page.get_by_role("dialog")).to_have_count(0)
    keyboard.go_to(page.get_by_role("button", name="More actions"))
    keyboard.press("Enter")
    again = page.get_by_role("menuitem", name="Run again with the same input")
    expect(again).to_be_focused()
    assert "Your role, viewer, may not" in refused(again)
    keyboard.press("Enter")
    expect(page).to_have_url(re.compile(runs["asks"]))


def test_whose_a_run_is_stands_in_the_list_and_leads_to_the_others_of_that_one(
    page: Page, house: Guarded, runs: Mapping[str, str]
) -> None:
    with house.client(OPERATOR) as client:
        theirs = begin(client, "other")
    signed_in(page, house.keys[ADMIN], "/runs")

    def row(run_id: str) -> Locator:
        return page.locator("tr").filter(has=page.locator(f"[data-run='{run_id}']"))

    expect(row(theirs)).to_contain_text("operator")
    expect(row(runs["ended"])).to_contain_text("admin")
    page.get_by_label("Owner", exact=True).select_option("My own runs")
    expect(row(theirs)).to_have_count(0)
    expect(row(runs["ended"])).to_be_visible()
    page.goto(f"/runs/{theirs}")
    page.get_by_role("main").locator("header").get_by_role("link", name="operator", exact=True).click()
    expect(row(theirs)).to_be_visible()
    expect(row(runs["ended"])).to_have_count(0)
    expect(page.get_by_label("Owner", exact=True)).to_have_value("key:operator")


PAGES = (
    "/",
    "/scenarios",
    "/scenarios/order",
    "/scenarios/order?tab=revisions",
    "/scenarios/order?run=true",
    "/runs",
    "/runs/{asks}?tab=timeline",
    "/runs/{ended}?tab=timeline",
    "/runs/compare?a={ended}&b={ended}",
    "/tools",
    "/tools/tools/add",
    "/triggers",
    "/schedules/nightly",
    "/hooks/push",
    "/stats",
    "/settings",
)


@pytest.mark.parametrize("address", PAGES)
def test_a_viewer_who_presses_everything_is_refused_nothing(
    page: Page, house: Guarded, runs: Mapping[str, str], address: str
) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    signed_in(page, house.keys[VIEWER], "/")
    page.goto(address.format_map(runs))
    expect(page.get_by_role("heading").first).to_be_visible()
    buttons = page.locator("main button:not([aria-disabled=true]):visible, [role=dialog] button:visible")
    expect(page.get_by_role("main")).not_to_contain_text("Loading")
    for number in range(min(buttons.count(), 40)):
        one = buttons.nth(number)
        if one.is_visible():
            one.dispatch_event("click")
        for item in page.locator("[role=menuitem]:visible").all():
            if item.is_visible() and not item.get_attribute("href"):
                item.dispatch_event("click")
        if page.locator("[role=menu], [role=dialog]").count():
            page.keyboard.press("Escape")
        if page.url.split("?")[0] != f"{house.service.url}{address.format_map(runs).split('?')[0]}":
            page.goto(address.format_map(runs))
            expect(page.get_by_role("heading").first).to_be_visible()
    page.goto("/settings")
    seen = [f"{each.request.method} {each.url} {each.status}" for each in answers if each.status in {401, 403}]
    assert seen == []
    changed = [
        f"{each.request.method} {each.url}"
        for each in answers
        if each.request.method != "GET" and not each.url.endswith(("/api/session", "/validate", "/evaluate"))
    ]
    assert changed == []
