"""What every journey through the UI needs: runs that begin beside it, and what a page says of them."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support.service import Service

MARK = "window.callsheetTest"


def submit(service: Service, scenario_id: str, run_input: dict[str, Any] | None = None) -> str:
    """The id of a run that was accepted."""
    with service.client() as client:
        answer = client.post("/api/runs", json={"scenario_id": scenario_id, "input": run_input or {}})
    assert answer.status_code == 202, answer.text
    return answer.json()["run_id"]


def ended(service: Service, run_id: str) -> dict[str, Any]:
    """What the API says of a run when it is over."""
    with service.client() as client:
        client.get(f"/api/runs/{run_id}/events").raise_for_status()  # ends with the run
        return client.get(f"/api/runs/{run_id}").raise_for_status().json()


def run_on(page: Page) -> str:
    """The id of the run whose page this is."""
    return page.url.partition("/runs/")[2].partition("?")[0]


def heading(page: Page, status: str) -> Locator:
    """The header of the page of a run, with the run's status."""
    return page.get_by_role("main").locator("header").filter(has_text=status)


def node(page: Page, name: str) -> Locator:
    """A node of the graph by all that it says, such as `fetch, tool, running`."""
    return page.get_by_role("button", name=name, exact=True)


def line(page: Page, path: str, status: str) -> Locator:
    """The line of a step in the timeline, standing like this."""
    lines = page.get_by_role("region", name="Timeline").get_by_role("listitem")
    link = page.get_by_role("link", name=path, exact=True)
    return lines.filter(has=link).filter(has=page.get_by_role("img", name=status, exact=True))


def mark(page: Page) -> None:
    """Mark the page, for `still_the_same`."""
    page.evaluate(f"{MARK} = true")


def still_the_same(page: Page) -> None:
    """Assert that the page was not loaded again since it was marked."""
    assert page.evaluate(f"{MARK} === true"), "The page was loaded again."


def choose(place: Page | Locator, label: str, option: str) -> None:
    """Pick an option of a field that drops a list down."""
    place.get_by_role("combobox", name=label).click()
    page = place if isinstance(place, Page) else place.page
    page.get_by_role("option", name=option, exact=True).click()
    expect(page.get_by_role("option")).to_have_count(0)
