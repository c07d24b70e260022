"""A service from the built wheel, and a watched page of Chromium on it.

The browser is one per module: it ends before tests of other modules need a loop of their own. So no test here awaits.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from callsheet.scenario.json import JsonObject
from tests.e2e.ui.chromium import chromium
from tests.e2e.ui.second_try import tried
from tests.e2e.ui.watched import Faults, watching
from tests.support.service import Service, serving
from tests.support.wheel import BUILD_SECONDS, installed

WIDE: Final[ViewportSize] = {"width": 1280, "height": 800}

HELLO: JsonObject = {
    "schema_version": "1",
    "scenario_id": "hello",
    "name": "Say hello",
    "input_schema": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
    "steps": [{"name": "greet", "type": "transform", "output": {"text": {"template": "Hello, ${input.name}!"}}}],
    "output": {"from": "steps.greet.output.text"},
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test of all waits for the wheel and its UI to be built."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(BUILD_SECONDS))


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Try a test of this folder once more when it failed."""
    if Path(__file__).parent not in item.path.parents:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in tried(item, nextitem):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep a picture of the page when a test failed, and say where it is."""
    report = yield
    given: dict[str, Any] = getattr(item, "funcargs", {})
    page = given.get("page")
    if report.failed and isinstance(page, Page) and not page.is_closed():
        picture = given["tmp_path"] / "page.png"
        page.screenshot(path=picture)
        report.sections.append(("The page", f"{page.url}\n{picture}"))
    return report


@pytest.fixture(scope="session")
def command(wheel_folder: Path) -> Path:
    """The program `callsheet` of the installed wheel."""
    return installed(wheel_folder)


@pytest.fixture(scope="module")
def service(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """A service with one scenario and no tool server, for tests that need no other."""
    with serving(tmp_path_factory.mktemp("house") / "house", scenarios=[HELLO], command=(command, "serve")) as running:
        yield running


@pytest.fixture
def run_id(service: Service) -> str:
    """A run of that scenario, which has ended."""
    with service.client() as client:
        begun = client.post("/api/runs", json={"scenario_id": "hello", "input": {"name": "Ada"}})
        assert begun.status_code == 202, begun.text
        found = begun.json()["run_id"]
        events = client.get(f"/api/runs/{found}/events").text  # ends with the run
    assert "Hello, Ada!" in events
    return found


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """What the reader's system prefers; a test that asks for it runs in both."""
    return request.param


@pytest.fixture
def context(browser: Browser, service: Service, request: pytest.FixtureRequest) -> Generator[BrowserContext]:
    """A reader without a past: nothing is remembered, nothing is in the cache."""
    dark = "scheme" in request.fixturenames and request.getfixturevalue("scheme") == "dark"
    with reader(browser, service.url, "dark" if dark else "light") as opened:
        yield opened


@pytest.fixture(scope="module")
def returning(browser: Browser, service: Service) -> Generator[BrowserContext]:
    """One reader for all tests of a module, for its `context`: with one page, which goes from scene to scene.

    A new page is a new process, which takes a processor for 1.5 s until it shows something; this one for a quarter.
    """
    with reader(browser, service.url) as opened:
        opened.new_page()
        yield opened


@contextmanager
def reader(browser: Browser, url: str, scheme: Literal["light", "dark"] = "light") -> Generator[BrowserContext]:
    """A profile of its own, without animations."""
    opened = browser.new_context(base_url=url, viewport=WIDE, color_scheme=scheme, reduced_motion="reduce")
    yield opened
    opened.close()


@pytest.fixture
def faults(context: BrowserContext, service: Service) -> Generator[Faults]:
    """What went wrong in the pages of this test, which fails for it at its end."""
    with watching(context, service.url) as watched:
        yield watched


@pytest.fixture
def page(context: BrowserContext, faults: Faults, tmp_path: Path) -> Generator[Page]:
    """An empty page; `page.goto("/runs")` opens one of the service. `tmp_path` is where its picture goes."""
    returning = bool(context.pages)
    opened = context.pages[0] if returning else context.new_page()
    opened.set_viewport_size(WIDE)
    yield opened
    # Both end what is under way, and tell what went wrong until then.
    if returning:
        opened.goto("about:blank")
    else:
        opened.close()
