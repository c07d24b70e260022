"""The strict Content-Security-Policy holds on the pages as they are, at every address, and a breach fails a test."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.ui.test_shell import PATHS, address, shell
from tests.e2e.ui.watched import Faults
from tests.support.service import Service

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "worker-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
PAGES = ["/", "/scenarios/hello", "/scenarios/hello/edit", "/new/scenario", "/runs", "/tools", "/settings"]

LATER = """() => new Promise((resolve) => setTimeout(() => {{
  try {{ resolve({call}); }} catch (error) {{ resolve(error.name); }}
}}))"""
"""Not in the call itself, where the tools for developers may do what the page may not."""

HANDLER = """
const button = document.createElement("button");
button.setAttribute("onclick", "globalThis.outcome = 'ran'");
document.body.append(button);
button.click();
globalThis.outcome ??= "refused";
"""
INLINE = """
const script = document.createElement("script");
script.textContent = "globalThis.outcome = 'ran'";
document.body.append(script);
globalThis.outcome ??= "refused";
"""
WORKER = """
new Worker(URL.createObjectURL(new Blob(["postMessage(1)"]))).onerror = () => {};
globalThis.outcome ??= "refused";
"""
BASE = """
document.head.insertAdjacentHTML("beforeend", "<base href='http://127.0.0.2:9/'>");
globalThis.outcome = document.baseURI.startsWith("http://127.0.0.2:9") ? "ran" : "refused";
"""


@pytest.mark.parametrize("path", [*PATHS, "/nothing/here", "/favicon.svg"])
def test_every_answer_has_the_policy(service: Service, path: str) -> None:
    with service.client() as client:
        said = client.get(address(path)).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in said.split(";") if rule.strip())
    assert rules == POLICY


@pytest.fixture
def context(returning: BrowserContext) -> BrowserContext:
    return returning


@pytest.mark.parametrize("path", PAGES)
def test_text_is_not_executed(page: Page, faults: Faults, path: str) -> None:
    page.goto(path)
    shell(page)
    for call in ("eval('1')", "Function('return 1')()"):
        with page.expect_console_message(lambda message: "The policy forbids script-src: eval" in message.text):
            assert page.evaluate(LATER.format(call=call)) == "EvalError"
    breached(faults, "The policy forbids script-src: eval")


@pytest.mark.parametrize(
    ("script", "directive"),
    [
        (INLINE, "script-src-elem"),
        (HANDLER, "script-src-attr"),
        (WORKER, "worker-src"),
        (BASE, "base-uri"),
        ("location.href = 'javascript:globalThis.outcome = 1'; globalThis.outcome ??= 'refused'", "script-src-elem"),
    ],
    ids=["inline script", "handler", "worker", "base", "address"],
)
def test_what_is_planted_is_refused_and_found(page: Page, faults: Faults, script: str, directive: str) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    with page.expect_console_message(lambda message: f"The policy forbids {directive}" in message.text):
        page.evaluate(f"() => {{ {script} }}")
    assert page.evaluate("globalThis.outcome") == "refused"
    breached(faults, f"The policy forbids {directive}")
    faults.expect("Content Security Policy")  # the browser's own word


def breached(faults: Faults, fault: str) -> None:
    """The test would have failed for it."""
    with pytest.raises(AssertionError, match="Something went wrong"):
        faults.none()
    faults.expect(fault)
