"""`callsheet runs …` without a server."""

import asyncio
import json

import pytest

from callsheet.runs.events import RunId
from callsheet.settings import load_settings
from callsheet.storage import open_journal
from tests.cli.conftest import CommandLine, tool
from tests.support.events import new_run


@pytest.fixture
def ran(callsheet: CommandLine) -> CommandLine:
    """The command line after a run that succeeded and one that failed."""
    callsheet.scenario("good", tool("greet", who="Ada"))
    callsheet.scenario("bad", tool("break", "fail", message="no [red]way"))
    assert callsheet("run", "good").status == 0
    assert callsheet("run", "bad").status == 1
    return callsheet


def leave_unfinished(callsheet: CommandLine) -> RunId:
    """A run that another process accepted and never got to, as after a crash."""
    document = (callsheet.folder / "scenarios" / "good.json").read_bytes()

    async def create() -> RunId:
        async with open_journal(load_settings(folder=callsheet.folder)) as journal:
            return (await journal.create(new_run(scenario_id="good", definition=document))).run_id

    return asyncio.run(create())


def test_runs_are_listed_newest_first_and_filtered(ran: CommandLine) -> None:
    rows = json.loads(ran("runs", "list", "--json").out)
    assert [(row["scenario_id"], row["status"]) for row in rows] == [("bad", "failed"), ("good", "success")]
    table = ran("runs", "list").out
    assert "no [red]way" in table
    for arguments in (["--status", "success"], ["--scenario", "good"]):
        filtered = ran("runs", "list", *arguments).out
        assert rows[1]["run_id"] in filtered
        assert rows[0]["run_id"] not in filtered
    assert [row["error_code"] for row in rows] == ["ToolError", None]
    for arguments in (["--error-code", "Internal,ToolError"], ["--started-after", "1h", "--error-code", "ToolError"]):
        assert json.loads(ran("runs", "list", "--json", *arguments).out) == rows[:1]
    for arguments in (["--error-code", "Internal"], ["--started-before", "1h"], ["--started-after", "2100-01-01"]):
        assert "There are no such runs." in ran("runs", "list", *arguments).err
    assert len(json.loads(ran("runs", "list", "--json", "--limit", "1").out)) == 1
    assert "OWNER" not in table, "all are of this machine's people"
    assert len(json.loads(ran("runs", "list", "--json", "--owner", "local").out)) == len(rows)
    assert "There are no such runs." in ran("runs", "list", "--owner", "key:nobody").err
    assert "There are no such runs." in ran("runs", "list", "--status", "queued,waiting").err


def test_a_run_is_shown_with_its_steps_and_output_or_error(ran: CommandLine) -> None:
    failed = ran("runs", "show", "last")
    assert failed.status == 0
    assert "ToolError in step break, attempt 1" in failed.out
    run_id = json.loads(ran("runs", "list", "--json", "--scenario", "good").out)[0]["run_id"]
    shown = ran("runs", "show", run_id).out
    assert '"who": "Ada"' in shown
    assert "✓  greet  echo  success" in shown
    assert json.loads(ran("runs", "show", run_id, "--json").out)["output"] == {"who": "Ada"}


def test_a_run_can_be_named_by_how_its_id_begins(ran: CommandLine) -> None:
    newest, other = (row["run_id"] for row in json.loads(ran("runs", "list", "--json").out))
    length = next(n for n in range(37) if not other.startswith(newest[:n]))
    assert json.loads(ran("runs", "show", newest[: length + 1], "--json").out)["run_id"] == newest
    ambiguous = ran("runs", "show", newest[:2])
    assert (ambiguous.status, "2 runs begin with" in ambiguous.err) == (2, True)


@pytest.mark.parametrize("command", ["show", "events", "cancel"])
def test_an_unknown_run_is_a_sentence(ran: CommandLine, command: str) -> None:
    for name in ("ffffffff", "00000000-0000-7000-8000-000000000001"):
        ended = ran("runs", command, name)
        assert ended.status == 2
        assert ended.err.startswith("Error: There is no run ")


def test_an_unknown_status_is_a_sentence_with_the_known_ones(ran: CommandLine) -> None:
    ended = ran("runs", "list", "--status", "bad")
    assert ended.status == 2
    assert ended.err.startswith("Error: --status cannot be 'bad'. There are: queued, running,")


def test_events_are_lines_for_people_and_begin_after_a_seq(ran: CommandLine) -> None:
    lines = ran("runs", "events", "last").out.splitlines()
    assert len(lines) == 4
    assert "step finished  break: failed" in lines[2]
    assert ran("runs", "events", "last", "--after", "2", "--follow").out.splitlines() == lines[2:]


def test_nothing_ran_yet_is_no_fault_of_a_list(callsheet: CommandLine) -> None:
    assert (callsheet("runs", "list").status, callsheet("runs", "list").err) == (0, "There are no runs yet.\n")
    ended = callsheet("runs", "show", "last")
    assert ended.status == 1
    assert "nothing has run with this data folder yet" in ended.err
    assert not (callsheet.folder / ".callsheet").exists()


def test_following_a_run_that_nobody_works_on_ends_and_says_so(ran: CommandLine) -> None:
    ended = ran("runs", "events", leave_unfinished(ran), "--follow")
    assert ended.status == 0
    assert ended.err == "No process works on this run now. 'callsheet serve' goes on with it.\n"


def test_an_unfinished_run_is_cancelled_and_no_other_is_touched(ran: CommandLine) -> None:
    run_id, other = leave_unfinished(ran), leave_unfinished(ran)
    ended = ran("runs", "cancel", run_id)
    assert (ended.status, ended.err) == (0, f"Run {run_id} was cancelled.\n")
    assert json.loads(ran("runs", "show", run_id, "--json").out)["status"] == "cancelled"
    assert json.loads(ran("runs", "show", other, "--json").out)["status"] == "queued"
    assert "has ended before: cancelled" in ran("runs", "cancel", run_id).err


def test_a_run_leaves_the_unfinished_ones_of_others_alone(ran: CommandLine) -> None:
    other = leave_unfinished(ran)
    assert ran("run", "good").status == 0
    assert json.loads(ran("runs", "show", other, "--json").out)["status"] == "queued"
