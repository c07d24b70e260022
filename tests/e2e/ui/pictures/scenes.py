"""What is pictured: the pages, how one gets there, and what must be there before the picture is taken."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import Page, Route, expect

from tests.e2e.ui.people import ADMIN, NOBODY, let_say
from tests.e2e.ui.pictures.standstill import MOMENT
from tests.e2e.ui.pictures.telling import run_id_of

PAUSE = timedelta(seconds=5)
"""The text is checked when nobody has typed for a while, by the clock of the page, which stands still."""

PATIENCE = 30_000
"""Milliseconds for what a picture waits for; on a quiet machine none needs one second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One picture.

    Attributes:
        name: of its file.
        address: of the page.
        prepare: waits for what has to be there, and does what has to be done.
        both: whether it is taken in the dark, too.
    """

    name: str
    address: str
    prepare: Callable[[Page], None]
    both: bool = False

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """The names of its pictures, each with the scheme."""
        return ((self.name, "light"), *([(f"{self.name}-dark", "dark")] if self.both else []))


def shows(*texts: str) -> Callable[[Page], None]:
    """Wait for these texts."""

    def prepare(page: Page) -> None:
        for text in texts:
            expect(page.get_by_role("main").get_by_text(text).first).to_be_visible(timeout=PATIENCE)

    return prepare


def _run(name: str, place: str = "") -> str:
    return f"/runs/{run_id_of(name)}{place}"


def _data_is_known(page: Page) -> None:
    """Which data flows between the steps is asked for on its own, and its button comes with the answer."""
    expect(page.get_by_role("button", name="Show data edges")).to_be_visible(timeout=PATIENCE)


def _at_work(page: Page) -> None:
    """The graph is there, with the iteration that is picked."""
    expect(page.get_by_role("button", name="fetch, tool, running, attempt 2")).to_be_attached(timeout=PATIENCE)
    _data_is_known(page)


def _with_fault(page: Page) -> None:
    """Somebody renames a step that another one refers to."""
    line = page.get_by_role("textbox", name="Text of the scenario").get_by_text("- name: find_pictures")
    line.click(timeout=PATIENCE)
    page.keyboard.press("End")
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    page.clock.set_fixed_time(MOMENT + PAUSE)
    expect(page.get_by_role("tab", name="Problems 1")).to_be_visible(timeout=PATIENCE)
    _data_is_known(page)
    page.locator(".cm-scroller").evaluate("(text) => text.scrollTo(0, text.scrollTop + 90)")


def _opened(page: Page) -> None:
    """Every iteration is shown."""
    page.get_by_role("button", name="Open fetch_all", exact=True).click(timeout=PATIENCE)
    shows("[8]")(page)


def _with_data(page: Page) -> None:
    """The data that flows between the steps is shown, too."""
    shows("check_rights")(page)
    page.get_by_role("button", name="Show data edges").click()
    expect(page.get_by_role("button", name="Hide data edges")).to_be_visible()


def _filled_in(page: Page) -> None:
    """Somebody is about to answer."""
    waiting = page.get_by_role("region", name="Waiting", exact=True)
    waiting.get_by_role("combobox", name="Who answers").click(timeout=PATIENCE)
    page.get_by_role("option", name="kim").click()
    waiting.get_by_role("combobox", name="section").click()
    page.get_by_role("option", name="science").click()
    waiting.get_by_role("textbox", name="Note for the author").fill("Name the harbour archive, please.")
    shows('"by": "kim"')(page)
    expect(page.get_by_role("main").get_by_role("button", name="publish, tool")).to_be_attached(timeout=PATIENCE)
    _data_is_known(page)


def _called(page: Page) -> None:
    """The tool is tried; it takes no time in a house that stands still, so the picture says how long it might."""

    def took(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "duration_ms": 214})

    page.route("**/call", took)
    page.get_by_role("textbox", name="claim").fill("The gauge at Skerry Point reads 40 mm low.")
    page.get_by_role("button", name="Call").click()
    shows("in 214 ms", "Port authority, tide tables 2025")(page)


def _as_seen(address: str, *texts: str) -> Callable[[Page], None]:
    """What a service says where people sign in; this one stands still, and knows nobody."""

    def prepare(page: Page) -> None:
        let_say(page, ADMIN)
        page.goto(address)
        shows(*texts)(page)

    return prepare


def _signing_in(page: Page) -> None:
    let_say(page, NOBODY)
    page.goto("/sign-in")
    shows("The Harbour Post", "Key")(page)


SCENES = (
    Scene(name="dashboard", address="/", prepare=shows("May “The tide", "asked 7", "digest"), both=True),
    Scene(name="scenarios", address="/scenarios", prepare=shows("Watch the other papers")),
    Scene(
        name="scenario",
        address="/scenarios/publish_story",
        prepare=_with_data,
        both=True,
    ),
    Scene(name="editor", address="/scenarios/publish_story/edit", prepare=_with_fault, both=True),
    Scene(name="run", address=_run("searching", "?step=fetch_all[7].fetch"), prepare=_at_work, both=True),
    Scene(name="timeline", address=_run("searched today", "?tab=timeline"), prepare=_opened),
    Scene(
        name="step",
        address=_run("refused", "?tab=timeline&step=review.pictures.check_rights"),
        prepare=shows("Lightship Photo", "Attempts (3)"),
    ),
    Scene(name="approval", address=_run("asking"), prepare=_filled_in),
    Scene(
        name="compare",
        address=f"/runs/compare?a={run_id_of('searched before')}&b={run_id_of('searched today')}",
        prepare=shows("fetch_all"),
    ),
    Scene(name="tools", address="/tools", prepare=shows("check_claim", "fetch_article")),
    Scene(name="playground", address="/tools/desk/check_claim?tab=try", prepare=_called),
    Scene(name="schedules", address="/triggers", prepare=shows("digest", "story_filed")),
    Scene(name="stats", address="/stats", prepare=shows("desk/list_stories", "Slowest steps"), both=True),
    Scene(name="sign-in", address="/", prepare=_signing_in),
    Scene(name="keys", address="/", prepare=_as_seen("/keys", "newsroom-ci", "night-desk")),
    Scene(name="audit", address="/", prepare=_as_seen("/audit", "credential.expired", "not known")),
)
