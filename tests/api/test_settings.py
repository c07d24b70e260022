"""`GET /api/settings`, over what the app was given."""

import httpx2

from callsheet.api.effective import Effective, EffectiveSetting
from tests.api.house import House


async def test_what_the_app_was_given_is_shown() -> None:
    setting = EffectiveSetting(name="port", value=8080, source="the default", default=8080)
    house = House(effective=Effective(settings=(setting,), env=("A",), secrets=("B",), journal="postgresql"))
    async with house.client() as client:
        assert (await client.get("/api/settings")).json() == {
            "version": "1.2.3",
            "journal": "postgresql",
            "settings": [{"name": "port", "value": 8080, "source": "the default", "default": 8080}],
            "env": ["A"],
            "secrets": ["B"],
        }


async def test_an_app_that_was_given_nothing_shows_its_version(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/api/settings")).json() == {
        "version": "1.2.3",
        "journal": None,
        "settings": [],
        "env": [],
        "secrets": [],
    }
