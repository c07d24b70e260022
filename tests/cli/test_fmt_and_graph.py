"""`callsheet fmt` and `callsheet graph`."""

import io
import json
import sys

import pytest

from tests.cli.conftest import CommandLine, tool

UGLY = '# top\nname: X\nscenario_id: x\nschema_version: "1"\nsteps:\n- {type: tool, name: a, tool: on}\n'
NICE = '# top\nschema_version: "1"\nscenario_id: x\nname: X\nsteps:\n  - {name: a, type: tool, tool: on}\n'


def test_check_shows_what_would_change_and_writes_nothing(callsheet: CommandLine) -> None:
    file = callsheet.folder / "x.yaml"
    file.write_text(UGLY, encoding="utf-8")
    ended = callsheet("fmt", "x.yaml", "--check")
    assert ended.status == 1
    assert ended.out.startswith("--- x.yaml\n+++ x.yaml (formatted)\n")
    assert "+  - {name: a, type: tool, tool: on}" in ended.out
    assert file.read_text(encoding="utf-8") == UGLY


def test_a_file_is_formatted_once(callsheet: CommandLine) -> None:
    file = callsheet.folder / "x.yaml"
    file.write_text(UGLY, encoding="utf-8")
    ended = callsheet("fmt", "x.yaml")
    assert (ended.status, ended.out) == (0, "Formatted x.yaml.\n")
    assert file.read_text(encoding="utf-8") == NICE
    assert callsheet("fmt", "x.yaml").out == ""
    assert callsheet("fmt", "x.yaml", "--check").status == 0


def test_what_cannot_be_read_is_said_and_left_alone(callsheet: CommandLine) -> None:
    file = callsheet.folder / "x.json"
    file.write_text('{"a": 1,\n"a": 2}', encoding="utf-8")
    ended = callsheet("fmt", "x.json")
    assert ended.status == 1
    assert ended.err.startswith("x.json:2:1: E100 ")
    assert file.read_text(encoding="utf-8") == '{"a": 1,\n"a": 2}'


def test_the_catalog_is_formatted_when_nothing_is_named(callsheet: CommandLine) -> None:
    file = callsheet.scenario("fine", tool("one"))
    assert callsheet("fmt").out == "Formatted scenarios/fine.json.\n"
    assert file.read_text(encoding="utf-8").startswith('{\n  "schema_version": "1",\n')


def test_conversion_goes_to_standard_output(callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    (callsheet.folder / "x.yaml").write_text(UGLY, encoding="utf-8")
    ended = callsheet("fmt", "x.yaml", "--to", "json")
    assert json.loads(ended.out)["steps"] == [{"name": "a", "type": "tool", "tool": "on"}]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ended.out.encode()), "utf-8"))
    back = callsheet("fmt", "-", "--syntax", "json", "--to", "yaml")
    assert '    tool: "on"\n' in back.out
    assert callsheet("fmt", "x.yaml", "x.yaml", "--to", "json", "--check").status == 2


def test_the_graph_of_a_scenario_or_of_a_file(callsheet: CommandLine) -> None:
    file = callsheet.scenario("fine", tool("one"), tool("two", text={"from": "steps.one.output"}))
    by_id = callsheet("graph", "fine", "--data")
    assert by_id.status == 0
    assert by_id.out.startswith("flowchart TD\n")
    assert "step_one ==> step_two" in by_id.out
    assert callsheet("graph", str(file), "--data").out == by_id.out


def test_the_graph_of_what_cannot_be_read_is_a_sentence(callsheet: CommandLine) -> None:
    (callsheet.folder / "x.yaml").write_text("steps: [", encoding="utf-8")
    ended = callsheet("graph", "x.yaml")
    assert (ended.status, ended.out) == (1, "")
    assert "x.yaml:2:1: E100" in ended.err or "x.yaml:1:" in ended.err
    assert callsheet("graph", "nobody").status == 2
