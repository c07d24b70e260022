"""The web UI out of the wheel, in a browser: it loads under its policy, at every address."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.ui.watched import Faults
from tests.support.service import ROOT, Service

ROUTER = ROOT / "ui" / "src" / "app" / "router.tsx"
PATHS = sorted(set(re.findall(r'path: "(/[^"]*)"', ROUTER.read_text(encoding="utf-8"))))
"""Every address of the router, such as `/runs/$runId`."""

POLICY = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"


def address(path: str) -> str:
    """An address with something in the place of each variable."""
    return re.sub(r"\$\w+", "hello", path)


def shell(page: Page) -> None:
    """Wait for what is around every page."""
    expect(page.get_by_role("navigation").first).to_be_visible()
    expect(page.get_by_role("main")).to_be_visible()


def test_the_first_page_loads_under_the_strict_policy(page: Page) -> None:
    answer = page.goto("/")
    assert answer is not None
    assert answer.headers["content-security-policy"].startswith(POLICY)
    shell(page)
    expect(page).to_have_title(re.compile("Callsheet"))


def test_the_policy_holds_in_the_page(page: Page, faults: Faults) -> None:
    page.goto("/")
    shell(page)
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
        }"""
    )
    with page.expect_console_message(lambda message: "The policy forbids img-src" in message.text):
        page.evaluate("void (new Image().src = 'http://127.0.0.2:9/x.png')")
    assert page.evaluate("window.ran") is None
    faults.expect("The policy forbids script-src")
    faults.expect("script-src")
    faults.expect("The policy forbids img-src: http://127.0.0.2:9/x.png")
    faults.expect("127.0.0.2")


def test_the_router_is_read() -> None:
    assert len(PATHS) > 10
    assert {"/", "/runs/$runId", "/scenarios/$scenarioId"} <= set(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_every_address_of_the_router_is_the_page(service: Service, path: str) -> None:
    with service.client() as client:
        page, first = client.get(address(path)), client.get("/")
    assert (page.status_code, page.content) == (200, first.content)
    assert '<div id="root">' in page.text


def test_a_deep_link_can_be_loaded_again_and_gone_back_to(page: Page) -> None:
    page.goto("/scenarios/hello?tab=source")
    shell(page)
    page.reload()
    shell(page)
    expect(page).to_have_url(re.compile(r"/scenarios/hello\?tab=source$"))
    page.goto("/settings")
    shell(page)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/scenarios/hello\?tab=source$"))
    shell(page)


def test_the_api_page_works_beside_it(page: Page) -> None:
    page.goto("/docs")
    expect(page.get_by_text("Schedule a scenario run")).to_be_visible()


def test_the_first_look_is_what_the_system_prefers(page: Page, scheme: str) -> None:
    page.goto("/")
    shell(page)
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)


def test_what_was_loaded_once_is_not_loaded_again(page: Page) -> None:
    page.goto("/")
    shell(page)
    page.reload()
    shell(page)
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').filter((e) => e.name.includes('/assets/')).map((e) => e.transferSize)"
    )
    assert sizes
    assert set(sizes) == {0}
