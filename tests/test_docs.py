"""Documentation is tested: its examples run, and every setting, key, type, code and command is in it."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from callsheet.access.scopes import SCOPES_OF, Role, Scope
from callsheet.lint.document import read_scenario
from callsheet.runs.events import TriggerKind
from callsheet.runs.triggers.reading import read_trigger
from callsheet.scenario.model import STEP_TYPES, Scenario
from callsheet.scenario.source import Syntax
from callsheet.scenario.steps.base import BaseStep, Retry
from callsheet.settings import Settings, flattened
from callsheet.tools.config import parse_servers
from tests.support.documented import Example, check, examples
from tests.support.documented import blocks as blocks_of

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
EXAMPLES = [example for page in PAGES for example in examples(page)]
RUNS = [pytest.param(example, run, id=example.place) for example in EXAMPLES for run in example.runs]
ELSEWHERE = {"README.md", "schedules.md", "webhooks.md"}
"""Pages whose scenarios need servers that their readers have, or that show no scenario."""

ERROR = re.compile(r'\bcode(?::[^=]*)? ?= ?"([A-Z][a-z]\w+)"')


def blocks(language: str) -> list[tuple[str, str]]:
    return [(page.name, block.text) for page in PAGES for block in blocks_of(page) if block.language == language]


@pytest.mark.parametrize(("example", "run"), RUNS)
async def test_every_example_does_what_the_page_says(example: Example, run: dict[str, Any]) -> None:
    await check(example, run)


def test_every_scenario_says_what_comes_out() -> None:
    assert [each.place for each in EXAMPLES if not each.runs and each.place.partition(":")[0] not in ELSEWHERE] == []


@pytest.mark.parametrize(("page", "text"), blocks("yaml"))
def test_every_yaml_block_is_a_clean_scenario_or_somebody_elses(page: str, text: str) -> None:
    if page == "comparison.md" and text.startswith("apiVersion: argoproj.io/"):
        return
    kind = {"schedules.md": TriggerKind.SCHEDULE, "webhooks.md": TriggerKind.HOOK}.get(page)
    if kind is not None:
        assert read_trigger(kind, text.encode(), Syntax.YAML).diagnostics == ()
        return
    assert read_scenario(text.encode(), Syntax.YAML).diagnostics == ()


@pytest.mark.parametrize(("page", "text"), blocks("json"))
def test_every_json_block_can_be_read_and_every_mcp_json_can_be_used(page: str, text: str) -> None:
    if "mcpServers" in json.loads(text):
        environment = {"NEWS_TOKEN": "token", "CALLSHEET_SECRET_NEWS": "secret"}
        assert parse_servers(text, source=page, folder=ROOT, environment=environment)


@pytest.mark.parametrize(("page", "text"), blocks("toml"))
def test_every_toml_block_has_settings_that_exist(page: str, text: str) -> None:
    Settings.model_validate(flattened(tomllib.loads(text)))


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
    default = Settings.model_fields[name].default
    shown = "none" if default in ((), None) else f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
    assert f"| {shown} |" in row


@pytest.mark.parametrize("key", sorted({*BaseStep.model_fields, *Retry.model_fields, *Scenario.model_fields}))
def test_every_key_of_a_document_and_of_every_step_is_documented(key: str) -> None:
    assert re.search(rf"^\|[^|]*`{key}`", (ROOT / "docs/language.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("kind", sorted(STEP_TYPES))
def test_every_step_type_has_a_page_with_an_example_and_all_its_keys(kind: str) -> None:
    page = ROOT / f"docs/steps/{kind}.md"
    text = page.read_text(encoding="utf-8")
    assert f"](steps/{kind}.md)" in (ROOT / "docs/language.md").read_text(encoding="utf-8")
    assert any(example.runs for example in examples(page))
    model = STEP_TYPES[kind]
    keys = [model.model_fields[name].alias or name for name in model.__annotations__ if name in model.model_fields]
    missing = [key for key in keys if key != "type" and not re.search(rf"^\| `{key}` \|", text, re.MULTILINE)]
    assert missing == []


def test_every_error_code_is_documented() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/callsheet").rglob("*.py"))
    page = (ROOT / "docs/language.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([A-Z][a-z]\w+)`", page, re.MULTILINE))
    used = set(ERROR.findall(source))
    assert len(used) > 15
    assert used - rows == set()


def test_every_diagnostic_code_in_the_source_is_documented_and_no_other() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    used = set(re.findall(r'"([EWI]\d{3})"', source))
    page = (ROOT / "docs/language.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([EWI]\d{3})`", page, re.MULTILINE)) == used


def test_every_decision_says_what_enforces_it() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert pages
    assert [page.name for page in pages if "Enforced by: " not in page.read_text(encoding="utf-8")] == []


def test_the_page_on_security_says_what_each_role_may() -> None:
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z]+:[a-z]+)` \|[^|]+\|(.*)\|$", page, re.MULTILINE)
    shown = {scope: [cell.strip() == "yes" for cell in cells.split("|")] for scope, cells in rows}
    assert shown == {scope.value: [scope in SCOPES_OF[role] for role in Role] for scope in Scope}
    assert "| viewer | operator | author | admin |" in page


def test_no_page_has_two_parts_of_one_name() -> None:
    for page in PAGES:
        if page.name == "CHANGELOG.md":
            continue
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        heads = re.findall(r"^##+ .+$", text, re.MULTILINE)
        assert len(heads) == len(set(heads)), page.name


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
