"""`callsheet lint`: what is found, in four formats; corrections; tools, live and locked."""

import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callsheet.cli.reports.checked import Checked
from callsheet.cli.reports.github import github_lines
from callsheet.cli.reports.sarif import sarif_log
from callsheet.lint.signatures import Signatures
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import JsonObject
from callsheet.tools.lockfile import read_lockfile, write_lockfile
from tests.cli.conftest import CommandLine, tool

YAML = """\
schema_version: "1"
scenario_id: broken
name: Broken
steps:
  - {name: a, type: tool, tool: echo, input: {text: {from: steps.nobody.output}}} # ü
"""


def write(callsheet: CommandLine, name: str, text: str) -> Path:
    file = callsheet.folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_clean_catalog_is_said_to_be_clean(callsheet: CommandLine) -> None:
    callsheet.scenario("fine", tool("one"))
    ended = callsheet("lint")
    assert (ended.status, ended.out) == (0, "Nothing to say about 1 file.\n")


def test_an_error_has_its_place_its_line_and_a_caret(callsheet: CommandLine) -> None:
    write(callsheet, "broken.yaml", YAML)
    ended = callsheet("lint", "broken.yaml")
    assert ended.status == 1
    head, line, caret, *_, last = ended.out.splitlines()
    assert head == "broken.yaml:5:54: E130 Unknown step 'nobody'."
    assert line.endswith("input: {text: {from: steps.nobody.output}}} # ü")
    assert line[caret.index("^") :].startswith("from: steps.nobody")
    assert last == "1 error in 1 file."
    assert "\x1b" not in ended.out


def test_json_is_the_documented_list(callsheet: CommandLine) -> None:
    write(callsheet, "broken.yaml", YAML)
    ended = callsheet("lint", "broken.yaml", "--format", "json")
    (found,) = json.loads(ended.out)
    assert ended.status == 1
    assert list(found) == ["file", "code", "severity", "pointer", "line", "column", "message", "hint"]
    assert (found["file"], found["code"], found["severity"]) == ("broken.yaml", "E130", "error")
    assert (found["pointer"], found["line"], found["column"]) == ("/steps/0/input/text/from", 5, 54)


def test_a_clean_catalog_is_an_empty_list(callsheet: CommandLine) -> None:
    assert json.loads(callsheet("lint", "--format", "json").out) == []


HOSTILE = Diagnostic(code="W240", pointer="/a\x1b", message="100% a,b:\nc\x1b[31m", hint="Do: it.", line=3, column=7)
WHOLE = Diagnostic(code="I310", pointer="", message="All of it.")


def test_github_gets_its_escapes() -> None:
    checked = Checked(file="a,b:c%.yaml", text="", diagnostics=(HOSTILE, WHOLE))
    assert list(github_lines([checked])) == [
        "::warning file=a%2Cb%3Ac%25.yaml,line=3,col=7,title=W240::100%25 a,b: c\\x1b[31m Do: it.",
        "::notice file=a%2Cb%3Ac%25.yaml,title=I310::All of it.",
    ]


def test_sarif_has_what_its_schema_requires() -> None:
    log: Any = sarif_log([Checked(file="dir/a b.yaml", text="", diagnostics=(HOSTILE, WHOLE, HOSTILE))])
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert (log["version"], run["tool"]["driver"]["name"]) == ("2.1.0", "callsheet")
    assert [(rule["id"], rule["defaultConfiguration"]["level"]) for rule in rules] == [
        ("I310", "note"),
        ("W240", "warning"),
    ]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"].isprintable() or "\n" in result["message"]["text"]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert places[0] == {"artifactLocation": {"uri": "dir/a%20b.yaml"}, "region": {"startLine": 3, "startColumn": 7}}
    assert "region" not in places[1]


@pytest.mark.parametrize("report", ["text", "json", "github", "sarif"])
def test_no_format_lets_a_document_move_the_cursor(callsheet: CommandLine, report: str) -> None:
    write(callsheet, "evil.json", '{"steps": [{"\\u001b[31m\\u202e": 1}],\x1b[31m "x\x7f\u202e": 1')
    write(callsheet, "evil2.json", json.dumps({"st\x1b[31m": 1, "name": "\u202e"}, ensure_ascii=False))
    ended = callsheet("lint", "evil.json", "evil2.json", "--format", report)
    assert ended.status == 1
    assert all(char == "\n" or char.isprintable() for char in ended.out + ended.err)


def test_what_does_not_exist_is_wrong_usage(callsheet: CommandLine) -> None:
    callsheet.scenario("fine", tool("one"))
    write(callsheet, "notes.txt", "")
    assert callsheet("lint", "nowhere.json").status == 2
    assert callsheet("lint", "notes.txt").status == 2
    assert callsheet("lint", "-").status == 2
    assert callsheet("lint", "--locked").status == 2
    assert callsheet("lint", "--format", "xml").status == 2


