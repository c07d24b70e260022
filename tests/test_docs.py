"""Documentation is tested: its scenarios have no problems, and every setting, code and command is in it."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from callsheet.lint.document import read_scenario
from callsheet.scenario.source import Syntax
from callsheet.scenario.steps.base import BaseStep
from callsheet.scenario.steps.tool import ToolStep
from callsheet.settings import Settings
from callsheet.tools.config import parse_servers

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (page.name, text)
        for page in PAGES
        for found, text in BLOCK.findall(page.read_text(encoding="utf-8"))
        if found == language
    ]


@pytest.mark.parametrize(("page", "text"), blocks("yaml"))
def test_every_scenario_in_the_documentation_is_clean(page: str, text: str) -> None:
    assert read_scenario(text.encode(), Syntax.YAML).diagnostics == ()


@pytest.mark.parametrize(("page", "text"), blocks("json"))
def test_every_json_block_can_be_read_and_every_mcp_json_can_be_used(page: str, text: str) -> None:
    if "mcpServers" in json.loads(text):
        environment = {"NEWS_TOKEN": "token"}
        assert parse_servers(text, source=page, folder=ROOT, environment=environment)


@pytest.mark.parametrize(("page", "text"), blocks("toml"))
def test_every_toml_block_has_settings_that_exist(page: str, text: str) -> None:
    Settings.model_validate(tomllib.loads(text))


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
    default = Settings.model_fields[name].default
    shown = "none" if default == () else f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
    assert f"| {shown} |" in row


@pytest.mark.parametrize("key", sorted({*BaseStep.model_fields, *ToolStep.model_fields} - {"description"}))
def test_every_key_of_a_step_is_documented(key: str) -> None:
    assert f"`{key}`" in (ROOT / "docs/language.md").read_text(encoding="utf-8")


def test_every_diagnostic_code_in_the_source_is_documented_and_no_other() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    used = set(re.findall(r'"([EWI]\d{3})"', source))
    page = (ROOT / "docs/language.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([EWI]\d{3})`", page, re.MULTILINE)) == used


def test_every_decision_says_what_enforces_it() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert pages
    assert [page.name for page in pages if "Enforced by: " not in page.read_text(encoding="utf-8")] == []


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
