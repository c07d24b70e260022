"""`callsheet runs retry`, `fork`, `resume`, `delete`, `prune`, and many runs at once, without a server."""

import json
import re
from pathlib import Path

import pytest

from callsheet.cli.recorded import local_subject
from tests.cli.conftest import CommandLine, tool
from tests.cli.test_runs import leave_unfinished


def rows(callsheet: CommandLine, *arguments: str) -> list[dict[str, str]]:
    return json.loads(callsheet("runs", "list", "--json", *arguments).out)


@pytest.fixture
def ran(callsheet: CommandLine) -> CommandLine:
    """The command line after a run whose second step failed, and one that succeeded."""
    callsheet.scenario("good", tool("greet", who="Ada"))
    callsheet.scenario("bad", tool("first", who="Ada"), tool("second", "fail", message="no way"))
    assert callsheet("run", "bad", "--priority", "5").status == 1
    assert callsheet("run", "good").status == 0
    return callsheet


def test_a_failed_run_is_retried_with_the_scenario_as_it_is_now(ran: CommandLine) -> None:
    [old] = rows(ran, "--scenario", "bad")
    again = ran("runs", "retry", old["run_id"])
    assert (again.status, "first: success" in again.err) == (1, True)
    ran.scenario("bad", tool("first", who="Ada"), tool("second", who="Eve"))
    mended = ran("runs", "retry", old["run_id"], "--latest")
    assert (mended.status, json.loads(mended.out)) == (0, {"who": "Eve"})
    shown = ran("runs", "show", "last")
    assert f"{old['run_id']}, from second" in shown.out
    assert json.loads(ran("runs", "show", "last", "--json").out)["priority"] == 5


def test_a_run_is_forked_from_a_step_with_another_input(callsheet: CommandLine) -> None:
    callsheet.scenario("two", tool("a", who={"from": "input.who"}), tool("b", who={"from": "input.who"}))
    assert callsheet("run", "two", "-i", "who=Ada").status == 0
    forked = callsheet("runs", "fork", "last", "--from", "b", "-i", "who=Eve")
    assert (forked.status, json.loads(forked.out)) == (0, {"who": "Eve"})
    shown = json.loads(callsheet("runs", "show", "last", "--json").out)
    assert [step["output"] for step in shown["steps"]] == [{"who": "Ada"}, {"who": "Eve"}]
    lines = callsheet("runs", "fork", "last", "--json").out.splitlines()
    assert json.loads(lines[0])["forked_from"] == {"run_id": shown["run_id"], "from_step": None}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("runs", "fork", "last", "--from", "greeting"), "never came to a step 'greeting'"),
        (("runs", "fork", "last", "--latest", "--revision", "x"), "not both"),
        (("runs", "fork", "last", "--revision", "x"), "here ever had the revision 'x'"),
        (("runs", "delete"), "Say which run to delete"),
        (("runs", "delete", "last", "--status", "failed"), "are both given"),
        (("runs", "delete", "--status", "failed"), "Say --yes to do it"),
        (("runs", "cancel", "--started-before", "soon"), "--started-before cannot be 'soon'"),
        (("runs", "retry", "--error-code", "Tool Error"), "--error-code: 'Tool Error' is no error code"),
        (("runs", "retry", "last", "--error-code", "ToolError"), "are both given"),
        (("runs", "prune", "--older-than", "30"), "--older-than cannot be '30'"),
        (("runs", "prune", "--older-than", "999999w"), "before the year 1"),
    ],
)
def test_what_cannot_be_is_a_sentence(ran: CommandLine, arguments: tuple[str, ...], says: str) -> None:
    ended = ran(*arguments)
    assert (ended.status, says in ended.err) == (2, True), ended.err


def test_what_did_not_fail_is_not_retried_and_what_has_ended_is_not_resumed(ran: CommandLine) -> None:
    for command in ("retry", "resume"):
        ended = ran("runs", command, "last")
        assert (ended.status, ended.err.startswith("Error: Run ")) == (1, True), ended.err


def test_a_run_that_nobody_works_on_is_resumed_here(ran: CommandLine) -> None:
    run_id = leave_unfinished(ran)
    ended = ran("runs", "resume", run_id)
    assert (ended.status, "run finished   failed" in ended.err) == (1, True)  # it began at NOON: its hour is over


