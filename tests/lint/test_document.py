"""From a text to a scenario that may run: one way in for both syntaxes, and never an exception."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.lint.document import Reading, read_scenario
from callsheet.scenario.diagnostics import Severity
from callsheet.scenario.json import Json
from callsheet.scenario.source import Syntax
from tests.support.json_values import QUICK, json_values
from tests.support.scenarios import SEED, scenario, step

BROKEN = """\
schema_version: "1"
scenario_id: broken
name: Broken
steps:
  - name: search
    type: tool
    tool: search
    input: {url: {from: input.url}}
  - name: fetch
    type: tool
    tool: fetch
    input:
      url: {from: "steps.serch.output.url"}
"""


def read(document: Json) -> Reading:
    return read_scenario(json.dumps(document).encode(), Syntax.JSON)


@pytest.mark.parametrize("syntax", Syntax)
def test_the_document_of_the_seed_is_clean_in_both_syntaxes(syntax: Syntax) -> None:
    reading = read_scenario(json.dumps(SEED, indent=2).encode(), syntax)  # JSON is YAML too
    assert reading.document == SEED
    assert reading.scenario is not None
    assert reading.diagnostics == ()


def test_a_bad_reference_is_reported_with_its_line() -> None:
    reading = read_scenario(BROKEN.encode(), Syntax.YAML)
    (found,) = reading.diagnostics
    assert (found.code, found.line, found.column) == ("E130", 13, 13)
    assert found.pointer == "/steps/1/input/url/from"
    assert found.hint == "Did you mean 'search'?"
    assert reading.document is not None
    assert reading.scenario is None


@pytest.mark.parametrize("data", [b"", b"[]", b"5", b"null", b"{", b"\xff", b"{}"])
@pytest.mark.parametrize("syntax", Syntax)
def test_what_is_no_scenario_has_an_error_and_a_line(data: bytes, syntax: Syntax) -> None:
    reading = read_scenario(data, syntax)
    assert reading.scenario is None
    assert reading.diagnostics
    assert all(each.severity is Severity.ERROR and each.line >= 1 for each in reading.diagnostics)


@QUICK
@given(st.binary(max_size=300), st.sampled_from(Syntax))
def test_any_bytes_are_read(data: bytes, syntax: Syntax) -> None:
    read_scenario(data, syntax)


@QUICK
@given(json_values())
def test_any_json_document_is_read(value: Json) -> None:
    reading = read(value)
    assert reading.scenario is None
    assert reading.diagnostics


KEYS = st.sampled_from(["from", "template", "const", "default", "input", "x-a", "type", "properties", "$ref"])
EXPRESSIONS = st.sampled_from(["input.url", "steps.a", "null", "a.", "[?", "#", "${input}", "${", "result", ""])
VALUES = st.recursive(
    EXPRESSIONS | st.none() | st.integers(-9, 9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@QUICK
@given(VALUES, VALUES, VALUES, VALUES)
def test_whatever_stands_in_a_document_it_is_read_alike_in_both_syntaxes(
    tool_input: Json, output: Json, schema: Json, variables: Json
) -> None:
    document = scenario(
        step("a", input=tool_input, output=output),
        step("b", input={"x": tool_input}),
        input_schema=schema,
        vars=variables,
        output=output,
        on_error=[step("c", input={"x": output})],
    )
    text = json.dumps(document, indent=1).encode()
    as_json, as_yaml = read_scenario(text, Syntax.JSON), read_scenario(text, Syntax.YAML)
    assert as_json.document == as_yaml.document == document
    assert as_json.scenario == as_yaml.scenario
    assert as_json.diagnostics == as_yaml.diagnostics
