"""What is a schedule or a hook, and what is said about a document that is none."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from callsheet.lint.context import LintContext
from callsheet.runs.events import TriggerKind
from callsheet.runs.triggers.documents import Hook, Overlap, Schedule
from callsheet.runs.triggers.reading import check_trigger, read_trigger
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.source import Syntax
from tests.support.json_values import json_values

MINIMAL: JsonObject = {"schema_version": "1", "name": "nightly", "scenario_id": "report", "cron": "0 2 * * *"}
HOOK: JsonObject = {"schema_version": "1", "name": "push", "scenario_id": "build", "secret": "PUSH"}


def told(kind: TriggerKind, document: Json) -> list[tuple[str, str, str, str]]:
    found = check_trigger(kind, document).diagnostics
    return [(each.code, each.pointer, each.message, each.hint) for each in found]


def test_a_minimal_schedule_has_the_documented_defaults() -> None:
    schedule = check_trigger(TriggerKind.SCHEDULE, MINIMAL).trigger
    assert isinstance(schedule, Schedule)
    assert (schedule.timezone, schedule.overlap, schedule.catch_up) == ("UTC", Overlap.SKIP, 3600)
    assert (schedule.input, schedule.priority, schedule.enabled, schedule.description) == ({}, 0, True, "")


def test_a_minimal_hook_has_the_documented_defaults() -> None:
    hook = check_trigger(TriggerKind.HOOK, HOOK).trigger
    assert isinstance(hook, Hook)
    assert (hook.tolerance, hook.headers, hook.priority, hook.enabled) == (300, (), 0, True)


SCHEDULE_FAULTS: list[Any] = [
    ({"cron": "61 * * * *"}, "E100", "/cron", "'cron': Bad minute in '61 * * * *'.", ""),
    ({"cron": "@daily"}, "E100", "/cron", None, ""),
    ({"timezone": "Mars/Olympus"}, "E100", "/timezone", None, ""),
    ({"catch_up": "8d"}, "E100", "/catch_up", "'catch_up': it is at most 7d.", ""),
    ({"catch_up": "-1s"}, "E100", "/catch_up", None, ""),
    ({"overlap": "wait"}, "E100", "/overlap", None, ""),
    ({"priority": 101}, "E100", "/priority", None, ""),
    ({"priority": "5"}, "E100", "/priority", None, ""),
    ({"enabled": "yes"}, "E100", "/enabled", None, ""),
    ({"input": [1]}, "E100", "/input", None, ""),
    ({"name": "Nightly"}, "E100", "/name", None, ""),
    ({"timezoen": "UTC"}, "E100", "/timezoen", "Unknown key 'timezoen'.", "Did you mean 'timezone'?"),
    ({"schema_version": "2"}, "E100", "/schema_version", None, ""),
]


@pytest.mark.parametrize(("change", "code", "pointer", "message", "hint"), SCHEDULE_FAULTS)
def test_every_fault_of_a_schedule_has_its_place_and_a_sentence(
    change: JsonObject, code: str, pointer: str, message: str | None, hint: str
) -> None:
    ((found, where, sentence, advice),) = told(TriggerKind.SCHEDULE, {**MINIMAL, **change})
    assert (found, where, advice) == (code, pointer, hint)
    assert sentence.endswith(".")
    assert message in {None, sentence}


HOOK_FAULTS: list[Any] = [
    ({"input": {"a": {"from": "steps.x.output"}}}, "E133", "/input/a/from"),
    ({"input": {"a": {"secret": "PUSH"}}}, "E133", "/input/a/secret"),
    ({"input": {"a": {"from": "body.["}}}, "E111", "/input/a/from"),
    ({"input": {"a": {"from": "body.x == null"}}}, "E112", "/input/a/from"),
    ({"input": {"a": {"from": 'headers."x-event"'}}}, "E134", "/input/a/from"),
    ({"headers": ["Authorization"]}, "E100", "/headers/0"),
    ({"headers": ["authorization"]}, "E100", "/headers/0"),
    ({"tolerance": "2h"}, "E100", "/tolerance"),
    ({"secret": "not a name"}, "E100", "/secret"),
]


@pytest.mark.parametrize(("change", "code", "pointer"), HOOK_FAULTS)
def test_every_fault_of_a_hook_has_its_place(change: JsonObject, code: str, pointer: str) -> None:
    ((found, where, sentence, _),) = told(TriggerKind.HOOK, {**HOOK, **change})
    assert (found, where) == (code, pointer)
    assert sentence.endswith(".")


def test_a_fault_in_a_text_has_its_line_and_column() -> None:
    text = b'schema_version: "1"\nname: nightly\nscenario_id: report\ncron: "0 25 * * *"\n'
    (found,) = read_trigger(TriggerKind.SCHEDULE, text, Syntax.YAML).diagnostics
    assert (found.line, found.column) == (4, 1)


def test_a_scenario_that_does_not_exist_is_an_error_where_the_scenarios_are_known() -> None:
    (found,) = check_trigger(TriggerKind.SCHEDULE, MINIMAL, LintContext(scenarios={})).diagnostics
    assert (found.code, found.pointer) == ("E152", "/scenario_id")


def test_keys_for_others_are_left_alone() -> None:
    assert told(TriggerKind.SCHEDULE, {**MINIMAL, "$schema": "x", "x-team": {"a": 1}}) == []


def test_only_what_decides_the_slots_changes_the_timing() -> None:
    def timing(**change: Json) -> str:
        schedule = check_trigger(TriggerKind.SCHEDULE, {**MINIMAL, **change}).trigger
        assert isinstance(schedule, Schedule)
        return schedule.timing

    assert timing() == timing(input={"a": 1}, description="x", priority=3, overlap="allow")
    assert len({timing(), timing(cron="1 2 * * *"), timing(timezone="Asia/Tokyo"), timing(enabled=False)}) == 4


@pytest.mark.parametrize("kind", TriggerKind)
@given(document=json_values())
@settings(max_examples=50, deadline=None)
def test_any_json_is_read_without_an_exception(kind: TriggerKind, document: Json) -> None:
    reading = check_trigger(kind, document)
    assert (reading.trigger is None) == bool(reading.diagnostics)


@pytest.mark.parametrize("kind", TriggerKind)
@pytest.mark.parametrize("data", [b"", b"\xff", b"[", b"a: b: c", orjson.dumps([])])
def test_any_text_is_read_without_an_exception(kind: TriggerKind, data: bytes) -> None:
    assert read_trigger(kind, data, Syntax.YAML).trigger is None
