"""Keys, from their making to their end, and what the log and the report say of what was done meanwhile."""

import re
from collections.abc import Generator
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from callsheet.access.scopes import Role
from tests.e2e.ui.conftest import HELLO
from tests.e2e.ui.guarded import Guarded, guarded, signed_in
from tests.e2e.ui.keyboard import Keyboard
from tests.e2e.ui.stage import OTHER, begin, call, document, follow, has_ended
from tests.support.service import Service, program

SERVERS = Path(__file__).parents[2] / "support" / "servers"
FAILS = document(
    "fails", "Fails at once", call("try_it", "fail", server="tools", input={"message": "The printer is out of paper."})
)


@pytest.fixture(scope="module")
def house(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Guarded]:
    servers = {"tools": program(SERVERS / "echo.py")}
    with guarded(
        tmp_path_factory.mktemp("keys") / "house", (command, "serve"), scenarios=[HELLO, OTHER, FAILS], servers=servers
    ) as running:
        yield running


@pytest.fixture(scope="module")
def service(house: Guarded) -> Service:
    return house.service


@pytest.fixture
def admin(page: Page, house: Guarded) -> Page:
    """A page of the administrator."""
    signed_in(page, house.keys[Role.ADMIN], "/")
    return page


def status(service: Service, key: str, path: str = "/api/runs") -> int:
    """What the service answers to a key."""
    return httpx2.get(service.url + path, headers={"authorization": f"Bearer {key}"}, timeout=30).status_code


def row(page: Page, name: str) -> Locator:
    """The line of a key."""
    return page.get_by_role("row").filter(has_text=name)


def made_key(page: Page) -> str:
    """The key that is shown this once."""
    shown = page.get_by_label("The new key")
    expect(shown).to_have_text(re.compile(r"^cs_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$"))
    return shown.inner_text()


def test_a_key_is_made_used_and_revoked(admin: Page, service: Service) -> None:
    admin.goto("/keys")
    admin.get_by_role("button", name="New key").click()
    form = admin.get_by_role("dialog", name="New key")
    form.get_by_role("textbox", name="Name").fill("ci")
    form.get_by_role("radio", name="viewer").check()
    scenarios = form.get_by_role("combobox", name="Scenarios")
    scenarios.press("Backspace")
    expect(form).to_contain_text("No pattern: no scenarios at all.")
    scenarios.press_sequentially("hel*,")
    expect(form).to_contain_text("Fits 1 of 3 scenarios: hello.")
    form.get_by_role("combobox", name="Counts for").select_option("30 days")
    form.get_by_role("button", name="Make the key").click()
    key = made_key(admin)
    expect(admin.get_by_role("dialog")).to_contain_text("it is not shown again")
    admin.keyboard.press("Escape")  # nothing but the button lets go of it
    expect(admin.get_by_label("The new key")).to_be_visible()
    admin.get_by_role("button", name="I have copied it").click()
    expect(admin.locator("body")).not_to_contain_text(key)
    expect(row(admin, "ci")).to_contain_text("viewer")
    expect(row(admin, "ci")).to_contain_text("hel*")
    expect(row(admin, "ci")).to_contain_text("never")

    assert (status(service, key), status(service, key, "/api/keys")) == (200, 403)

    row(admin, "ci").get_by_role("button", name="Revoke").click()
    admin.get_by_role("dialog").get_by_role("button", name="Revoke it").click()
    expect(row(admin, "ci")).to_have_count(0)
    assert status(service, key) == 401
    admin.get_by_role("checkbox", name="no more").check()
    expect(row(admin, "ci")).to_contain_text("revoked")
    expect(row(admin, "ci").get_by_role("button")).to_have_count(0)


