"""Takes the pictures: one browser, one page for each."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.ui.pictures.scenes import PATIENCE, Scene
from tests.e2e.ui.pictures.standstill import MOMENT
from tests.support.service import ROOT

IMAGES = ROOT / "docs" / "images"
SAID = Path(__file__).parent / "said"
"""What the pages say in the pictures, in words: a picture whose page says something else is old."""

SIZE: ViewportSize = {"width": 1280, "height": 800}

_QUIET = """
() => document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a page looks like, and what it says to those who do not see it."""

    image: bytes
    said: str


def take(browser: Browser, url: str, scene: Scene, scheme: str) -> Picture:
    """The picture of a scene, at the moment at which the service stands still."""
    context = browser.new_context(
        base_url=url,
        viewport=SIZE,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        timezone_id="UTC",
        locale="en-GB",
    )
    try:
        context.clock.set_fixed_time(MOMENT)
        page = context.new_page()
        page.goto(scene.address)
        scene.prepare(page)
        return _picture(page)
    finally:
        context.close()


def _picture(page: Page) -> Picture:
    expect(page.get_by_role("main")).not_to_contain_text("Looking …")
    expect(page.get_by_role("status", name="being loaded")).to_have_count(0, timeout=PATIENCE)
    page.mouse.move(0, 0)
    page.evaluate(_QUIET)
    said = page.get_by_role("main").aria_snapshot()
    return Picture(image=page.screenshot(caret="hide", animations="disabled"), said=said)
