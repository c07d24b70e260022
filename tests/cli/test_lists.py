"""`callsheet scenarios`, `tools` and `doctor`."""

import json
import sys
from dataclasses import replace

import pytest

from callsheet.lint.signatures import Signatures
from callsheet.tools.lockfile import read_lockfile, write_lockfile
from tests.cli.conftest import RAW, CommandLine, tool


def test_scenarios_are_listed_with_the_broken_ones_and_their_lines(callsheet: CommandLine) -> None:
    callsheet.scenario("fine", tool("one"), tool("two"))
    (callsheet.folder / "scenarios" / "broken.json").write_text('{\n"a": 1,\n}', encoding="utf-8")
    ended = callsheet("scenarios")
    assert ended.status == 1
    table = [line.split() for line in ended.out.splitlines()]
    assert ["fine", "Fine", "scenarios/fine.json", "2"] in table
    assert ["broken", "broken", "scenarios/broken.json", "-", "1"] in table
    assert "scenarios/broken.json:3:" in ended.out
    assert "The JSON is broken" in ended.out


def test_scenarios_as_json(callsheet: CommandLine) -> None:
    callsheet.scenario("fine", tool("one"))
    ended = callsheet("scenarios", "--json")
    (entry,) = json.loads(ended.out)
    assert ended.status == 0
    assert (entry["scenario_id"], entry["steps"], entry["problems"]) == ("fine", 1, [])


def test_no_scenarios_is_a_sentence(callsheet: CommandLine) -> None:
    assert "There is no scenario in" in callsheet("scenarios").err


def test_a_name_with_markup_and_controls_is_shown_as_it_is(callsheet: CommandLine) -> None:
    callsheet.scenario("odd", tool("one"), name="[red]x[/red] \x1b[31m")
    assert "[red]x[/red] \\x1b[31m" in callsheet("scenarios").out


def test_a_dead_server_does_not_hide_the_others(callsheet: CommandLine) -> None:
    callsheet.servers(raw=[sys.executable, str(RAW)], ghost=["no-such-command-anywhere"])
    ended = callsheet("tools")
    assert ended.status == 1
    assert "✓ raw  stdio, protocol 2026-07-28" in ended.out
    assert "✗ ghost: " in ended.out
    assert "no-such-command-anywhere" in ended.out
    raw, ghost = json.loads(callsheet("tools", "--json").out)
    assert "echo" in [each["name"] for each in raw["tools"]]
    assert (raw["error"], ghost["tools"]) == (None, [])
    assert "no-such-command-anywhere" in ghost["error"]


def test_no_tool_servers_is_a_sentence(callsheet: CommandLine) -> None:
    (callsheet.folder / "mcp.json").unlink()
    ended = callsheet("tools")
    assert ended.status == 0
    assert "No tool servers are configured" in ended.err


def test_the_doctor_finds_nothing_wrong_and_leaves_no_trace(callsheet: CommandLine) -> None:
    callsheet.scenario("fine", tool("one"))
    (callsheet.folder / "callsheet.toml").write_text("port = 9\n", encoding="utf-8")
    ended = callsheet("doctor", "--data", "elsewhere")
    assert ended.status == 0
    assert f"data = {callsheet.folder / 'elsewhere'} (from the command line)" in ended.out
    assert "port = 9 (from callsheet.toml)" in ended.out
    assert "host = 127.0.0.1 (from the default)" in ended.out
    assert "does not exist yet; the first run makes it" in ended.out
    assert "1 scenario in" in ended.out
    assert "The tool server 'raw' answers over stdio, protocol 2026-07-28" in ended.out
    assert ended.out.endswith("Everything is as it should be.\n")
    assert not (callsheet.folder / "elsewhere").exists()


def test_the_doctor_names_everything_that_is_broken(callsheet: CommandLine) -> None:
    callsheet.servers(ghost=["no-such-command-anywhere"])
    (callsheet.folder / "scenarios" / "broken.json").write_text("[", encoding="utf-8")
    (callsheet.folder / ".callsheet").mkdir()
    (callsheet.folder / ".callsheet" / "journal.db").write_text("this is no database, " * 100, encoding="utf-8")
    ended = callsheet("doctor")
    bad = [line for line in ended.out.splitlines() if line.startswith("✗")]
    assert ended.status == 1
    assert ["is not a journal" in bad[0], "'broken' is broken" in bad[1], "'ghost' cannot be used" in bad[2]] == [
        True
    ] * 3
    assert len(bad) == 3


@pytest.mark.parametrize(("policy", "mark", "status"), [("strict", "✗", 1), ("warn", "·", 0)])
def test_the_doctor_names_tools_that_are_not_as_they_were_locked(
    callsheet: CommandLine, policy: str, mark: str, status: int
) -> None:
    lock = {"callsheet": {"lock": policy}}
    entry = {"command": sys.executable, "args": [str(RAW)], **lock}
    (callsheet.folder / "mcp.json").write_text(json.dumps({"mcpServers": {"raw": entry}}), encoding="utf-8")
    callsheet.scenario("fine", tool("one", "echo"))
    assert callsheet("lock").status == 0
    assert callsheet("doctor").status == 0
    path = callsheet.folder / "callsheet.lock"
    (old,) = read_lockfile(path)
    write_lockfile(path, Signatures([replace(old, description="What it was before.")]))
    ended = callsheet("doctor")
    assert ended.status == status
    assert f"{mark} Tools of 'raw' are not as in callsheet.lock" in ended.out
    path.write_text("{}", encoding="utf-8")
    assert f"✗ {path}: " in callsheet("doctor").out


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("callsheet.toml", "prot = 1", "✗ There is no setting 'prot' (from callsheet.toml). Did you mean 'port'?"),
        ("mcp.json", "{", "mcp.json: not JSON"),
    ],
)
def test_the_doctor_explains_a_broken_configuration(
    callsheet: CommandLine, file: str, text: str, sentence: str
) -> None:
    (callsheet.folder / file).write_text(text, encoding="utf-8")
    ended = callsheet("doctor")
    assert ended.status == 1
    assert sentence in ended.out
