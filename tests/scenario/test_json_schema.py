"""The published JSON Schema: current, valid, complete, and of one mind with the parser."""

import copy
import json
import re
from pathlib import Path
from typing import Any, cast

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.scenario import json_schema
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.json_schema import described, scenario_schema, schema_text
from callsheet.scenario.model import STEP_TYPES, Defaults, Scenario
from callsheet.scenario.parse import parse_scenario
from callsheet.scenario.schema import Schema
from callsheet.scenario.source import Syntax, read_source
from callsheet.scenario.steps.base import Retry
from callsheet.scenario.steps.switch import Case
from callsheet.scenario.steps.try_ import Handler
from tests.support.every_step import EVERY_STEP
from tests.support.json_values import QUICK, json_values
from tests.support.scenarios import SEED, from_, scenario, step

ROOT = Path(__file__).parents[2]
SCHEMA = Schema(scenario_schema())
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def written() -> list[Json]:
    """The scenarios of the documentation and of the examples."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    blocks = [text for page in pages for text in BLOCK.findall(page.read_text(encoding="utf-8"))]
    # Schedules and hooks begin alike, and have no steps.
    texts = [text for text in blocks if text.startswith("schema_version:") and "\nsteps:" in text]
    files = [*ROOT.glob("examples/*/scenarios/*.yaml"), *ROOT.glob("examples/*/scenarios/*.json")]
    texts += [file.read_text(encoding="utf-8") for file in files]
    return [read_source(text.encode(), Syntax.YAML).document for text in texts]


def test_the_published_file_is_the_schema_of_the_model() -> None:
    published = Path(json_schema.__file__).with_name("scenario.v1.schema.json")
    assert published.read_text(encoding="utf-8") == schema_text(), "run 'make schema'"


def test_it_is_a_schema_of_draft_2020_12_without_a_host_of_its_own() -> None:
    schema = scenario_schema()
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "$id" not in schema
    assert schema["title"] == "Callsheet scenario"


def test_every_reference_leads_somewhere_and_nothing_is_left_over() -> None:
    text = schema_text()
    defined = set(cast("dict[str, Any]", scenario_schema()["$defs"]))
    assert set(re.findall(r'"#/\$defs/(\w+)"', text)) == defined
    assert "scenario:" not in text
    assert '"discriminator"' not in text
    assert "None" not in text


@pytest.mark.parametrize("model", [Scenario, Defaults, Retry, Case, Handler, *STEP_TYPES.values()], ids=str)
def test_every_key_is_described(model: type[Any]) -> None:
    keys = {field.alias or name for name, field in model.model_fields.items()}
    texts = described(model)
    assert set(texts) == keys - {"type"}
    assert all(text[0] in "`" or text[0].isupper() for text in texts.values())


@pytest.mark.parametrize("document", [SEED, EVERY_STEP, scenario(), *written()])
def test_what_the_parser_reads_fits(document: Json) -> None:
    assert parse_scenario(document).diagnostics == ()
    assert SCHEMA.problems(document) == ()


FAULTS: list[Json] = [
    None,
    [],
    "text",
    {},
    scenario(step(), stepz=1),
    scenario(step(requird_input_fields=[])),
    scenario(step(retry={"max_atempts": 2})),
    scenario(defaults={"sever": "a"}),
    scenario(step(**{"$schema": "x"})),
    scenario(schema_version="2"),
    scenario(schema_version=1),
    scenario(scenario_id="Not An Id"),
    scenario(name=5),
    scenario(name=""),
    scenario(step(type="for")),
    scenario(step("9a")),
    scenario(steps=[]),
    scenario(steps=[5]),
    scenario(steps={"a": step()}),
    scenario({"name": "a", "tool": "echo"}),
    scenario({"name": "a", "type": "tool"}),
    scenario(step(input=5)),
    scenario(step(timeout="5 parsecs")),
    scenario(step(timeout=0)),
    scenario(step(timeout=True)),
    scenario(step(timeout=2_592_001)),
    scenario(step(retry={"max_attempts": 0})),
    scenario(step(retry={"max_attempts": "3"})),
    scenario(step(retry={"max_attempts": True})),
    scenario(step(on_error="ignore")),
    scenario(step(on_interrupt="ask")),
    scenario(step(result_format="xml")),
    scenario(step(when=True)),
    scenario(step(when={"from": "input.a"})),
    scenario(step(description=None)),
    scenario(step(input={"a": {"from": 5}})),
    scenario(step(input={"a": [{"b": {"template": 5}}]})),
    scenario(step(input={"a": {"secret": "not a name"}})),
    scenario(step(input={"a": {"env": None}})),
    scenario(output={"from": ["input"]}),
    scenario(step(input={"a": from_("input", default={"template": 1})})),
    scenario(input_schema=True),
    scenario(vars=[]),
    scenario(secrets=["a b"]),
    scenario(tags="one"),
    scenario(on_error=step()),
    scenario({"name": "a", "type": "sequence", "steps": []}),
    scenario({"name": "a", "type": "parallel", "branches": {}}),
    scenario({"name": "a", "type": "parallel", "branches": {"a b": [step("b")]}}),
    scenario({"name": "a", "type": "parallel", "branches": {"x-b": [step("b")]}}),
    scenario({"name": "a", "type": "parallel", "branches": {"b": [step("b")]}, "max_concurrency": 51}),
    scenario({"name": "a", "type": "foreach", "items": [], "steps": [step("b")], "max_items": 10_001}),
    scenario({"name": "a", "type": "foreach", "items": [], "steps": [step("b")], "as": "a b"}),
    scenario({"name": "a", "type": "foreach", "items": [], "steps": [step("b")], "as_": "x"}),
    scenario({"name": "a", "type": "foreach", "steps": [step("b")]}),
    scenario({"name": "a", "type": "loop", "steps": [step("b")], "until": "true()"}),
    scenario({"name": "a", "type": "switch", "cases": []}),
    scenario({"name": "a", "type": "switch", "cases": [{"steps": [step("b")]}]}),
    scenario({"name": "a", "type": "transform"}),
    scenario({"name": "a", "type": "scenario", "scenario_id": "No"}),
    scenario({"name": "a", "type": "wait"}),
    scenario({"name": "a", "type": "wait", "duration": "1s", "until": "2030-01-01T00:00:00Z"}),
    scenario({"name": "a", "type": "approval"}),
    scenario({"name": "a", "type": "try", "steps": [step("b")]}),
    scenario({"name": "a", "type": "try", "steps": [step("b")], "catch": []}),
    scenario({"name": "a", "type": "try", "steps": [step("b")], "finally": None}),
    scenario({"name": "a", "type": "try", "steps": [step("b")], "catch": [{"erors": [], "steps": [step("c")]}]}),
    scenario({"name": "a", "type": "fail", "code": "9", "message": "x"}),
    scenario({"name": "a", "type": "fail"}),
    scenario({"name": "a", "type": "return", "steps": []}),
]


@pytest.mark.parametrize("document", FAULTS, ids=lambda document: json.dumps(document)[76:160])
def test_what_has_a_wrong_shape_is_refused_by_both(document: Json) -> None:
    assert parse_scenario(document).scenario is None
    assert SCHEMA.problems(document) != ()


def places(node: Json, trail: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [trail]
    members: Any = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in members:
        found += places(value, (*trail, key))
    return found


@QUICK
@given(st.sampled_from(places(EVERY_STEP)[1:]), json_values(max_leaves=3) | st.just("gone"))
def test_what_the_parser_reads_fits_whatever_is_changed_in_it(trail: tuple[str | int, ...], value: Json) -> None:
    changed: Any = copy.deepcopy(EVERY_STEP)
    holder = changed
    for token in trail[:-1]:
        holder = holder[token]
    if value == "gone":
        del holder[trail[-1]]
    else:
        holder[trail[-1]] = value
    if trail[0] != "$schema" and parse_scenario(changed).scenario is not None:
        assert SCHEMA.problems(changed) == ()


@QUICK
@given(json_values())
def test_a_value_is_refused_for_its_shape_only_where_the_parser_refuses_it(value: Json) -> None:
    document: JsonObject = scenario(output=value)
    assert (parse_scenario(document).scenario is not None) == (SCHEMA.problems(document) == ())
