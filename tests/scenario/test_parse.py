"""From documents to scenarios: what is right is read, what is wrong is said with a place and a way out."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given

from callsheet.scenario.diagnostics import MAX_DIAGNOSTICS, Diagnostic, Severity
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.parse import parse_scenario
from callsheet.scenario.steps.base import OnError, Retry
from callsheet.scenario.steps.tool import OnInterrupt, ResultFormat, ToolStep
from tests.support.json_values import QUICK, json_values
from tests.support.scenarios import SEED, scenario, step


def only(document: Json) -> Diagnostic:
    parsed = parse_scenario(document)
    assert parsed.scenario is None
    (diagnostic,) = parsed.diagnostics
    assert diagnostic.severity is Severity.ERROR
    return diagnostic


def test_the_document_of_the_seed_is_read() -> None:
    parsed = parse_scenario(SEED)
    assert parsed.diagnostics == ()
    assert parsed.scenario is not None
    assert parsed.scenario.input_schema == SEED["input_schema"]
    (search,) = parsed.scenario.steps
    assert isinstance(search, ToolStep)
    assert (search.name, search.tool, search.required_input_fields) == (
        "search_news_sources",
        "search_news_sources",
        ("url",),
    )


def test_what_is_left_out_has_the_documented_default() -> None:
    parsed = parse_scenario(scenario()).scenario
    assert parsed is not None
    assert (parsed.description, parsed.tags, parsed.vars, parsed.time_limit) == ("", (), {}, 3600)
    assert (parsed.output, parsed.on_error, parsed.input_schema) == (None, (), None)
    (only_step,) = parsed.steps
    assert isinstance(only_step, ToolStep)
    assert (only_step.retry, only_step.timeout, only_step.server) == (None, None, None)
    assert only_step.on_error is OnError.FAIL
    assert only_step.result_format is ResultFormat.AUTO
    assert only_step.on_interrupt is OnInterrupt.RETRY


def test_an_empty_retry_is_the_documented_one() -> None:
    parsed = parse_scenario(scenario(step(retry={}, timeout="20s"))).scenario
    assert parsed is not None
    assert parsed.steps[0].timeout == 20
    assert parsed.steps[0].retry == Retry(
        max_attempts=3,
        initial_interval=1.0,
        backoff_coefficient=2.0,
        max_interval=60.0,
        errors=("ToolError", "TransportError", "ServerUnavailable", "RateLimited", "Timeout"),
    )


def test_keys_for_other_programs_are_left_alone() -> None:
    document = scenario(
        step("a", **{"x-position": "left"}, retry={"x-why": "slow"}),
        **{"x-owner": "us", "$schema": "https://example.org/s.json"},
        defaults={"x-a": 1},
        vars={"x-kept": 1},
    )
    parsed = parse_scenario(document)
    assert parsed.diagnostics == ()
    assert parsed.scenario is not None
    assert parsed.scenario.vars == {"x-kept": 1}


@pytest.mark.parametrize(
    ("document", "pointer", "says", "hint"),
    [
        (None, "", "nothing", ""),
        ([], "", "array", ""),
        ("text", "", "string", ""),
        (scenario(step(), stepz=1), "/stepz", "Unknown key 'stepz'", "Did you mean 'steps'?"),
        (scenario(step(requird_input_fields=[])), "/steps/0/requird_input_fields", "Unknown key", "'required_input"),
        (scenario(step(retry={"max_atempts": 2})), "/steps/0/retry/max_atempts", "Unknown key", "'max_attempts'"),
        (scenario(defaults={"sever": "a"}), "/defaults/sever", "Unknown key", "'server'"),
        (scenario(step(**{"$schema": "x"})), "/steps/0/$schema", "Unknown key", "Known keys"),
        (scenario(schema_version="2"), "/schema_version", "'2'", ""),
        (scenario(scenario_id="Not An Id"), "/scenario_id", "does not match", ""),
        (scenario(name=5), "/name", "'name' is 5", ""),
        (scenario(name=""), "/name", "at least 1 character", ""),
        (scenario(step(type="for_each")), "/steps/0/type", "Unknown step type 'for_each'", "'foreach'"),
        (scenario({"name": "a", "tool": "echo"}), "/steps/0", "The key 'type' is missing", "tool, sequence"),
        (scenario({"name": "a", "typ": "tool", "tool": "echo"}), "/steps/0/typ", "Unknown key 'typ'", "'type'"),
        (scenario({"nam": "a", "type": "tool", "tool": "echo"}), "/steps/0/nam", "Unknown key 'nam'", "'name'"),
        (
            scenario({"name": "a", "type": "loop", "steps": [step("b")], "until": "`true`", "max_iteration": 3}),
            "/steps/0/max_iteration",
            "Unknown key",
            "'max_iterations'",
        ),
        (
            scenario({"name": "a", "type": "try", "steps": [step("b")], "catch": [{"step": [step("c")]}]}),
            "/steps/0/catch/0/step",
            "Unknown key",
            "'steps'",
        ),
        (
            scenario({"name": "a", "type": "switch", "cases": [{"wen": "`true`", "steps": [step("b")]}]}),
            "/steps/0/cases/0/wen",
            "Unknown key",
            "'when'",
        ),
        (
            scenario({"name": "a", "type": "parallel", "branches": {"x": [step("b", inputs={})]}}),
            "/steps/0/branches/x/0/inputs",
            "Unknown key",
            "'input'",
        ),
        (scenario({"name": "a", "type": "sequence", "steps": []}), "/steps/0/steps", "'steps' is empty", ""),
        (scenario(step("9a")), "/steps/0/name", "does not match", ""),
        (scenario(steps=[]), "/steps", "'steps' is empty", ""),
        (scenario(steps=[5]), "/steps/0", "An entry of 'steps' is 5; an object is expected", ""),
        (scenario(step(input=5)), "/steps/0/input", "takes an object", ""),
        (scenario(step(timeout="5 parsecs")), "/steps/0/timeout", "a duration is", ""),
        (scenario(step(retry={"max_attempts": 0})), "/steps/0/retry/max_attempts", "'max_attempts' is 0", ""),
        (scenario(step(retry={"max_attempts": "3"})), "/steps/0/retry/max_attempts", "'max_attempts' is '3'", ""),
        (scenario(step(retry={"max_attempts": True})), "/steps/0/retry/max_attempts", "is True", ""),
        (scenario(step(retry={"max_interval": "10ms"})), "/steps/0/retry", "shorter", ""),
        (scenario(step(on_error="ignore")), "/steps/0/on_error", "'on_error' is 'ignore'", ""),
        (scenario(input_schema=True), "/input_schema", "'input_schema' is True", ""),
        (scenario(step(input={"a/b": {"from": "input."}})), "/steps/0/input/a~1b/from", "ends too early", ""),
        (scenario(output={"template": "${"}), "/output/template", "not closed", ""),
    ],
)
def test_a_fault_has_a_place_a_sentence_and_a_hint(document: Json, pointer: str, says: str, hint: str) -> None:
    found = only(document)
    assert found.pointer == pointer
    assert says in found.message
    assert found.message.endswith(".")
    assert hint in found.hint


def test_how_many_steps_are_too_many_is_for_the_checker_to_say() -> None:
    assert parse_scenario(scenario(*(step(f"s{number}") for number in range(201)))).scenario is not None


def test_a_missing_key_is_named() -> None:
    document: dict[str, Any] = scenario()
    del document["steps"], document["name"]
    found = parse_scenario(document).diagnostics
    assert sorted(each.message for each in found) == ["The key 'name' is missing.", "The key 'steps' is missing."]


def test_faults_are_all_reported_up_to_a_hundred() -> None:
    wrong: JsonObject = {f"k{number}": 1 for number in range(5_000)}
    assert len(parse_scenario(scenario(**wrong)).diagnostics) == MAX_DIAGNOSTICS


def test_a_huge_value_does_not_make_a_huge_sentence() -> None:
    assert len(only(scenario(name=["x" * 100_000])).message) < 200


@QUICK
@given(json_values())
def test_any_value_anywhere_is_read_or_refused(value: Json) -> None:
    for key in ("name", "steps", "on_error", "input_schema", "vars", "defaults", "timeout", "output", "tags"):
        assert parse_scenario(scenario(**{key: value})) is not None
    for key in ("input", "retry", "required_input_fields", "output", "timeout", "server", "type"):
        parsed = parse_scenario(scenario({**step(), key: value}))
        assert (parsed.scenario is None) == bool(parsed.diagnostics)
        assert all(dataclasses.asdict(each) for each in parsed.diagnostics)
