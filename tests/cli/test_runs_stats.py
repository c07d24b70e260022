"""`callsheet runs stats`."""

import json

import pytest

from callsheet.cli.screen import output
from callsheet.cli.stats_shown import show
from callsheet.runs.events import RunId
from callsheet.runs.statistics.report import FailureFigures, Outcomes, Report, ScenarioFigures, ToolFigures, ToolName
from tests.cli.conftest import CommandLine, tool
from tests.support.events import NOON


def test_a_report_tells_of_scenarios_tools_steps_and_failures(callsheet: CommandLine) -> None:
    callsheet.scenario("good", tool("greet", who="Ada"))
    callsheet.scenario(
        "bad", tool("greet", who="Ada"), {**tool("break", "fail", message="no [red]way"), "server": "raw"}
    )
    for name in ("good", "good", "bad"):
        callsheet("run", name)
    ended = callsheet("runs", "stats")
    assert ended.status == 0
    lines = [line.split() for line in ended.out.splitlines()]
    assert ended.out.startswith("3 runs from ")
    assert ["good", "2", "2", "0", "0", "██████████", "100", "%"] in [line[:8] for line in lines]
    assert ["bad", "1", "0", "1", "0", "░░░░░░░░░░", "0", "%"] in [line[:8] for line in lines]
    assert ["echo", "3", "3", "0"] in [line[:4] for line in lines]
    assert ["raw/fail", "1", "0", "1"] in [line[:4] for line in lines]
    assert "no [red]way" in ended.out
    assert lines[[line[:1] for line in lines].index(["FAILURES"]) + 1][:2] == ["ToolError", "1"]
    told = ended.out.splitlines()[-1].removeprefix("Runs of a code: callsheet ")
    assert told == "runs list --status failed --error-code ToolError --started-after 7d"
    assert [row["scenario_id"] for row in json.loads(callsheet(*told.split(), "--json").out)] == ["bad"]


def test_the_json_is_that_of_the_api(callsheet: CommandLine) -> None:
    callsheet.scenario("good", tool("greet", who="Ada"))
    callsheet("run", "good")
    body = json.loads(callsheet("runs", "stats", "--json", "--since", "1h").out)
    assert (body["runs"], body["truncated"]) == (1, False)
    assert body["scenarios"][0]["success_rate"] == 1.0
    assert body["tools"][0]["tool"] == "echo"


def test_a_window_and_a_scenario_can_be_chosen(callsheet: CommandLine) -> None:
    callsheet.scenario("good", tool("greet", who="Ada"))
    callsheet("run", "good")
    for arguments, runs in [
        (("--since", "2020-01-01"), 1),
        (("--since", "2020-01-01", "--until", "1h"), 0),
        (("--scenario", "good"), 1),
        (("--scenario", "other"), 0),
    ]:
        assert json.loads(callsheet("runs", "stats", "--json", *arguments).out)["runs"] == runs


def test_no_runs_is_a_sentence_and_leaves_no_trace(callsheet: CommandLine) -> None:
    ended = callsheet("runs", "stats")
    assert (ended.status, ended.err) == (0, "There are no such runs.\n")
    assert json.loads(callsheet("runs", "stats", "--json").out)["runs"] == 0
    assert not (callsheet.folder / ".callsheet").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--since", "soon"), "--since cannot be 'soon'; 7d, 12h, 2w, 45m is, or a moment such as 2026-04-24."),
        (("--until", "\x1b[2J"), "--until cannot be"),
        (("--since", "999999w"), "before the year 1"),
        (("--since", "1h", "--until", "2h"), "--since is not before --until"),
        (("--since", "9999-01-01"), "--since is not before --until"),
    ],
)
def test_what_is_no_window_is_refused(callsheet: CommandLine, arguments: tuple[str, ...], sentence: str) -> None:
    ended = callsheet("runs", "stats", *arguments)
    assert ended.status == 2
    assert sentence in ended.err
    assert "\x1b" not in ended.err


def test_what_others_wrote_has_no_effect_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "x\x1b[2J\r\n\x9b31m[red]\u202e"
    report = Report(
        since=NOON,
        until=NOON,
        runs=1,
        truncated=True,
        scenarios=[ScenarioFigures(scenario_id=evil, runs=1000, cancelled=0, outcomes=Outcomes(success=999, failed=1))],
        tools=[ToolFigures(name=ToolName(server=evil, tool=evil), calls=1, outcomes=Outcomes())],
        slowest_steps=[],
        failures=[
            FailureFigures(
                code=evil, count=1, last_run_id=RunId("r"), last_scenario_id=evil, last_message=f"{evil}\nforged"
            )
        ],
    )
    show(output(), report)
    shown = capsys.readouterr().out
    assert "There are more: these are the newest." in shown
    assert "█████████░ 99.9 %" in shown
    assert not {"\x1b", "\r", "\x9b", "\u202e"} & set(shown)
    assert not any(line.startswith("forged") for line in shown.splitlines())
