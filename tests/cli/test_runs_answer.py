"""`callsheet runs answer`, without a server and beside one."""

import asyncio
import io
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from callsheet.runs.events import Event, Message, RunId, RunWaiting, StepPath, StepStarted, StepWaiting
from callsheet.scenario.codec import canonical, digest
from callsheet.scenario.json import JsonObject
from callsheet.settings import load_settings
from callsheet.storage import open_journal
from tests.cli.conftest import CommandLine
from tests.support.events import NOON, new_id, new_run
from tests.support.service import serving

DOCUMENT: JsonObject = {
    "schema_version": "1",
    "scenario_id": "asks",
    "name": "Asks",
    "steps": [{"name": "ask", "type": "approval", "message": "Publish?"}],
}


def park(folder: Path, *paths: str, **more: Any) -> RunId:
    """A parked run whose steps wait for a person, as a process left it."""
    run_id = new_id()

    def waiting(index: int, path: str) -> list[Event]:
        common: dict[str, Any] = {"run_id": run_id, "step_name": "ask", "index": index, "step_path": StepPath(path)}
        asked = {"kind": "approval", "message": f"Publish {path}?", **more}
        return [
            StepStarted(**common, started_at=NOON, step_type="approval"),
            StepWaiting(**common, at=NOON, waits_for=asked),
        ]

    async def store() -> None:
        async with open_journal(load_settings(folder=folder)) as journal:
            run = new_run(run_id, scenario_id="asks", revision=digest(DOCUMENT), definition=canonical(DOCUMENT))
            await journal.create(run)
            events = [event for index, path in enumerate(paths) for event in waiting(index, path)]
            await journal.append(run_id, 1, [*events, RunWaiting(run_id=run_id, at=NOON, until=None, messages=0)])

    asyncio.run(store())
    return run_id


def messages(folder: Path, run_id: RunId) -> Mapping[int, Message]:
    """What was delivered to the run."""

    async def read() -> Mapping[int, Message]:
        async with open_journal(load_settings(folder=folder)) as journal:
            return await journal.messages(run_id)

    return asyncio.run(read())


def test_the_only_step_that_waits_is_answered_and_the_answer_stays(callsheet: CommandLine) -> None:
    run_id = park(callsheet.folder, "ask")
    ended = callsheet("runs", "answer", "last", "--approve", "--comment", "fine", "--by", "ada", "--form", '{"n": 1}')

    assert (ended.status, ended.out) == (0, "")
    assert ended.err == f"The step ask of run {run_id} was approved; 'callsheet serve' goes on with the run.\n"
    message = messages(callsheet.folder, run_id)[3]
    assert message.value == {"kind": "answer", "approved": True, "comment": "fine", "data": {"n": 1}}
    assert message.by == "ada"
    [told] = json.loads(callsheet("audit", "list", "--json").out)
    assert (told["action"], told["target"], told["result"]) == ("run.answer", run_id, "done")
    assert told["details"] == {"step_path": "ask", "answer": "accept"}


def test_a_second_answer_is_a_sentence_with_the_first_and_1(callsheet: CommandLine) -> None:
    run_id = park(callsheet.folder, "ask")
    assert callsheet("runs", "answer", run_id, "ask", "--reject", "--by", "ada").status == 0
    ended = callsheet("runs", "answer", run_id, "ask", "--approve")

    assert ended.status == 1
    assert f"The step ask of run {run_id} was rejected by 'ada' at " in ended.err


def test_of_several_that_wait_one_has_to_be_named(callsheet: CommandLine) -> None:
    run_id = park(callsheet.folder, "each[0].ask", "each[1].ask")
    unsaid = callsheet("runs", "answer", run_id, "--approve")

    assert unsaid.status == 2
    assert "  each[0].ask: Publish each[0].ask?\n  each[1].ask: Publish each[1].ask?\n" in unsaid.err
    assert "2 steps of run" in unsaid.err
    assert callsheet("runs", "answer", run_id, "each[1].ask", "--reject").status == 0
    assert list(messages(callsheet.folder, run_id)) == [5]


def test_without_a_decision_the_question_is_shown(callsheet: CommandLine) -> None:
    run_id = park(callsheet.folder, "ask")
    ended = callsheet("runs", "answer", run_id)

    asked = "The step ask asks: Publish ask?"
    assert (ended.status, ended.err) == (2, f"Error: Say --approve or --reject, or --cancel to a tool. {asked}\n")


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["other", "--approve"], 2, "has no step other"),
        (["ask", "--approve", "--by", "eve"], 2, "'eve' may not answer; those who may: ada."),
        (["ask", "--approve", "--by", "ada", "--form", "{"], 2, "The option --form cannot be read, line 1, column 2"),
        (["ask", "--approve", "--by", "ada", "--form", "@gone.json"], 2, "cannot be read from 'gone.json'"),
        (["ask", "--approve", "--by", "ada"], 2, "does not fit the form, at /data"),
    ],
)
def test_what_cannot_be_taken_is_a_sentence(
    callsheet: CommandLine, arguments: list[str], status: int, sentence: str
) -> None:
    run_id = park(callsheet.folder, "ask", assignees=["ada"], form_schema={"type": "object"})
    ended = callsheet("runs", "answer", run_id, *arguments)

    assert (ended.status, ended.out) == (status, "")
    assert sentence in ended.err
    assert messages(callsheet.folder, run_id) == {}


def test_the_form_is_read_from_a_file_and_from_standard_input(
    callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (callsheet.folder / "form.json").write_text('{"n": 1}', encoding="utf-8")
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b'{"n": 2}')))
    for number, source in ((1, "@form.json"), (2, "@-")):
        run_id = park(callsheet.folder, "ask")
        assert callsheet("runs", "answer", run_id, "--approve", "--form", source).status == 0
        assert messages(callsheet.folder, run_id)[3].value["data"] == {"n": number}


def test_a_run_that_asks_nothing_is_a_sentence_and_1(callsheet: CommandLine) -> None:
    run_id = park(callsheet.folder)
    ended = callsheet("runs", "answer", run_id, "--approve")

    assert (ended.status, ended.err) == (
        1,
        f"Error: No step of run {run_id} waits for an answer. The run's status: waiting.\n",
    )


def test_beside_a_server_the_answer_goes_through_it(
    callsheet: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "served"
    with serving(folder, scenarios=[DOCUMENT], start=False) as service:
        run_id = park(folder, "ask", assignees=["ada"])
        monkeypatch.chdir(folder)
        service.start()
        refused = callsheet("runs", "answer", run_id, "--approve")
        assert (refused.status, "It must be said who answers" in refused.err) == (2, True)
        answered = callsheet("runs", "answer", run_id, "--approve", "--by", "ada")
        assert (answered.status, answered.err) == (
            0,
            f"The step ask of run {run_id} was approved; the run goes on.\n",
        )
        second = callsheet("runs", "answer", run_id, "ask", "--reject", "--by", "ada")
        assert second.status == 1
        assert "was approved by 'ada'" in second.err
        with service.client() as client:
            detail = client.post(f"/api/runs/{run_id}/steps/ask/answer", json={"approved": True, "by": "ada"}).json()
        assert detail["answer"]["approved"] is True
