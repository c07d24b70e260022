"""The watch over pages sees what it says that it sees; without that, tests of the UI would say nothing."""

import pytest
from playwright.sync_api import Page

from tests.e2e.ui.accessibility import axe
from tests.e2e.ui.watched import Faults

STRANGER = "http://127.0.0.2:9/"


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("console.error('Oh no')", "error in the console: Oh no"),
        ("void fetch('/api/nothing')", "404"),
        (f"void fetch('{STRANGER}').catch(() => 0)", f"The policy forbids connect-src: {STRANGER}"),
    ],
)
def test_an_error_in_the_console_is_found(page: Page, faults: Faults, script: str, fault: str) -> None:
    page.goto("/")
    with page.expect_console_message(lambda message: message.text in fault or fault in message.text):
        page.evaluate(script)
    found(faults, fault)
    if STRANGER in script:
        faults.expect("Content Security Policy")  # the browser's own words, which came first


def test_an_exception_is_found(page: Page, faults: Faults) -> None:
    page.goto("/")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('Oh no') })")
    found(faults, "exception: Oh no")


def test_a_request_to_another_host_is_found(page: Page, faults: Faults) -> None:
    page.goto("/")
    with page.expect_event("requestfailed", lambda request: request.url == STRANGER):
        page.evaluate(f"location.href = '{STRANGER}'")
    found(faults, f"request to another host: {STRANGER}")
    faults.expect(f"request failed: {STRANGER}")


def found(faults: Faults, fault: str) -> None:
    """The test would have failed for it."""
    with pytest.raises(AssertionError, match="Something went wrong"):
        faults.none()
    faults.expect(fault)


def test_nothing_can_be_expected_that_did_not_happen(page: Page, faults: Faults) -> None:
    page.goto("/")
    with pytest.raises(AssertionError, match="Nothing went wrong"):
        faults.expect("Oh no")


def test_axe_finds_a_picture_without_a_text(page: Page) -> None:
    page.goto("/")
    page.evaluate("document.body.append(document.createElement('img'))")
    assert [line for line in axe(page) if line.startswith("image-alt (critical)")]
