"""A person at a terminal is asked what a run asks: on a real terminal, in a process of its own."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from callsheet.cli.forms import GivenUp, fill
from callsheet.scenario.json import Json, JsonObject
from tests.cli.conftest import CommandLine
from tests.support.servers.starting import FOLDER
from tests.support.service import serving


class Script:
    """A person who says what was written down, and then goes away."""

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)
        self.prompts: list[str] = []
        self.told: list[str] = []

    async def ask(self, prompt: str) -> str | None:
        self.prompts.append(prompt)
        return self._lines.pop(0) if self._lines else None

    def tell(self, text: str) -> None:
        self.told.append(text)


def form(*required: str, **properties: Json) -> JsonObject:
    names: list[Json] = list(required)
    return {"type": "object", "properties": dict(properties), "required": names}


@pytest.mark.parametrize(
    ("schema", "lines", "data"),
    [
        (form("city", city={"type": "string"}), ["Oslo"], {"city": "Oslo"}),
        (form("n", n={"type": "integer"}), ["many", "", "3"], {"n": 3}),
        (form(n={"type": "number", "default": 1.5}), [""], {"n": 1.5}),
        (form(n={"type": "number"}), [""], {}),
        (form("ok", ok={"type": "boolean"}), ["maybe", "Yes"], {"ok": True}),
        (form("size", size={"type": "string", "enum": ["s", "m"]}), ["9", "2"], {"size": "m"}),
        (form("size", size={"enum": ["s", "m"], "enumNames": ["Small", "Medium"]}), ["Small"], {"size": "s"}),
        (form("size", size={"oneOf": [{"const": "s", "title": "Small"}]}), ["1"], {"size": "s"}),
        (form("tags", tags={"type": "array"}), ["[1", '["a"]'], {"tags": ["a"]}),
        (form("city", city={"type": "string", "minLength": 2}), ["O", "Oslo"], {"city": "Oslo"}),
        ({"type": "array"}, ["nothing", "[1]"], [1]),
    ],
)
async def test_a_form_is_asked_until_its_answer_fits(schema: JsonObject, lines: list[str], data: Json) -> None:
    assert await fill(schema, Script(*lines)) == data


async def test_a_person_who_goes_away_gives_up() -> None:
    with pytest.raises(GivenUp):
        await fill(form("city", city={"type": "string"}), Script())


class Typist:
    """The other end of the terminal of a command that is at work."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self.seen = ""

    def until(self, text: str) -> None:
        """Return when the command has written `text`; 30 s at most."""
        deadline = time.monotonic() + 30
        start = len(self.seen)
        while text not in self.seen[start:]:
            assert time.monotonic() < deadline, self.seen
            if select.select([self._terminal], [], [], 1)[0]:
                try:
                    self.seen += os.read(self._terminal, 65_536).decode("utf-8", "replace")
                except OSError as exc:  # the command has ended
                    raise AssertionError(self.seen) from exc

    def line(self, text: str) -> None:
        """Type a line."""
        os.write(self._terminal, f"{text}\n".encode())


@contextmanager
def typing(folder: Path, *arguments: str, **settings: str) -> Generator[tuple[Typist, "subprocess.Popen[bytes]"]]:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "callsheet", *arguments]
    environment = {**os.environ, "TERM": "dumb", "NO_COLOR": "1", **settings}
    with subprocess.Popen(
        command, cwd=folder, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        try:
            yield Typist(ours), process
        finally:
            process.kill()
            os.close(ours)


def asks(callsheet: CommandLine) -> None:
    step: JsonObject = {
        "name": "agree",
        "type": "approval",
        "message": "Publish it?",
        "form_schema": form("reason", reason={"type": "string"}),
    }
    callsheet.scenario("asks", step, output={"from": "steps.agree.output"})


def test_an_approval_is_asked_and_answered_where_the_run_is_watched(callsheet: CommandLine) -> None:
    asks(callsheet)
    with typing(callsheet.folder, "run", "asks") as (typist, process):
        typist.until("Approve?")
        assert "agree asks: Publish it?" in typist.seen
        typist.line("y")
        typist.until("reason")
        typist.line("It is good.")
        assert process.stdout is not None
        output = json.loads(process.stdout.read())
        assert process.wait(30) == 0
    assert (output["approved"], output["data"]) == (True, {"reason": "It is good."})


@contextmanager
def asking(
    callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch, auth: str, caller: str
) -> Generator[tuple[Typist, "subprocess.Popen[bytes]"]]:
    """A caller with a key runs, through a server, a scenario that asks ada or bob."""
    step: JsonObject = {"name": "ask", "type": "approval", "message": "Publish it?", "assignees": ["bob", "ada"]}
    document: JsonObject = {"schema_version": "1", "scenario_id": "asks", "name": "Asks", "steps": [step]}
    folder = callsheet.folder / "served"
    with serving(folder, scenarios=[document], settings={"auth": auth}, start=False) as service:
        monkeypatch.chdir(folder)
        key = callsheet("keys", "create", caller, "--role", "operator").out.strip()
        service.start()
        with typing(folder, "run", "asks", CALLSHEET_API_KEY=key) as at_work:
            at_work[0].until("Approve?")
            yield at_work


@pytest.mark.parametrize("auth", ["on", "off"])
def test_who_is_asked_says_their_name_where_no_key_does(
    callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch, auth: str
) -> None:
    with asking(callsheet, monkeypatch, auth, "ada") as (typist, process):
        typist.line("y")
        if auth == "off":
            typist.until("Who are you? One of bob, ada:")
            typist.line("ada")
        assert process.stdout is not None
        output = json.loads(process.stdout.read())
        assert process.wait(30) == 0
    assert "Who are you?" not in typist.seen or auth == "off"
    assert output["by"] == "ada"


def test_a_question_for_others_is_left_to_them(callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    with asking(callsheet, monkeypatch, "on", "eve") as (typist, process):
        typist.line("n")
        typist.until("'key:eve' may not answer this; those who may: bob, ada.")
        process.send_signal(2)
        assert process.wait(30) == 130


def test_ctrl_c_at_a_question_cancels_the_run(callsheet: CommandLine) -> None:
    asks(callsheet)
    with typing(callsheet.folder, "run", "asks") as (typist, process):
        typist.until("Approve?")
        process.send_signal(2)
        typist.until("was cancelled")
        assert process.wait(30) == 130


def test_a_slip_of_the_keyboard_does_not_decline_what_a_tool_asks(callsheet: CommandLine) -> None:
    callsheet.servers(asking=[sys.executable, str(FOLDER / "asking.py")])
    with typing(callsheet.folder, "tools", "call", "asking", "book") as (typist, process):
        typist.until("Answer?")
        typist.line("yess")
        typist.line("y")
        typist.until("city")
        typist.line("Oslo")
        assert process.stdout is not None
        output = json.loads(process.stdout.read())
        assert process.wait(30) == 0
    assert output == {"action": "accept", "content": {"city": "Oslo"}}
