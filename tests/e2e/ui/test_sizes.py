"""How much a reader's browser loads, in bytes as they come over the wire."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.ui.test_shell import shell
from tests.support.service import ROOT

COMPONENTS = ROOT / "ui" / "node_modules" / "@mantine" / "core" / "styles"
CLASS = re.compile(r"\bm_[0-9a-f]{7,8}\b")
"""Of a component of Mantine, in scripts and in styles."""

FIRST_LOAD = 200_000
RUN_PAGE = 450_000
"""All in all, with the first load. An editor would come on top, on its own page."""

LOADED = """
  performance.getEntriesByType("resource").filter((entry) => /[.](js|css)$/.test(entry.name))
    .reduce((sum, entry) => sum + entry.encodedBodySize, 0)
"""


def test_the_first_page_loads_no_more_than_it_may(page: Page) -> None:
    page.goto("/")
    shell(page)
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()  # its own part came, too
    loaded = page.evaluate(LOADED)
    assert 50_000 < loaded <= FIRST_LOAD


def test_the_page_of_a_run_loads_no_more_than_it_may(page: Page, run_id: str) -> None:
    page.goto(f"/runs/{run_id}")
    shell(page)
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()  # its own part came, too
    loaded = page.evaluate(LOADED)
    assert 50_000 < loaded <= RUN_PAGE


def test_no_component_that_is_used_is_without_its_styles(command: Path) -> None:
    (assets,) = command.parent.parent.glob("lib/python*/site-packages/callsheet/web/dist/assets")
    used, styled = (
        {name for path in assets.glob(pattern) for name in CLASS.findall(path.read_text(encoding="utf-8"))}
        for pattern in ("*.js", "*.css")
    )
    assert len(used) > 100
    missing = {
        path.name
        for path in COMPONENTS.glob("*.css")
        if not path.name.endswith(".layer.css")
        and (used - styled) & set(CLASS.findall(path.read_text(encoding="utf-8")))
    }
    assert missing == set(), "ui/src/app/mantineStyles.ts takes them in"