def test_the_key_can_be_copied(admin: Page) -> None:
    admin.context.grant_permissions(["clipboard-read", "clipboard-write"])
    admin.goto("/keys")
    admin.get_by_role("button", name="New key").click()
    admin.get_by_role("textbox", name="Name").fill("copied")
    admin.get_by_role("button", name="Make the key").click()
    key = made_key(admin)
    admin.get_by_role("dialog").get_by_role("button", name="Copy").click()
    expect(admin.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    assert admin.evaluate("navigator.clipboard.readText()") == key


def test_what_cannot_be_is_said_at_its_field(admin: Page) -> None:
    admin.goto("/keys")
    admin.get_by_role("button", name="New key").click()
    form = admin.get_by_role("dialog", name="New key")
    form.get_by_role("button", name="Make the key").click()
    name = form.get_by_role("textbox", name="Name")
    expect(name).to_have_attribute("aria-invalid", "true")
    name.fill("two words")
    expect(form).to_contain_text("At most 64 letters, digits and _ . - make a name.")
    tools = form.get_by_role("combobox", name="Tools")
    tools.press_sequentially("what?,")
    expect(form).to_contain_text("“what?” is no pattern")


def test_the_keyboard_alone_makes_and_revokes_a_key(admin: Page) -> None:
    keyboard = Keyboard(admin)
    keyboard.press("g", "k")
    expect(admin.get_by_role("heading", name="Keys")).to_be_visible()
    expect(admin.get_by_role("button", name="New key")).to_be_visible()
    keyboard.press("n")
    form = admin.get_by_role("dialog", name="New key")
    expect(form.get_by_role("textbox", name="Name")).to_be_focused()
    keyboard.type("typed")
    keyboard.press("Enter")
    made_key(admin)
    keyboard.go_to(admin.get_by_role("button", name="I have copied it"))
    keyboard.press("Enter")
    expect(admin.get_by_role("dialog")).to_have_count(0)
    keyboard.held()
    keyboard.go_to(row(admin, "typed").get_by_role("button", name="Revoke"))
    keyboard.press("Enter")
    expect(admin.get_by_role("dialog")).to_be_visible()
    keyboard.go_to(admin.get_by_role("button", name="Revoke it"))
    keyboard.press("Enter")
    expect(row(admin, "typed")).to_have_count(0)
    keyboard.held()


def test_the_log_says_who_did_what_and_what_came_of_it(admin: Page, house: Guarded) -> None:
    with house.client(Role.OPERATOR) as client:
        run_id = begin(client, "other")
        follow(client, run_id, has_ended)
        refused = client.put("/api/scenarios/other", json=OTHER)
        assert refused.status_code == 403
    admin.goto("/audit")
    acts = admin.get_by_role("table", name="Acts").get_by_role("row")
    started = acts.filter(has_text=run_id)
    expect(started).to_contain_text("key:operator")
    expect(started).to_contain_text("run.start")
    expect(started).to_contain_text("done")
    expect(acts.filter(has_text="scenario.save").first).to_contain_text("forbidden")
    started.get_by_role("link", name=run_id).click()
    expect(admin).to_have_url(re.compile(f"/runs/{run_id}"))


def test_the_log_is_filtered_by_what_stands_in_it_and_in_the_address(admin: Page, house: Guarded) -> None:
    with house.client(Role.AUTHOR) as client:
        begin(client, "other")
    admin.goto("/audit")
    acts = admin.get_by_role("table", name="Acts").get_by_role("row")
    admin.get_by_role("button", name="key:author").first.click()
    expect(admin).to_have_url(re.compile(r"subject=key%3Aauthor"))
    expect(acts.filter(has_text="key:admin")).to_have_count(0)
    expect(acts.filter(has_text="key:author").first).to_be_visible()
    admin.get_by_role("combobox", name="What").select_option("Sign-ins")
    expect(admin).to_have_url(re.compile(r"action=session\."))
    expect(admin.get_by_role("heading", name="No act fits")).to_be_visible()
    admin.reload()
    expect(admin.get_by_role("searchbox", name="Who")).to_have_value("key:author")
    admin.get_by_role("button", name="All", exact=True).click()
    expect(acts.filter(has_text="key:admin").first).to_be_visible()


@pytest.mark.parametrize("form", ["JSONL", "CSV"])
def test_what_the_filter_finds_is_downloaded(admin: Page, form: str) -> None:
    admin.goto("/audit?action=session.")
    expect(admin.get_by_role("table", name="Acts")).to_be_visible()
    with admin.expect_download() as download:
        admin.get_by_role("link", name=f"Download as {form}").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert "session.begin" in text
    assert "run.start" not in text
    assert download.value.suggested_filename.endswith(f".{form.lower()}")


def test_a_long_log_is_shown_page_after_page(admin: Page, house: Guarded) -> None:
    with house.client() as client:
        for _ in range(60):
            client.post("/api/runs", json={"scenario_id": "nothing", "input": {}})
    admin.goto("/audit?action=run.start")
    rows = admin.get_by_role("table", name="Acts").locator("tbody tr")
    expect(rows).to_have_count(50)
    admin.get_by_role("button", name="Show older acts").click()
    expect(admin.get_by_text("These are all")).to_be_visible()
    assert rows.count() >= 60


def test_the_report_counts_runs_calls_and_failures_and_leads_to_them(admin: Page, house: Guarded) -> None:
    with house.client() as client:
        for scenario_id in ("other", "fails"):
            run_id = begin(client, scenario_id)
            follow(client, run_id, has_ended)
    admin.goto("/stats?window=24h")
    scenarios = admin.get_by_role("table", name="Scenarios")
    line = scenarios.get_by_role("row").filter(has_text="fails")
    expect(line).to_contain_text("0 %")
    expect(line.get_by_role("img")).to_have_accessible_name(re.compile(r"^\d+ failed$"))
    expect(admin.get_by_role("table", name="Tools").get_by_role("row").filter(has_text="tools/fail")).to_be_visible()
    failures = admin.get_by_role("region", name="Failures by code")
    expect(failures).to_contain_text("out of paper")
    slowest = admin.get_by_role("region", name="Slowest steps").get_by_role("link", name="try_it").first
    slowest.click()
    expect(admin).to_have_url(re.compile(rf"/runs/{run_id}.*step={quote('try_it')}"))
    admin.go_back()
    failures.get_by_role("link", name=re.compile(r"^\d+ runs? failed with ToolError$")).click()
    expect(admin).to_have_url(re.compile(r"/runs\?.*status=failed.*error_code=ToolError"))
    expect(admin.get_by_role("combobox", name="Error code")).to_have_value("ToolError")
    expect(admin.get_by_role("row").filter(has_text="fails").first).to_be_visible()


def test_the_report_of_another_time_has_its_own_address(admin: Page) -> None:
    admin.goto("/stats")
    expect(admin.get_by_role("radio", name="7 days")).to_be_checked()
    admin.get_by_text("30 days", exact=True).click()
    expect(admin).to_have_url(re.compile("window=30d"))
    admin.get_by_role("combobox", name="Scenario").select_option("hello")
    expect(admin).to_have_url(re.compile("scenario_id=hello"))
    expect(admin.get_by_role("heading", name="Nothing ran in the last 30 days")).to_be_visible()
