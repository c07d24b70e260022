"""The corpus: scenarios that run as written beside them, and broken ones with exactly the diagnostics they deserve."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import orjson
import pytest
from jsonschema_rs import Draft202012Validator
from pydantic import TypeAdapter

from callsheet.api.schemas.events import RunEvent
from callsheet.lint.document import read_scenario
from callsheet.scenario.diagnostics import Severity
from callsheet.scenario.json import Json, JsonObject, is_object
from callsheet.scenario.json_schema import scenario_schema
from callsheet.scenario.misfits import keys_of
from callsheet.scenario.model import STEP_TYPES, Defaults, Scenario, Step
from callsheet.scenario.steps.base import BaseStep, Retry
from tests.scenarios.expecting import Case, case_of
from tests.scenarios.generated import generated
from tests.scenarios.performing import CHILDREN, FOLDER, SECRETS, decoded, outcome, syntax_of

DESCRIBED: Final = TypeAdapter(RunEvent)
PAGE: Final = FOLDER.parent.parent / "docs/language.md"
_EXPECTATIONS: Final = (".expected", ".expected.json")
_NEVER: Final = frozenset({"Internal"})
"""Codes that no scenario ends with: a fault of ours."""


def documents(kind: str) -> list[Path]:
    """The documents of a kind, without the files that say what is expected of them."""
    return [path for path in sorted((FOLDER / kind).iterdir()) if not path.name.endswith(_EXPECTATIONS)]


def named(path: Path) -> str:
    """What a test is called."""
    return path.name


VALID: Final = documents("valid")
BROKEN: Final = [*map(case_of, documents("broken")), *generated()]


def expectation(path: Path) -> JsonObject:
    """What is expected of a valid document."""
    value: Json = orjson.loads(path.with_name(f"{path.stem}.expected.json").read_bytes())
    assert is_object(value)
    return value


@cache
def scenario(path: Path) -> Scenario:
    """The scenario in a valid document."""
    read = read_scenario(path.read_bytes(), syntax_of(path))
    assert read.scenario is not None, f"{path.name}: {read.diagnostics}"
    return read.scenario


# what happens


@pytest.mark.parametrize("path", VALID, ids=named)
async def test_a_valid_scenario_runs_as_written_beside_it(path: Path) -> None:
    wanted = expectation(path)
    found, performance = await outcome(decoded(path), wanted)
    message, contained = found.pop("message", ""), wanted.get("message", "")
    assert str(contained) in str(message)
    told = {"input", "happens", "order", "message"}
    assert comparable(found, wanted) == comparable({k: v for k, v in wanted.items() if k not in told}, wanted)
    written = await performance.written()
    assert not [name for name, value in SECRETS.items() if value.encode() in b"".join(written)]
    for data in written:
        DESCRIBED.validate_json(data, extra="forbid")


def comparable(found: JsonObject, wanted: JsonObject) -> JsonObject:
    """An outcome as far as the expectation looks at it."""
    events, expected = found["events"], wanted["events"]
    assert isinstance(events, list)
    assert isinstance(expected, list)
    if expected[0] == "…":
        events = ["…", *events[len(events) - len(expected) + 1 :]]
    if wanted.get("order") == "any":
        events = sorted(events, key=str)
    return {"error": None, **found, "events": events}


@pytest.mark.parametrize("path", [*VALID, *CHILDREN], ids=named)
def test_a_valid_scenario_has_no_errors(path: Path) -> None:
    diagnostics = read_scenario(path.read_bytes(), syntax_of(path)).diagnostics
    assert [each for each in diagnostics if each.severity is Severity.ERROR] == []


def test_every_valid_document_fits_the_published_schema() -> None:
    schema = Draft202012Validator(scenario_schema())
    assert [path.name for path in [*VALID, *CHILDREN] if not schema.is_valid(decoded(path))] == []


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: str(case.name))
def test_a_broken_document_gets_the_diagnostics_it_expects_and_no_other(case: Case) -> None:
    assert case.found() == case.expected


# how much of the language the corpus covers


def test_the_corpus_is_as_large_as_it_was_promised() -> None:
    assert len(VALID) >= 60
    assert len(BROKEN) >= 80


def test_every_type_of_step_is_run_somewhere() -> None:
    assert set(STEP_TYPES) == {step.type for step in all_steps()}


@pytest.mark.parametrize("kind", STEP_TYPES)
def test_every_key_of_a_type_of_step_is_written_somewhere(kind: str) -> None:
    own = set(keys_of(STEP_TYPES[kind])) - set(keys_of(BaseStep))
    assert own <= written(step for step in all_steps() if step.type == kind)


def test_every_key_that_all_steps_have_is_written_somewhere() -> None:
    assert set(keys_of(BaseStep)) <= written(all_steps())


def test_every_key_of_a_document_is_written_somewhere() -> None:
    scenarios = [scenario(path) for path in VALID]
    assert set(keys_of(Scenario)) <= written(scenarios)
    assert set(keys_of(Defaults)) <= written(each.defaults for each in scenarios)
    assert set(keys_of(Retry)) <= written(step.retry for step in all_steps() if step.retry is not None)


def test_every_error_code_of_the_page_ends_a_step_or_a_run_somewhere() -> None:
    codes = codes_of("Error codes", r"[A-Z][A-Za-z]+")
    assert "ToolError" in codes
    assert codes - _NEVER <= {word for path in VALID for line in lines(path) for word in line.split()}


def test_every_diagnostic_of_the_page_is_expected_twice() -> None:
    codes = codes_of("Diagnostics", r"[EWI]\d{3}")
    assert "E100" in codes
    cases = {code: sum(any(each[0] == code for each in case.expected) for case in BROKEN) for code in codes}
    assert {code: count for code, count in cases.items() if count < 2} == {}


def all_steps() -> Iterator[Step]:
    """Every step of the valid documents."""
    return (step for path in VALID for step in scenario(path).all_steps)


def written(models: Iterable[Scenario | Step | Defaults | Retry]) -> set[str]:
    """The keys that documents write of these."""
    return {type(model).model_fields[name].alias or name for model in models for name in model.model_fields_set}


def lines(path: Path) -> list[str]:
    """The events that a valid document expects."""
    events = expectation(path)["events"]
    assert isinstance(events, list)
    return list(map(str, events))


def codes_of(heading: str, pattern: str) -> set[str]:
    """The codes in the tables of a section of the language page."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return {code for row in rows for code in re.findall(rf"`({pattern})`", row)}