def test_standard_input_is_a_document(callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(YAML.encode()), "utf-8"))
    ended = callsheet("lint", "-", "--syntax", "yaml")
    assert ended.status == 1
    assert ended.out.startswith("<stdin>:5:54: E130 ")


def test_a_folder_means_its_documents_and_no_mcp_json(callsheet: CommandLine) -> None:
    write(callsheet, "broken.yaml", YAML)
    write(callsheet, ".hidden.yaml", YAML)
    ended = callsheet("lint", ".")
    assert ended.status == 1
    assert ended.out.endswith("1 error in 1 file.\n")


def test_certain_mistakes_are_corrected_in_the_file(callsheet: CommandLine) -> None:
    text = (
        '# top\nschema_version: "1"\nscenario_id: x\nname: X\nsteps:\n  - {name: a, type: tool, toool: echo}   # tail\n'
    )
    file = callsheet.folder / "x.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    file.chmod(0o640)
    ended = callsheet("lint", "x.yaml", "--fix")
    assert ended.status == 0
    assert ended.err == "x.yaml:6:27: corrected E100: The key 'toool' is now 'tool'.\n"
    assert file.read_bytes() == b"\xef\xbb\xbf" + text.replace("toool", "tool").encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in callsheet.folder.glob(".x*")] == []
    assert callsheet("lint", "x.yaml", "--fix").err == ""


def test_live_tools_are_checked(callsheet: CommandLine) -> None:
    callsheet.scenario("fine", tool("one", "echo"), tool("two", "no_such_tool"))
    assert "E150" not in callsheet("lint").out
    ended = callsheet("lint", "--live")
    assert ended.status == 1
    assert "E150" in ended.out
    assert "no_such_tool" in ended.out


def test_a_server_that_is_down_is_a_sentence_and_its_tools_are_not_missing(callsheet: CommandLine) -> None:
    callsheet.servers(ghost=["no-such-command-anywhere"])
    callsheet.scenario("fine", tool("one", "echo"))
    ended = callsheet("lint", "--live")
    assert ended.status == 0
    assert "The tool server 'ghost' cannot be asked" in ended.err
    assert "E150" not in ended.out


def test_the_lock_is_used_when_it_is_there(callsheet: CommandLine) -> None:
    callsheet.scenario("fine", tool("one", "echo"))
    assert callsheet("lock").status == 0
    callsheet.scenario("other", tool("one", "not_locked"))
    ended = callsheet("lint")
    assert ended.status == 1
    assert "not_locked" in ended.out
    assert callsheet("lint", "--no-locked").status == 0


def test_a_tool_that_changed_since_it_was_locked_is_an_error(callsheet: CommandLine) -> None:
    callsheet.scenario("fine", tool("one", "echo"))
    assert callsheet("lock").status == 0
    drift_in(callsheet)
    ended = callsheet("lint", "--live")
    assert ended.status == 1
    assert "E153" in ended.out
    assert "- description: What it was before.; + description: " in ended.out
    assert "'callsheet lock'" in ended.out


def drift_in(callsheet: CommandLine) -> None:
    """Lock another description than the server has."""
    path = callsheet.folder / "callsheet.lock"
    (old,) = read_lockfile(path)
    write_lockfile(path, Signatures([replace(old, description="What it was before.")]))


def test_a_link_out_of_the_folder_is_neither_followed_nor_quoted(callsheet: CommandLine) -> None:
    callsheet.scenario("fine", tool("one"))
    outside = callsheet.folder / "private.json"
    outside.write_text("a private key")
    (callsheet.folder / "scenarios" / "linked.json").symlink_to(outside)
    (callsheet.folder / "scenarios" / "within.json").symlink_to("fine.json")
    checked = callsheet("lint")
    assert "private" not in checked.out + checked.err
    assert "2 files" in checked.out + checked.err


def test_scenarios_beside_and_in_the_catalog_are_known(callsheet: CommandLine) -> None:
    callsheet.scenario("child", tool("one"))
    step: JsonObject = {"name": "c", "type": "scenario", "input": {}}
    document = {"schema_version": "1", "scenario_id": "parent", "name": "P"}
    write(callsheet, "p.json", json.dumps({**document, "steps": [{**step, "scenario_id": "child"}]}))
    assert callsheet("lint", "p.json").status == 0
    write(callsheet, "p.json", json.dumps({**document, "steps": [{**step, "scenario_id": "nobody"}]}))
    assert "E152" in callsheet("lint", "p.json").out


