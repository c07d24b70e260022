"""SECURITY.md promises nothing that is not there."""

import re
from pathlib import Path

import pytest

from callsheet.cli.root import COMMANDS
from callsheet.settings import Settings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:tests|benches|src|docs|audit)/[^`\s]+)`", PAGE)))


@pytest.mark.parametrize("path", PATHS)
def test_what_proves_a_defence_is_there(path: str) -> None:
    file = ROOT / path
    assert file.is_file()
    if path.startswith("tests/"):
        assert re.search(r"^(async )?def test_", file.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_defence_has_a_proof() -> None:
    table = PAGE.partition("| threat |")[2].partition("\n\n")[0].splitlines()[2:]
    assert len(table) > 15
    assert [row for row in table if not re.search(r"`(tests|benches)/", row.split("|")[3])] == []


def test_the_settings_commands_and_pages_that_it_names_are_there() -> None:
    settings = {"auth", "public_url", "trusted_proxies"}
    assert settings <= Settings.model_fields.keys()
    assert all(f"`{name}" in PAGE for name in settings)
    assert {name.split()[0] for name in re.findall(r"`callsheet ([a-z]+)", PAGE)} <= COMMANDS.keys()
    assert [link for link in re.findall(r"\]\(([^)#]+)", PAGE) if not (ROOT / link).is_file()] == []
