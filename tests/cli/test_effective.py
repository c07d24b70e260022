"""What a service tells of its settings: all of them, with who gave each, and never a secret."""

import asyncio
import json
from pathlib import Path

import httpx2
import pytest

from callsheet import __version__
from callsheet.api.binding import listen
from callsheet.cli.effective import effective
from callsheet.cli.serving import serving
from callsheet.scenario.json import Json
from callsheet.settings import Settings, load_settings, setting_origins

PASSWORD = "sesame-4711"


def value_of(settings: Settings, name: str) -> Json:
    return {each.name: each.value for each in effective(settings, {}, {}).settings}[name]


async def test_a_service_shows_every_setting_and_the_names_of_what_scenarios_may_declare(tmp_path: Path) -> None:
    overrides = {"port": 0, "allowed_hosts": ("callsheet.example.org",)}
    (tmp_path / "callsheet.toml").write_text("max_concurrent_runs = 7\n[retention]\ndays = 30\n", encoding="utf-8")
    settings, origins = load_settings(overrides, tmp_path), setting_origins(overrides, tmp_path)
    surroundings = {"CALLSHEET_ENV_REGION": "north", "CALLSHEET_SECRET_KEY": PASSWORD, "CALLSHEET_SECRET_ALSO": "x"}
    async with (
        asyncio.timeout(15),
        serving(settings, surroundings, listen(settings.host, settings.port), origins=origins) as service,
        httpx2.AsyncClient(base_url=service.url) as client,
    ):
        response = await client.get("/api/settings")

    assert response.status_code == 200
    assert PASSWORD not in response.text
    assert "north" not in response.text
    body = response.json()
    assert (body["version"], body["journal"], body["env"]) == (__version__, "sqlite", ["REGION"])
    assert body["secrets"] == ["ALSO", "KEY"]
    assert [each["name"] for each in body["settings"]] == list(Settings.model_fields)
    shown = {each.pop("name"): each for each in body["settings"]}
    assert shown["max_concurrent_runs"] == {"value": 7, "source": "callsheet.toml", "default": 100}
    assert shown["retention_days"] == {"value": 30.0, "source": "callsheet.toml", "default": None}
    assert shown["data"] == {"value": str(tmp_path / ".callsheet"), "source": "the default", "default": ".callsheet"}
    assert shown["allowed_hosts"] == {
        "value": ["callsheet.example.org"],
        "source": "the command line",
        "default": [],
    }


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ada:{PASSWORD}@db.example.org:5433/callsheet",
        f"postgresql://ada@db.example.org:5433/callsheet?password={PASSWORD}&sslpassword={PASSWORD}",
        f"postgres://:{PASSWORD}@db.example.org:5433/callsheet",
    ],
)
def test_of_a_database_no_password_is_shown(tmp_path: Path, url: str) -> None:
    told = effective(load_settings({"database_url": url}, tmp_path), {}, {})
    assert told.journal == "postgresql"
    assert PASSWORD not in json.dumps([[each.value, each.default] for each in told.settings])
    assert value_of(load_settings({"database_url": url}, tmp_path), "database_url") == (
        "callsheet at db.example.org:5433"
    )


def test_of_a_database_that_cannot_be_read_nothing_is_shown(tmp_path: Path) -> None:
    settings = load_settings({"database_url": f"mysql://ada:{PASSWORD}@db"}, tmp_path)
    assert PASSWORD not in str(value_of(settings, "database_url"))


def test_who_gave_a_setting_is_unknown_where_nobody_says_it(tmp_path: Path) -> None:
    assert {each.source for each in effective(load_settings(folder=tmp_path), {}, {}).settings} == {None}
