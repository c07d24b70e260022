"""What is pictured: the pages, how one gets there, and what must be there before the picture is taken."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.e2e.ui.pictures.telling import run_id_of

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


def _with_fault(page: Page) -> None:
    """Somebody types the name of a tool that the server has not."""
    shows("fetch_article")(page)
    page.get_by_text("fetch_article").first.dblclick()
    page.keyboard.type("fetch_artcle")
    page.keyboard.press("Escape")
    expect(page.get_by_role("main").get_by_text("fetch_artcle").nth(1)).to_be_visible(timeout=PATIENCE)


def _called(page: Page) -> None:
    """The tool is tried."""
    page.get_by_role("textbox", name="claim").fill("The gauge at Skerry Point reads 40 mm low.")
    page.get_by_role("button", name="Call").click()
    shows("Port authority, tide tables 2025")(page)


SCENES = (
    Scene(name="dashboard", address="/", prepare=shows("May “The tide", "asked 7", "digest"), both=True),
    Scene(name="scenarios", address="/scenarios", prepare=shows("Watch the other papers")),
    Scene(
        name="scenario",
        address="/scenarios/publish_story?step=check_claim",
        prepare=shows("check_rights"),
        both=True,
    ),
    Scene(name="editor", address="/scenarios/earliest_source/edit", prepare=_with_fault, both=True),
    Scene(name="run", address=_run("searching", "?step=fetch_all[7].fetch"), prepare=shows("fetch_all"), both=True),
    Scene(name="timeline", address=_run("searched today", "?tab=timeline"), prepare=shows("fetch_all[8].fetch")),
    Scene(
        name="step",
        address=_run("refused", "?tab=timeline&step=review.pictures.check_rights"),
        prepare=shows("Lightship Photo", "Attempts (3)"),
    ),
    Scene(name="approval", address=_run("asking"), prepare=shows("What will be sent")),
    Scene(
        name="compare",
        address=f"/runs/compare?a={run_id_of('searched before')}&b={run_id_of('searched today')}",
        prepare=shows("fetch_all"),
    ),
    Scene(name="tools", address="/tools", prepare=shows("check_claim", "fetch_article")),
    Scene(name="playground", address="/tools/desk/check_claim?tab=try", prepare=_called),
    Scene(name="schedules", address="/triggers", prepare=shows("digest", "story_filed")),
)
