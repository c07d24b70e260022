"""A service that asks everybody who they are, and how one signs in there."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import httpx2
from playwright.sync_api import Locator, Page, expect

from callsheet.access.desk import KeyDesk, KeyWish
from callsheet.access.scopes import Role
from callsheet.engine.clock import SystemClock
from callsheet.engine.entropy import SystemEntropy
from callsheet.scenario.json import JsonObject
from callsheet.settings import load_settings
from callsheet.storage import open_access
from tests.support.service import Service, serving


@dataclass(frozen=True, slots=True)
class Guarded:
    """The service, and a key for each role; each key is named after its role and sees every run."""

    service: Service
    keys: Mapping[Role, str]

    def client(self, role: Role = Role.ADMIN) -> httpx2.Client:
        """An HTTP client that calls with the key of a role."""
        headers = {"authorization": f"Bearer {self.keys[role]}"}
        return httpx2.Client(base_url=self.service.url, timeout=30, headers=headers)

    def another(self, role: Role) -> tuple[str, str]:
        """One more key of the same caller: its id, and the key itself."""
        with self.client() as client:
            made = client.post("/api/keys", json={"name": role.value, "role": role.value, "every_run": True})
        assert made.status_code == 201, made.text
        return made.json()["key_id"], made.json()["key"]

    def revoke(self, key_id: str) -> None:
        """Take a key back; the sessions that began with it end."""
        with self.client() as client:
            client.delete(f"/api/keys/{key_id}").raise_for_status()


@contextmanager
def guarded(
    folder: Path,
    command: Sequence[str | Path],
    scenarios: Sequence[JsonObject] = (),
    servers: Mapping[str, JsonObject] | None = None,
) -> Generator[Guarded]:
    """Its service; ended at the end of the block."""
    settings = {"auth": "on", "drain_timeout": 1}
    with serving(
        folder, scenarios=scenarios, servers=servers, settings=settings, start=False, command=command
    ) as service:
        with ThreadPoolExecutor(1) as thread:  # Playwright's own loop runs in this one
            keys = thread.submit(anyio.run, _make_keys, folder).result()
        service.start()
        yield Guarded(service, keys)


async def _make_keys(folder: Path) -> Mapping[Role, str]:
    async with open_access(load_settings(folder=folder), write=True) as stores:
        desk = KeyDesk(keys=stores.keys, clock=SystemClock(), random_bytes=SystemEntropy().random_bytes)
        made = {role: await desk.create(KeyWish(name=role.value, role=role, every_run=True), "test") for role in Role}
    return {role: new.text for role, new in made.items()}


def sign_in(page: Page, key: str) -> None:
    """Fill the key in on a page that asks for one, and go on."""
    page.get_by_label("Key", exact=True).fill(key)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_label("Key", exact=True)).to_have_count(0)


def signed_in(page: Page, key: str, address: str) -> None:
    """Open a page as the caller of a key."""
    page.context.clear_cookies()
    page.goto(f"/sign-in?next={address}")
    sign_in(page, key)
    expect(page.get_by_role("main")).to_be_visible()


def refused(control: Locator) -> str:
    """The reason that a control gives for doing nothing."""
    expect(control).to_have_attribute("aria-disabled", "true")
    described = control.get_attribute("aria-describedby")
    assert described, f"{control} says not why"
    told: Iterator[str | None] = (
        control.page.locator(f"[id='{each}']").first.text_content() for each in described.split()
    )
    return " ".join(filter(None, told))