def test_the_lock_says_what_changed_and_check_writes_nothing(callsheet: CommandLine) -> None:
    lock = callsheet.folder / "callsheet.lock"
    callsheet.scenario("fine", tool("one", "echo"))
    assert callsheet("lock", "--check").status == 2
    first = callsheet("lock")
    assert (first.status, first.out) == (0, f"Locked 1 tool in {lock}.\n")
    assert callsheet("lock").out == f"The 1 tool in {lock} is what was locked; nothing was written.\n"
    assert callsheet("lock", "--check").status == 0
    drift_in(callsheet)
    before = lock.read_bytes()
    ended = callsheet("lock", "--check")
    assert ended.status == 1
    assert "~ raw/echo changed since it was locked" in ended.out
    assert "- description: What it was before." in ended.out
    assert lock.read_bytes() == before
    again = callsheet("lock")
    assert "~ raw/echo changed since it was locked" in again.out
    assert callsheet("lock", "--check").status == 0


def test_the_lock_is_left_alone_when_a_server_does_not_answer(callsheet: CommandLine) -> None:
    callsheet.scenario("fine", tool("one", "echo"))
    callsheet("lock")
    before = (callsheet.folder / "callsheet.lock").read_bytes()
    callsheet.servers(raw=["no-such-command-anywhere"])
    ended = callsheet("lock")
    assert ended.status == 1
    assert "Nothing is known now of 'echo'" in ended.err
    assert (callsheet.folder / "callsheet.lock").read_bytes() == before


def test_the_lock_names_each_tool_that_it_knows_nothing_of_once_and_with_its_server(callsheet: CommandLine) -> None:
    callsheet.servers(raw=["no-such-command-anywhere"], dead=["no-such-command-anywhere"])
    named = [{**tool(f"step_{n}", "echo"), "server": server} for n, server in enumerate(["raw", "dead", "raw"])]
    callsheet.scenario("fine", *named)
    assert "Nothing is known now of 'raw/echo', 'dead/echo', so the lock" in callsheet("lock").err


def test_all_tools_are_locked_when_that_is_asked_for(callsheet: CommandLine) -> None:
    callsheet.scenario("one", tool("first", "echo"))
    callsheet("lock")
    lock = callsheet.folder / "callsheet.lock"
    assert len(read_lockfile(lock)) == 1
    assert callsheet("lock", "--all", "--check").status == 1
    assert callsheet("lock", "--all").status == 0
    assert {"echo", "fail", "nap"} <= {each.name for each in read_lockfile(lock)}
    assert callsheet("lock", "--all", "--check").status == 0


def test_not_all_tools_are_locked_while_a_server_does_not_answer(callsheet: CommandLine) -> None:
    callsheet.scenario("one", tool("first", "echo"))
    callsheet("lock")
    before = (callsheet.folder / "callsheet.lock").read_bytes()
    servers = json.loads((callsheet.folder / "mcp.json").read_text(encoding="utf-8"))["mcpServers"]
    text = json.dumps({"mcpServers": {**servers, "dead": {"command": "false"}}})
    write(callsheet, "mcp.json", text)
    assert callsheet("lock").status == 0
    ended = callsheet("lock", "--all")
    assert ended.status == 1
    assert "the tools of 'dead'" in ended.err
    assert (callsheet.folder / "callsheet.lock").read_bytes() == before


def test_the_lock_names_the_documents_that_it_could_not_look_into(callsheet: CommandLine) -> None:
    callsheet.scenario("fine", tool("one", "echo"))
    write(callsheet, "scenarios/broken.yaml", "steps: [")
    ended = callsheet("lock")
    assert ended.status == 0
    assert "broken.yaml cannot be read" in ended.err


def test_a_tool_that_nobody_offers_is_said_and_the_others_are_locked(callsheet: CommandLine) -> None:
    callsheet.scenario("fine", tool("one", "echo"), tool("two", "no_such_tool"))
    ended = callsheet("lock")
    assert ended.status == 1
    assert "No server offers the tool 'no_such_tool'" in ended.err
    assert "Locked 1 tool " in ended.out


def test_schedules_and_hooks_are_checked_with_the_scenarios_around_them(callsheet: CommandLine) -> None:
    callsheet.scenario("fine", tool("one"))
    text = 'schema_version: "1"\nname: nightly\nscenario_id: fin\ncron: "30 2 * * *"\n'
    write(callsheet, "scenarios/nightly.schedule.yaml", text)
    write(callsheet, "scenarios/push.hook.json", '{"schema_version": "1", "name": "push", "scenario_id": "fine"}')
    ended = callsheet("lint", "--format", "json")
    found = {each["file"].rpartition("/")[2]: each for each in json.loads(ended.out)}
    assert ended.status == 1
    late, odd = found["nightly.schedule.yaml"], found["push.hook.json"]
    assert (late["code"], late["pointer"], late["line"]) == ("E152", "/scenario_id", 3)
    assert "fine" in late["hint"]
    assert (odd["code"], odd["pointer"]) == ("E100", "/secret")
    write(callsheet, "scenarios/nightly.schedule.yaml", text.replace("fin\n", "fine\n"))
    assert callsheet("lint", "scenarios/nightly.schedule.yaml").status == 0