def test_runs_are_removed_one_by_one_or_by_what_they_are(ran: CommandLine) -> None:
    bad, unfinished = rows(ran, "--scenario", "bad")[0]["run_id"], leave_unfinished(ran)
    assert ran("runs", "delete", unfinished).status == 1
    assert ran("runs", "delete", bad).err == f"Run {bad} was removed.\n"
    good = rows(ran, "--status", "success")[0]["run_id"]
    tried = ran("runs", "delete", "--status", "success", "--dry-run")
    assert (tried.status, tried.out) == (0, f"{good}\n")
    done = ran("runs", "delete", "--status", "success", "--yes")
    assert (done.status, done.err) == (0, "Delete: done with 1, refused for 0.\n")
    assert ran("runs", "delete", "--status", "success", "--yes").err == "There are no such runs.\n"
    assert [row["run_id"] for row in rows(ran)] == [unfinished]


def test_runs_that_ended_long_ago_are_pruned(ran: CommandLine) -> None:
    assert ran("runs", "prune", "--older-than", "1h", "--yes").err == "There are no such runs.\n"
    assert len(ran("runs", "prune", "--older-than", "0m", "--dry-run").out.split()) == 2
    assert ran("runs", "prune", "--older-than", "0m", "--status", "failed", "--yes").status == 0
    assert [row["status"] for row in rows(ran)] == ["success"]


def test_many_runs_are_retried_and_watched_to_their_ends(ran: CommandLine, tmp_path: Path) -> None:
    assert ran("run", "bad").status == 1
    ran.scenario("bad", tool("first", who="Ada"), tool("second", who="Eve"))
    ended = ran("runs", "retry", "--status", "failed", "--latest", "--yes")
    assert (ended.status, ended.err) == (0, "Retry: done with 2, refused for 0.\n")
    assert len(re.findall(r"^\S+ \S+$", ended.out, re.MULTILINE)) == 2
    assert [row["status"] for row in rows(ran, "--scenario", "bad")] == ["success", "success", "failed", "failed"]


def test_many_runs_are_cancelled(ran: CommandLine) -> None:
    runs = {leave_unfinished(ran) for _ in range(3)}
    ended = ran("runs", "cancel", "--scenario", "good", "--yes")
    assert (ended.status, ended.err) == (0, "Cancel: done with 3, refused for 0.\n")
    assert {row["run_id"] for row in rows(ran, "--status", "cancelled")} == runs


def test_a_run_is_shown_with_the_runs_that_it_began(ran: CommandLine) -> None:
    ran.scenario("above", {"name": "call", "type": "scenario", "scenario_id": "good"})
    assert ran("run", "above").status == 0
    [child] = rows(ran, "--scenario", "good", "--limit", "1")
    above = rows(ran, "--scenario", "above")[0]["run_id"]
    lines = ran("runs", "show", above).out.splitlines()
    place = next(number for number, line in enumerate(lines) if "call  " in line)
    assert f"run {child['run_id']}" in lines[place + 1]
    assert "greet" in lines[place + 2]
    assert f"parent    {above}" in ran("runs", "show", child["run_id"]).out


def test_what_was_done_with_runs_is_in_the_audit_log(ran: CommandLine) -> None:
    bad, good = rows(ran)[1]["run_id"], rows(ran)[0]["run_id"]
    ran("runs", "retry", bad)
    ran("runs", "fork", bad, "--from", "second", "-i", "who=hunter2")
    ran("runs", "cancel", "--status", "queued", "--yes")
    ran("runs", "delete", good, "--yes")
    log = json.loads(ran("audit", "list", "--json").out)
    shown = [(each["action"], each["target"], each["details"], each["result"]) for each in reversed(log)]
    assert shown[:2] == [("run.start", "bad", {}, "done"), ("run.start", "good", {}, "done")]
    assert [each["made"] for each in reversed(log)][:2] == [bad, good]
    assert ("run.fork", bad, {"retry": "true"}, "done") in shown
    assert ("run.fork", bad, {"from_step": "second", "input": "changed"}, "done") in shown
    assert ("run.delete", good, {}, "done") in shown
    assert {(each["subject"], each["source"]) for each in log} == {(local_subject(), "cli")}
    assert "hunter2" not in json.dumps(log)
