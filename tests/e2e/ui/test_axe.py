"""axe on every page of the router, with what can be opened there, in both schemes and in a small window.

One service and one browser for all: a scene is an address and what is done there until it is whole.
"""

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize

from callsheet.scenario.json import JsonObject
from tests.e2e.ui.accessibility import COLOURS, axe
from tests.e2e.ui.people import ADMIN, NOBODY, VIEWER, let_say
from tests.e2e.ui.stage import Stage, staged
from tests.e2e.ui.test_shell import PATHS
from tests.e2e.ui.watched import Faults
from tests.support.service import Service

Scheme = Literal["light", "dark"]
WIDE: Final[ViewportSize] = {"width": 1280, "height": 800}
NARROW: Final[ViewportSize] = {"width": 390, "height": 800}

Ready = Callable[[Page], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """A page as it is looked at.

    Attributes:
        route: as the router has it.
        address: with `{failed}` where the id of that run goes.
        ready: waits until the page is whole, and opens what is to be open.
        small: whether it is looked at in a small window, too.
        refused: a part of what the browser says of the answer that the page gets, such as `404`.
    """

    name: str
    route: str
    address: str
    ready: Ready
    small: bool = False
    refused: str = ""


# What waits here is `wait_for`, which looks at every frame; `expect` looks less and less often, up to once a second.


def heading(name: str) -> Ready:
    """A heading is there."""
    return lambda page: page.get_by_role("heading", name=name).first.wait_for()


def text(words: str) -> Ready:
    """A text is there."""
    return lambda page: page.get_by_text(words).first.wait_for()


def part(role: str, name: str) -> Ready:
    """A part of the page is there, such as `button "Call"`."""
    return lambda page: page.locator(f"role={role}[name=/{name}/]").first.wait_for()


def pressed(name: str, then: Ready) -> Ready:
    """A button was pressed."""

    def ready(page: Page) -> None:
        page.get_by_role("button", name=re.compile(name)).first.click()
        then(page)

    return ready


def keys(*strokes: str, then: Ready) -> Ready:
    """Keys were pressed, on a page that is there."""

    def ready(page: Page) -> None:
        page.get_by_role("heading", level=1).wait_for()
        for stroke in strokes:
            page.keyboard.press(stroke)
        then(page)

    return ready


def both(*parts: Ready) -> Ready:
    """One after the other."""

    def ready(page: Page) -> None:
        for each in parts:
            each(page)

    return ready


def said(session: JsonObject, address: str, then: Ready) -> Ready:
    """A page where the service says that this person is signed in."""

    def ready(page: Page) -> None:
        let_say(page, session)
        page.goto(address)
        then(page)

    return ready


def seen_by(session: JsonObject, then: Ready) -> Ready:
    """The same page as this person sees it."""
    return lambda page: said(session, page.url, then)(page)


def ended(page: Page) -> None:
    """The session of a page ends while it is open."""
    said(ADMIN, "/", heading("Dashboard"))(page)
    page.unroute("**/api/session")
    let_say(page, NOBODY)
    page.route(
        "**/api/keys", lambda route: route.fulfill(status=401, json={"code": "credential.expired", "detail": ""})
    )
    page.get_by_role("link", name="Keys").click()
    heading("Your session has ended")(page)


RUN = "/runs/$runId"
SCENARIO = "/scenarios/$scenarioId"
TOOL = "/tools/$server/$tool"

GRAPH = part("button", "cook|publish|bake|may|book|search")

SCENES = [
    Scene("dashboard", "/", "/", both(heading("Dashboard"), text("Bridge opens")), small=True),
    Scene("palette", "/", "/", keys("Control+k", then=part("option", "order")), small=True),
    Scene(
        "palette that finds nothing",
        "/",
        "/",
        both(
            keys("Control+k", then=part("option", "order")),
            lambda page: page.get_by_role("combobox", name="Find anything").fill("qqqqqq"),
            text("Nothing fits"),
        ),
    ),
    Scene("shortcuts", "/runs", "/runs", keys("?", then=part("dialog", "Keyboard shortcuts")), small=True),
    Scene("scenarios", "/scenarios", "/scenarios", text("Take any order"), small=True),
    Scene("scenarios, none fits", "/scenarios", "/scenarios?q=qqqqqq", heading("No scenario")),
    Scene("scenario, graph", SCENARIO, "/scenarios/everything", GRAPH, small=True),
    Scene("scenario, a step", SCENARIO, "/scenarios/everything?step=search", part("region", "Step search")),
    Scene("scenario, source", SCENARIO, "/scenarios/broken?tab=source", text("nowhere")),
    Scene("scenario, schema", SCENARIO, "/scenarios/order?tab=schema", text("What the kitchen makes")),
    Scene("scenario, runs", SCENARIO, "/scenarios/order?tab=runs", part("row", "success")),
    Scene("scenario that never ran", SCENARIO, "/scenarios/everything?tab=runs", text("It has not run yet")),
    Scene("scenario of a file", SCENARIO, "/scenarios/everything?tab=revisions", text("The file as it is")),
    Scene("scenario, revisions", SCENARIO, "/scenarios/order?tab=revisions", part("radio", "Compare from")),
    Scene("scenario, run form", SCENARIO, "/scenarios/order?run=true", part("button", "Start the run"), small=True),
    Scene(
        "scenario, run form refused",
        SCENARIO,
        "/scenarios/order?run=true",
        both(pressed("Start the run", part("alert", ""))),
    ),
    Scene(
        "scenario, form as JSON",
        SCENARIO,
        "/scenarios/order?run=true",
        both(lambda page: page.get_by_role("dialog").get_by_role("tab", name="JSON").click(), part("textbox", "JSON")),
    ),
    Scene("scenario that is not there", SCENARIO, "/scenarios/nothing", part("alert", ""), refused="404"),
    Scene("editor", "/scenarios/$scenarioId/edit", "/scenarios/order/edit", part("textbox", "order"), small=True),
    Scene(
        "editor, a mistake",
        "/scenarios/$scenarioId/edit",
        "/scenarios/broken/edit",
        both(part("textbox", "broken"), text("nowhere")),
    ),
    Scene(
        "editor, an expression",
        "/scenarios/$scenarioId/edit",
        "/scenarios/order/edit",
        both(part("textbox", "order"), lambda page: page.get_by_role("tab", name="Try an expression").click()),
    ),
    Scene("new scenario", "/new/scenario", "/new/scenario", heading("New scenario"), small=True),
    Scene("runs", "/runs", "/runs", part("row", "failed"), small=True),
    Scene("runs, none fits", "/runs", "/runs?q=qqqqqq", heading("No run")),
    Scene(
        "runs, selected",
        "/runs",
        "/runs",
        both(
            part("row", "failed"),
            lambda page: page.get_by_role("row").get_by_role("checkbox").first.check(),
            text("selected"),
        ),
    ),
    Scene(
        "runs, bulk dialog",
        "/runs",
        "/runs?status=failed",
        both(part("row", "failed"), pressed("Retry", part("dialog", ""))),
    ),
    Scene(
        "runs, a menu",
        "/runs",
        "/runs?status=failed",
        both(part("row", "failed"), pressed("Actions", part("menuitem", "Compare"))),
    ),
    Scene("compare", "/runs/compare", "/runs/compare?a={ended}&b={ended}", heading("Compare"), small=True),
    Scene("compare nothing", "/runs/compare", "/runs/compare", heading("Compare")),
    *(
        Scene(f"run {name}, {tab}", RUN, f"/runs/{{{name}}}?tab={tab}", ready, small=tab != "input")
        for name in ("failed", "at_work")
        for tab, ready in (
            ("graph", GRAPH),
            ("timeline", part("region", "Timeline")),
            ("events", part("button", "Event 1")),
            ("input", part("tab", "Input")),
        )
    ),
    Scene(
        "run failed, a step",
        RUN,
        "/runs/{failed}?tab=timeline&step=publish",
        part("complementary", "Step publish"),
        small=True,
    ),
    Scene("run failed, an event", RUN, "/runs/{failed}?tab=events", pressed("Event 1", part("region", "Event 1"))),
    Scene("run at work, a step", RUN, "/runs/{at_work}?step=look", part("complementary", "Step look")),
    Scene(
        "run at work, confirm",
        RUN,
        "/runs/{at_work}?tab=timeline",
        both(part("region", "Timeline"), pressed("^Cancel", part("dialog", "Cancel this run"))),
    ),
    Scene(
        "run failed, fork",
        RUN,
        "/runs/{failed}?tab=timeline",
        both(part("region", "Timeline"), pressed("Fork", part("dialog", "Fork this run"))),
    ),
    Scene(
        "run failed, menu",
        RUN,
        "/runs/{failed}?tab=timeline",
        both(part("region", "Timeline"), pressed("More actions", part("menuitem", "Run again"))),
    ),
    Scene("run ended, output", RUN, "/runs/{ended}?tab=output", part("region", "utput")),
    Scene("run cancelled", RUN, "/runs/{cancelled}", heading("Ask before it goes out")),
    Scene("run, an approval", RUN, "/runs/{asks}", both(GRAPH, part("button", "Approve")), small=True),
    Scene("run, a question of a tool", RUN, "/runs/{books}", both(GRAPH, text("Where to?"))),
    Scene(
        "run that is not there",
        RUN,
        "/runs/00000000-0000-4000-8000-000000000000",
        heading("There is no such run"),
    ),
    Scene("tools", "/tools", "/tools", both(text("Add two numbers"), part("heading", "dead")), small=True),
    Scene("tool, try", TOOL, "/tools/tools/add", part("button", "Call"), small=True),
    Scene("tool, called", TOOL, "/tools/asking/report", both(pressed("^Call", text("part 4")))),
    Scene(
        "tool, raw",
        TOOL,
        "/tools/tools/fail",
        both(pressed("^Call", text("no reason")), lambda page: page.get_by_role("tab", name="Raw").click()),
    ),
    Scene("tool, asks", TOOL, "/tools/asking/book", pressed("^Call", text("Where to?"))),
    Scene("tool, schemas", TOOL, "/tools/tools/add?tab=schemas", part("tabpanel", "Schemas")),
    Scene("tool, changes", TOOL, "/tools/tools/add?tab=changes", part("tabpanel", "Changes")),
    Scene("tool that is not there", TOOL, "/tools/tools/nothing", heading("There is no such tool")),
    Scene("triggers", "/triggers", "/triggers", text("nightly"), small=True),
    Scene("new schedule", "/new/schedule", "/new/schedule", heading("New schedule"), small=True),
    Scene("new hook", "/new/hook", "/new/hook", heading("New hook")),
    Scene("schedule", "/schedules/$name", "/schedules/nightly", heading("nightly"), small=True),
    Scene("schedule, delete", "/schedules/$name", "/schedules/nightly", pressed("Delete", part("dialog", "Delete"))),
    Scene("hook", "/hooks/$name", "/hooks/push", heading("push")),
    Scene("statistics", "/stats", "/stats", part("table", "Scenarios"), small=True),
    Scene("statistics of nothing", "/stats", "/stats?scenario_id=everything", heading("Nothing ran")),
    Scene("keys", "/keys", "/keys", said(ADMIN, "/keys", part("table", "Keys")), small=True),
    Scene("keys, none", "/keys", "/keys", heading("There are no keys yet")),
    Scene(
        "keys, a new one",
        "/keys",
        "/keys",
        said(ADMIN, "/keys", pressed("New key", part("dialog", "New key"))),
        small=True,
    ),
    Scene(
        "keys, the new one",
        "/keys",
        "/keys",
        said(
            ADMIN,
            "/keys",
            both(
                pressed("New key", part("dialog", "New key")),
                lambda page: page.get_by_role("textbox", name="Name").fill("ci"),
                pressed("Make the key", text("not shown again")),
            ),
        ),
        small=True,
    ),
    Scene("audit log", "/audit", "/audit", said(ADMIN, "/audit", part("table", "Acts")), small=True),
    Scene("audit log, none fits", "/audit", "/audit?subject=qqqqqq", heading("No act fits")),
    Scene("signing in", "/sign-in", "/", said(NOBODY, "/sign-in", heading("Sign in")), small=True),
    Scene("account", "/", "/", said(ADMIN, "/", pressed("your account", part("menuitem", "Sign out")))),
    Scene("page of another role", "/keys", "/", said(VIEWER, "/keys", heading("not for your role"))),
    Scene(
        "what a viewer may not",
        SCENARIO,
        "/",
        said(
            VIEWER,
            "/scenarios/order",
            both(
                GRAPH, lambda page: page.get_by_role("button", name="Run", exact=True).focus(), part("tooltip", "role")
            ),
        ),
    ),
    Scene(
        "a question that a viewer may not answer", RUN, "/runs/{asks}", both(GRAPH, seen_by(VIEWER, text("may not")))
    ),
    Scene("session that ended", "/", "/", ended, small=True, refused="401"),
    Scene("settings", "/settings", "/settings", heading("Settings"), small=True),
    Scene("no page", "", "/nothing/here", heading("There is no such page")),
]


@pytest.fixture(scope="module")
def stage(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Stage]:
    with staged(tmp_path_factory.mktemp("axe") / "house", (command, "serve")) as set_up:
        yield set_up


@pytest.fixture(scope="module")
def service(stage: Stage) -> Service:
    return stage.service


@pytest.fixture
def context(returning: BrowserContext) -> BrowserContext:
    return returning


def test_every_page_of_the_router_has_a_scene() -> None:
    assert set(PATHS) == {scene.route for scene in SCENES} - {""}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_there_is_no_serious_violation(page: Page, faults: Faults, stage: Stage, scene: Scene) -> None:
    page.goto(stage.address(scene.address))
    scene.ready(page)
    found = violations(page, "light", WIDE) + violations(page, "dark", WIDE, COLOURS)
    if scene.small:
        found += violations(page, "dark", NARROW, COLOURS) + violations(page, "light", NARROW)
    assert found == [], "\n".join(found)
    page.unroute_all()
    if scene.refused:
        faults.expect(scene.refused)


def violations(page: Page, scheme: Scheme, size: ViewportSize, rules: list[str] | None = None) -> list[str]:
    """What axe finds in this scheme, in a window of this size."""
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.locator(f"html[data-mantine-color-scheme={scheme}]").wait_for()
    return [f"{scheme}, {size['width']} pixels: {line}" for line in axe(page, rules)]
