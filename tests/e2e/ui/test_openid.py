"""Somebody signs in through a real provider in a real browser, which knows what comes from another site."""

from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.e2e.ui.conftest import HELLO, reader
from tests.support import openid
from tests.support.service import Service, serving

_FONTS: Final = "https://fonts.googleapis.com/**"
"""What the provider's own pages ask for, and nobody here can get."""


@pytest.fixture(scope="module")
def service(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """A service whose people sign in through a provider."""
    folder = tmp_path_factory.mktemp("house") / "house"
    with openid.provider() as issuer:
        settings = {
            "auth": "on",
            "oidc_issuer": issuer,
            "oidc_client_id": openid.CLIENT_ID,
            "oidc_client_secret": openid.SECRET,
            "oidc_roles": openid.ROLES,
        }
        with serving(folder, scenarios=[HELLO], settings=settings, command=(command, "serve")) as running:
            yield running


@pytest.fixture
def context(browser: Browser, service: Service) -> Generator[BrowserContext]:
    """A reader who has not been there; the provider is another site, which `faults` would not forgive."""
    with reader(browser, service.url) as opened:
        opened.route(_FONTS, lambda route: route.abort())
        yield opened


@pytest.fixture
def page(context: BrowserContext, tmp_path: Path) -> Page:
    """An empty page; `tmp_path` is where its picture goes."""
    return context.new_page()


def sign_in(page: Page, name: str, wanted: str = "/runs") -> None:
    """Go to the provider, and fill in its forms."""
    page.goto(f"/api/session/oidc?next={wanted}")
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def test_somebody_who_signs_in_arrives_at_the_page_that_they_wanted(page: Page, service: Service) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    sign_in(page, "ada", "/runs?status=failed")
    page.wait_for_url(f"{service.url}/runs?status=failed")
    (cookie,) = page.context.cookies(service.url)
    assert cookie.get("name") == "callsheet_session"
    assert (cookie.get("httpOnly"), cookie.get("sameSite"), cookie.get("path")) == (True, "Strict", "/")
    (arrived,) = [request for request in asked if request.url == f"{service.url}/runs?status=failed"]
    sent = arrived.all_headers()
    assert f"callsheet_session={cookie.get('value')}" in sent["cookie"]
    assert "referer" not in sent  # it had the provider's code in it


def test_the_way_back_comes_from_another_site_and_carries_the_question(page: Page, service: Service) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    sign_in(page, "ada")
    page.wait_for_url(f"{service.url}/runs")
    (back,) = [request for request in asked if request.url.startswith(f"{service.url}/api/session/oidc/callback")]
    sent = back.all_headers()
    assert "callsheet_sign_in=" in sent["cookie"]
    assert (sent["sec-fetch-site"], sent["sec-fetch-mode"]) == ("cross-site", "navigate")


def test_somebody_who_cancels_reads_so_and_can_begin_again(page: Page, service: Service) -> None:
    page.goto("/api/session/oidc")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Not signed in")).to_be_visible()
    expect(page.get_by_text("refused the sign-in")).to_be_visible()
    expect(page.get_by_role("link", name="Back to the sign-in")).to_have_attribute("href", "/sign-in")
    assert page.context.cookies(service.url) == []


def test_somebody_in_no_known_group_reads_so(page: Page, service: Service) -> None:
    sign_in(page, "mallory")
    expect(page.get_by_text("You are in none of the groups")).to_be_visible()
    assert page.context.cookies(service.url) == []
