"""The pictures of the documentation show the present pages: each is taken again, and looks as it did.

What the page says must be the same, word for word. What it looks like is compared from afar, as another machine has
other fonts. `make screenshots` takes new ones; look at them before they are committed.
"""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.ui.pictures.house import newsroom
from tests.e2e.ui.pictures.png import greys
from tests.e2e.ui.pictures.scenes import SCENES
from tests.e2e.ui.pictures.taking import IMAGES, SAID, take
from tests.support.service import ROOT, Service

FILES = {name: (scene, scheme) for scene in SCENES for name, scheme in scene.files}
ALL_TOGETHER = 1_200_000
PARTS = (20, 10)
"""Columns and rows of the parts that are compared: each is as wide as a word."""
TOLERANCE = 25
"""How much lighter or darker a part may be, of 255."""

AGAIN = "run `make screenshots`, and look at what it made"


@pytest.fixture(scope="module")
def service(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """The newsroom of the pictures."""
    with newsroom(tmp_path_factory.mktemp("house") / "newsroom", python=command.parent / "python") as running:
        yield running


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Generator[Page]:
    """A page that looks at pictures."""
    page = browser.new_page()
    yield page
    page.close()


def differences(blank: Page, before: bytes, now: bytes) -> list[float]:
    """Of each part."""
    pairs = zip(greys(blank, before, *PARTS), greys(blank, now, *PARTS), strict=True)
    return [abs(one - other) for one, other in pairs]


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_picture_shows_the_present_page(service: Service, browser: Browser, blank: Page, name: str) -> None:
    scene, scheme = FILES[name]
    taken = take(browser, service.url, scene, scheme)
    said = (SAID / f"{scene.name}.txt").read_text(encoding="utf-8")
    assert f"{taken.said}\n" == said, f"the page says something else: {AGAIN}"
    before = (IMAGES / f"{name}.png").read_bytes()
    assert max(differences(blank, before, taken.image)) <= TOLERANCE, f"the page looks different: {AGAIN}"


def test_pictures_that_differ_are_told_apart(blank: Page) -> None:
    light, dark, other = ((IMAGES / f"{name}.png").read_bytes() for name in ("run", "run-dark", "step"))
    assert max(differences(blank, light, light)) == 0
    assert max(differences(blank, light, dark)) > TOLERANCE
    assert max(differences(blank, light, other)) > TOLERANCE


def test_the_pages_show_the_pictures_that_there_are() -> None:
    shown: set[str] = set()
    for page in (ROOT / "README.md", ROOT / "docs" / "web-ui.md"):
        shown |= set(re.findall(r"images/([\w-]+)\.png", page.read_text(encoding="utf-8")))
    assert shown == set(FILES) == {path.stem for path in IMAGES.iterdir()}
    assert {scene.name for scene in SCENES} == {path.stem for path in SAID.iterdir()}


def test_the_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in IMAGES.iterdir()) <= ALL_TOGETHER
