"""The versions of what is installed, and the effective settings with their origins."""

import platform
from collections.abc import Iterator
from importlib.metadata import version
from typing import Final

from callsheet import __version__
from callsheet.cli.checks.finding import Finding, Mark
from callsheet.cli.effective import effective_settings
from callsheet.cli.options import Places
from callsheet.cli.text import one_line
from callsheet.journal.sqlite.schema import SQLITE_VERSION
from callsheet.scenario.json import Json
from callsheet.settings import FILE, Settings, setting_origins

_PACKAGES: Final = ("mcp", "fastapi", "uvicorn", "sse-starlette", "pydantic", "jsonschema-rs")


def check_versions() -> Finding:
    """What runs here."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    text = f"Callsheet {__version__} on Python {platform.python_version()} with SQLite {SQLITE_VERSION}; {packages}."
    return Finding(mark=Mark.GOOD, text=text)


def check_settings(settings: Settings, places: Places) -> Iterator[Finding]:
    """Every setting: its value and who gave it."""
    file = places.base() / FILE
    there = "is read" if file.exists() else "does not exist, which is fine: every setting has a default"
    yield Finding(mark=Mark.GOOD, text=f"The configuration file {file} {there}.")
    for setting in effective_settings(settings, setting_origins(places.overrides(), places.base())):
        yield Finding(mark=Mark.NOTE, text=f"{setting.name} = {_shown(setting.value)} (from {setting.source})")


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(one_line(str(each)) for each in value) or "none"
    return "none" if value is None else one_line(str(value))
