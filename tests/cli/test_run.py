"""`callsheet run` in this process, on a real tool server."""

import json
from pathlib import Path

import pytest

from callsheet.cli import inputs
from callsheet.scenario.json import JsonObject
from tests.cli.conftest import CommandLine, tool

SCHEMA: JsonObject = {
    "type": "object",
    "required": ["who"],
    "properties": {"who": {"type": "string"}, "count": {"type": "integer"}},
}


@pytest.fixture
def hello(callsheet: CommandLine) -> CommandLine:
    """The command line with a scenario that succeeds."""
    greet = tool("greet", who={"from": "input.who"}, count={"from": "input.count", "default": 1})
    callsheet.scenario("hello", greet, input_schema=SCHEMA)
    return callsheet


def nothing_was_recorded(callsheet: CommandLine) -> bool:
    return json.loads(callsheet("runs", "list", "--json").out) == []


def test_a_run_that_succeeds_writes_its_output_and_ends_with_0(hello: CommandLine) -> None:
    ended = hello("run", "hello", "--input", "who=Ada", "-i", "count=3")
    assert ended.status == 0
    assert json.loads(ended.out) == {"who": "Ada", "count": 3}
    lines = [line[10:].split("  ")[0] for line in ended.err.splitlines()]
    assert lines == ["run started", "step started", "step finished", "run finished"]
    assert "greet (echo)" in ended.err


def test_a_run_that_fails_says_where_and_why_and_what_to_do_and_ends_with_1(callsheet: CommandLine) -> None:
    callsheet.scenario("fails", tool("first", a=1), tool("second", "fail", message="no\nway \x1b[31m[bold]"))
    ended = callsheet("run", "fails")
    assert (ended.status, ended.out) == (1, "")
    error, why, to_do = ended.err.splitlines()[-3:]
    assert error.endswith("of fails failed in step second (fail), attempt 1.")
    assert error.startswith("Error: Run ")
    assert why.startswith("  why    ToolError: ")
    assert "no way \\x1b[31m[bold]" in why
    assert "callsheet runs show" in to_do
    assert "\x1b" not in ended.err


def test_a_result_that_cannot_be_used_is_not_always_the_fault_of_an_output_schema(callsheet: CommandLine) -> None:
    callsheet.scenario("fails", {**tool("first", "echo"), "result_format": "json"}, tool("second", "mismatch"))
    to_do = callsheet("run", "fails").err.splitlines()[-1]
    assert "breaks its own outputSchema" not in to_do
    assert "result_format" in to_do


def test_json_is_the_journal_line_by_line_and_nothing_else(hello: CommandLine) -> None:
    ended = hello("run", "hello", "-i", "who=größer", "--json")
    events = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.status == 0
    assert [event["type"] for event in events] == ["run_started", "step_started", "step_finished", "run_finished"]
    assert [event["seq"] for event in events] == [1, 2, 3, 4]
    assert "größer" in ended.out
    assert hello("runs", "events", "last", "--json").out == ended.out


def test_json_of_a_run_that_fails_keeps_the_error_out_of_standard_output(callsheet: CommandLine) -> None:
    callsheet.scenario("fails", tool("only", "fail"))
    ended = callsheet("run", "fails", "--json")
    assert ended.status == 1
    assert json.loads(ended.out.splitlines()[-1])["status"] == "failed"
    assert "Error: Run " in ended.err


def test_a_scenario_can_be_a_file_that_is_in_no_catalog(callsheet: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.yaml"
    file.write_text(
        "schema_version: '1'\nscenario_id: mine\nname: Mine\n"
        "steps:\n  - {name: a, type: tool, tool: echo, input: {x: 1}}\n",
        encoding="utf-8",
    )
    ended = callsheet("run", str(file))
    assert (ended.status, json.loads(ended.out)) == (0, {"x": 1})
    assert json.loads(callsheet("runs", "list", "--json").out)[0]["scenario_id"] == "mine"


@pytest.mark.parametrize(
    ("arguments", "sentence", "problem"),
    [
        (["hello"], 'does not fit, as a whole: "who" is a required property.', None),
        (
            ["hello", "-i", "who=A", "-i", "count=x"],
            "at /count: 'x' is not JSON, and the input_schema wants integer.",
            None,
        ),
        (["hello", "-i", "who:=1", "-i", 'count:="x"'], "at /count: ", "  at /who: 1 is not of type"),
        (["hello", "-i", "@nowhere"], "cannot be read from 'nowhere'", None),
        (["helo", "-i", "who=A"], "Unknown scenario_id: helo. Did you mean 'hello'?", None),
        (["nowhere.yaml"], "The scenario cannot be read from nowhere.yaml", None),
        (["hello", "--timeout", "soon"], "--timeout cannot be 'soon': a duration is a text such as", None),
    ],
)
def test_what_cannot_begin_gets_a_sentence_and_2_and_is_not_recorded(
    hello: CommandLine, arguments: list[str], sentence: str, problem: str | None
) -> None:
    ended = hello("run", *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("Error: ")
    assert sentence in ended.err
    assert "Traceback" not in ended.err
    assert problem is None or problem in ended.err
    assert nothing_was_recorded(hello)


def test_a_broken_scenario_is_refused_with_its_line(callsheet: CommandLine) -> None:
    (callsheet.folder / "scenarios" / "broken.json").write_text('{\n  "steps": [,]\n}', encoding="utf-8")
    ended = callsheet("run", "broken")
    assert ended.status == 2
    assert "The scenario 'broken' has errors and cannot run. The first, in scenarios/broken.json line 2" in ended.err
    assert nothing_was_recorded(callsheet)


def test_a_tool_server_that_does_not_start_fails_the_step_with_the_way_to_the_doctor(callsheet: CommandLine) -> None:
    callsheet.servers(ghost=["no-such-command-anywhere"])
    callsheet.scenario("haunted", tool("only"))
    ended = callsheet("run", "haunted")
    assert ended.status == 1
    assert "no-such-command-anywhere" in ended.err
    assert "  to do  'callsheet doctor' says" in ended.err


def test_after_its_timeout_a_run_is_cancelled(callsheet: CommandLine) -> None:
    callsheet.scenario("slow", tool("wait", "nap"))
    ended = callsheet("run", "slow", "--timeout", "50ms")
    assert ended.status == 1
    assert "The run takes longer than 0.05 s: cancelling it." in ended.err
    assert json.loads(callsheet("runs", "list", "--json").out)[0]["status"] == "cancelled"


def test_a_broken_mcp_file_is_a_sentence(callsheet: CommandLine) -> None:
    callsheet.scenario("hello", tool("only"))
    (callsheet.folder / "mcp.json").write_text('{"mcpServers": {"a": {}}}', encoding="utf-8")
    ended = callsheet("run", "hello")
    assert ended.status == 2
    assert ended.err.startswith("Error: ")
    assert "server 'a'" in ended.err


def test_a_fault_of_ours_is_a_sentence_and_70_and_tells_its_place_when_asked(
    hello: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(source: object) -> None:
        raise ZeroDivisionError("boom\x1b")

    monkeypatch.setattr(inputs, "decode_json", explode)
    ended = hello("run", "hello", "-i", "who:=1")
    assert ended.status == 70
    assert ended.err.startswith("Error: Callsheet itself failed (ZeroDivisionError: boom\\x1b). This is a defect")
    assert "Traceback" not in ended.err
    assert "Traceback" in hello("--traceback", "run", "hello", "-i", "who:=1").err
    monkeypatch.setenv("CALLSHEET_LOG_LEVEL", "DEBUG")
    assert "Traceback" in hello("run", "hello", "-i", "who:=1").err
