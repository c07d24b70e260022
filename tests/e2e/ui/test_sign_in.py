"""Signing in, and what becomes of a page whose session ends: nothing is lost, nothing is shown to another person."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from callsheet.access.scopes import Role
from tests.e2e.ui.conftest import HELLO
from tests.e2e.ui.guarded import Guarded, guarded, sign_in, signed_in
from tests.e2e.ui.journey import mark, still_the_same
from tests.e2e.ui.keyboard import Keyboard
from tests.e2e.ui.stage import begin, call, document, follow, is_at
from tests.e2e.ui.watched import Faults
from tests.support.service import Service, program

SERVERS = Path(__file__).parents[2] / "support" / "servers"
SLOW = document(
    "slow",
    "Takes its time",
    call("look", "crawl", server="asking", input={"beats": 2, "then": 3600}, timeout="1h"),
)
ASKS = document("asks", "Asks first", {"name": "may", "type": "approval", "message": "May it go out?"})

UNAUTHORIZED = "401"
"""What the browser says of the answer that tells of the end."""
CUT_WITHIN = 15
"""Seconds after which no stream is open for whom it is not any more."""


@pytest.fixture(scope="module")
def house(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Guarded]:
    servers = {"asking": program(SERVERS / "asking.py")}
    folder = tmp_path_factory.mktemp("sign-in") / "house"
    with guarded(folder, (command, "serve"), scenarios=[HELLO, SLOW, ASKS], servers=servers) as running:
        yield running


@pytest.fixture(scope="module")
def service(house: Guarded) -> Service:
    return house.service


def sign_out(page: Page) -> None:
    """By the menu."""
    page.get_by_role("button", name="your account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


def test_a_key_opens_the_page_that_was_asked_for_and_signing_out_closes_all(page: Page, house: Guarded) -> None:
    page.goto("/scenarios/hello?run=true")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    sign_in(page, house.keys[Role.OPERATOR])
    expect(page).to_have_url(re.compile(r"/scenarios/hello\?run=true$"))
    page.get_by_role("dialog").get_by_role("textbox", name="name").fill("Ada")
    page.get_by_role("button", name="Start the run").click()
    expect(page).to_have_url(re.compile(r"/runs/[0-9a-f-]{36}"))
    account = page.get_by_role("button", name="operator, operator: your account")
    expect(account).to_be_visible()
    sign_out(page)
    page.go_back()
    expect(page.get_by_label("Key", exact=True)).to_be_visible()
    expect(page.get_by_text("Hello, Ada!")).to_have_count(0)


def test_a_wrong_key_is_refused_in_a_sentence(page: Page, house: Guarded, faults: Faults) -> None:
    page.goto("/")
    key = page.get_by_label("Key", exact=True)
    key.fill(house.keys[Role.ADMIN][:-4] + "AAAA")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(key).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("main")).to_contain_text("Ask an administrator")
    assert key.get_attribute("type") == "password"
    assert key.get_attribute("autocomplete") == "off"
    faults.expect(UNAUTHORIZED)


def test_the_browser_keeps_no_key(page: Page, house: Guarded) -> None:
    key = house.keys[Role.OPERATOR]
    signed_in(page, key, "/runs")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    kept: str = page.evaluate(
        "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}, document.documentElement.outerHTML])"
    )
    assert key not in kept
    assert "callsheet_session" not in kept
    (cookie,) = page.context.cookies()
    assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Strict")
    assert key not in str(cookie)


def test_where_one_goes_after_the_sign_in_stays_on_the_service(page: Page, house: Guarded, service: Service) -> None:
    page.goto("/sign-in?next=//127.0.0.2:9/evil")
    sign_in(page, house.keys[Role.VIEWER])
    expect(page).to_have_url(f"{service.url}/")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_what_was_typed_is_still_there_when_a_session_ended(page: Page, house: Guarded, faults: Faults) -> None:
    key_id, key = house.another(Role.OPERATOR)
    signed_in(page, key, "/scenarios/hello?run=true")
    name = page.get_by_role("dialog").get_by_role("textbox", name="name")
    name.fill("Grace")
    mark(page)
    house.revoke(key_id)
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_role("heading", name="Your session has ended")).to_be_visible()
    expect(page.get_by_label("Key", exact=True)).to_be_focused()
    page.keyboard.press("Escape")  # closes nothing, neither above nor below
    sign_in(page, house.keys[Role.OPERATOR])
    expect(name).to_have_value("Grace")
    page.get_by_role("button", name="Start the run").click()
    expect(page).to_have_url(re.compile(r"/runs/[0-9a-f-]{36}"))
    still_the_same(page)
    faults.expect(UNAUTHORIZED)


def test_another_person_does_not_get_what_was_open(page: Page, house: Guarded, faults: Faults) -> None:
    key_id, key = house.another(Role.AUTHOR)
    signed_in(page, key, "/scenarios/hello?run=true")
    page.get_by_role("dialog").get_by_role("textbox", name="name").fill("My secret")
    house.revoke(key_id)
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_role("heading", name="Your session has ended")).to_be_visible()
    sign_in(page, house.keys[Role.OPERATOR])
    field = page.get_by_role("dialog").get_by_role("textbox", name="name")
    expect(field).to_have_value("")
    expect(page.get_by_role("button", name="operator, operator: your account")).to_be_attached()
    faults.expect(UNAUTHORIZED)


def test_a_run_goes_on_live_after_its_watcher_signed_in_again(page: Page, house: Guarded, faults: Faults) -> None:
    with house.client() as client:
        run_id = begin(client, "asks")
        follow(client, run_id, is_at("step_waiting"))
    key_id, key = house.another(Role.OPERATOR)
    signed_in(page, key, f"/runs/{run_id}")
    expect(page.get_by_text("May it go out?")).to_be_visible()
    page.get_by_role("textbox", name="Comment").fill("Looks right to me.")
    streams: list[str] = []
    page.context.on("request", lambda request: streams.append(request.url) if "/api/events" in request.url else None)
    house.revoke(key_id)
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_role("heading", name="Your session has ended")).to_be_visible()
    sign_in(page, house.keys[Role.OPERATOR])
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("Looks right to me.")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_role("main").locator("header")).to_contain_text("success")
    assert len(streams) <= 4, streams
    faults.expect(UNAUTHORIZED)


def test_a_session_that_ends_by_its_time_is_noticed_without_a_click(page: Page, house: Guarded) -> None:
    key_id, key = house.another(Role.VIEWER)
    page.clock.install()
    signed_in(page, key, "/settings")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    house.revoke(key_id)
    page.clock.fast_forward("13:00:00")
    expect(page.get_by_role("heading", name="Your session has ended")).to_be_visible()


@pytest.mark.timeout(120)
def test_a_page_that_only_watches_is_told_that_its_key_was_revoked(page: Page, house: Guarded) -> None:
    key_id, key = house.another(Role.VIEWER)
    signed_in(page, key, "/runs")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    house.revoke(key_id)
    # Nobody clicks: the stream is cut, as docs/security.md says, and the page asks why.
    expect(page.get_by_role("heading", name="Your session has ended")).to_be_visible(timeout=1_000 * (CUT_WITHIN + 10))


def test_signing_out_in_one_tab_signs_the_others_out(context: BrowserContext, page: Page, house: Guarded) -> None:
    signed_in(page, house.keys[Role.OPERATOR], "/runs")
    other = context.new_page()
    other.goto("/scenarios/hello?tab=source")
    expect(other.get_by_role("heading", name="Say hello")).to_be_visible()
    sign_out(page)
    expect(other).to_have_url(re.compile(r"/sign-in\?next=%2Fscenarios%2Fhello"))
    expect(other.get_by_role("heading", name="Say hello")).to_have_count(0)
    sign_in(other, house.keys[Role.OPERATOR])
    expect(other).to_have_url(re.compile(r"/scenarios/hello\?tab=source$"))
    # The tab that only waited for it goes on, too.
    expect(page.get_by_role("button", name="your account")).to_be_visible()
    other.close()


def test_signing_in_in_one_tab_lets_the_other_go_on(
    context: BrowserContext, page: Page, house: Guarded, faults: Faults
) -> None:
    key_id, key = house.another(Role.OPERATOR)
    signed_in(page, key, "/scenarios/hello?run=true")
    page.get_by_role("dialog").get_by_role("textbox", name="name").fill("Joan")
    other = context.new_page()
    other.goto("/runs")
    expect(other.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    house.revoke(key_id)
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_role("heading", name="Your session has ended")).to_be_visible()
    other.goto("/runs")
    sign_in(other, house.keys[Role.OPERATOR])
    expect(page.get_by_role("heading", name="Your session has ended")).to_have_count(0)
    expect(page.get_by_role("dialog").get_by_role("textbox", name="name")).to_have_value("Joan")
    other.close()
    faults.expect(UNAUTHORIZED)


def test_the_keyboard_alone_signs_in_and_out(page: Page, house: Guarded) -> None:
    page.goto("/sign-in")
    keyboard = Keyboard(page)
    keyboard.go_to(page.get_by_label("Key", exact=True))
    keyboard.type(house.keys[Role.VIEWER])
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    keyboard.go_to(page.get_by_role("button", name="your account"))
    keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Sign out")).to_be_focused()
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
