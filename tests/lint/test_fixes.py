"""Certain corrections are made in the text, everything else in it stays as it is."""

import json

import pytest

from callsheet.lint.document import read_scenario
from callsheet.lint.fixes import fix
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import Json
from callsheet.scenario.source import Syntax
from tests.support.scenarios import scenario, step

HEAD = 'schema_version: "1"\nscenario_id: test\nname: Test\n'


def fixed(text: str, syntax: Syntax = Syntax.YAML) -> tuple[str, list[str]]:
    def check(changed: str) -> tuple[Diagnostic, ...]:
        return read_scenario(changed.encode(), syntax).diagnostics

    done = fix(text, syntax, check)
    return done.text, [each.code for each in done.fixes]


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        ("  - {name: a, type: tool, toool: x} # c", "  - {name: a, type: tool, tool: x} # c", ["E100"]),
        ("  - {name: a, type: tool, 'toool' : x}", "  - {name: a, type: tool, 'tool' : x}", ["E100"]),
        ('  - {"name": a, "type": tool, "toool": x}', '  - {"name": a, "type": tool, "tool": x}', ["E100"]),
        ("  - {name: a, type: tool, tool: x, whn: input}", "  - {name: a, type: tool, tool: x, when: input}", ["E100"]),
        (
            "  - {name: a, type: tool, tool: x, when: 'input.a == null || input.null == true'}  #  null",
            "  - {name: a, type: tool, tool: x, when: 'input.a == `null` || input.null == `true`'}  #  null",
            ["E112", "E112"],
        ),
        (
            '  - name: a\n    type: tool\n    tool: x\n    when: >\n      "null" !=\n        null && input.a',
            '  - name: a\n    type: tool\n    tool: x\n    when: >\n      "null" !=\n        `null` && input.a',
            ["E112"],
        ),
        (
            '  - {name: a, type: transform, output: {template: "null ${input.a == null} ${run.id}"}}',
            '  - {name: a, type: transform, output: {template: "null ${input.a == `null`} ${run.id}"}}',
            ["E112"],
        ),
        (
            '  - {name: a, type: transform, output: {From: "run.id"}}',
            '  - {name: a, type: transform, output: {from: "run.id"}}',
            ["W240"],
        ),
    ],
)
def test_a_certain_mistake_is_corrected_where_it_stands(before: str, after: str, codes: list[str]) -> None:
    text = f"# top\r\n{HEAD}steps: # é\n{before}\n\n\n# end"
    assert fixed(text) == (f"# top\r\n{HEAD}steps: # é\n{after}\n\n\n# end", codes)


@pytest.mark.parametrize(
    "line",
    [
        "  - {name: a, type: tool, tool: x, toool: y}",
        "  - {name: a, type: tool, tool: x, banana: y}",
        "  - {name: a, type: transfrom, output: 1}",
        "  - {name: a, type: transform, output: 1, tool: x}",
        "  - {name: a, type: transform, output: {From: me@example.org}}",
        "  - {name: a, type: transform, output: {Env: PRODUCTION}}",
        "  - {name: a, type: transform, output: {from: steps.b.output}}",
    ],
)
def test_what_may_be_meant_otherwise_is_left_alone(line: str) -> None:
    text = f"{HEAD}steps:\n{line}\n"
    assert fixed(text) == (text, [])


def test_json_keeps_its_spaces_and_its_escapes() -> None:
    text = json.dumps(scenario(step(when='input.a == null && input.b != "ü"', timout="5s")), indent=7)
    assert "\\u00fc" in text
    result, codes = fixed(text, Syntax.JSON)
    assert result == text.replace("timout", "timeout").replace("== null", "== `null`")
    assert codes == ["E100", "E112"]


@pytest.mark.parametrize("document", [None, [], {"steps": 5}, scenario(steps=[{"type": []}])])
def test_a_document_that_is_no_scenario_is_left_alone(document: Json) -> None:
    text = json.dumps(document)
    assert fixed(text, Syntax.JSON) == (text, [])
    assert fixed("[", Syntax.YAML) == ("[", [])
