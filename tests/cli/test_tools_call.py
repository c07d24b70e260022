"""`callsheet tools call`, `login` and `logout`."""

import json
import re
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from callsheet.cli.root import run_command_line
from tests.cli.conftest import CommandLine
from tests.support.servers.starting import FOLDER, over_http


@pytest.fixture
def asking(callsheet: CommandLine) -> CommandLine:
    """The command line with a server whose tools say things, and ask."""
    callsheet.servers(asking=[sys.executable, str(FOLDER / "asking.py")], raw=[sys.executable, str(FOLDER / "raw.py")])
    return callsheet


def test_the_result_goes_to_standard_output_and_what_the_tool_says_does_not(asking: CommandLine) -> None:
    ended = asking("tools", "call", "asking", "report")
    assert (ended.status, json.loads(ended.out)) == (0, {"ok": True})
    assert ended.err.splitlines()[:2] == ["1/4 part 1", "info asking: line 1"]


def test_each_call_has_an_idempotency_key_of_its_own(callsheet: CommandLine, tmp_path: Path) -> None:
    callsheet.servers(echo=[sys.executable, str(FOLDER / "echo.py"), "--ledger", str(tmp_path / "ledger")])
    for _ in range(2):
        assert json.loads(callsheet("tools", "call", "echo", "effect").out)["first"] is True


def test_arguments_are_texts_unless_they_are_json(asking: CommandLine) -> None:
    ended = asking("tools", "call", "raw", "echo", "--arg", "a=1", "-a", "b:=1", "-a", "c:=[true]")
    assert json.loads(ended.out) == {"a": "1", "b": 1, "c": [True]}


def test_json_has_everything(asking: CommandLine) -> None:
    ended = asking("tools", "call", "raw", "echo", "--arg", "a=1", "--json")
    assert json.loads(ended.out) == {
        "content": [{"type": "text", "text": '{"a":"1"}'}],
        "structured": {"a": "1"},
        "has_structured": True,
    }


def test_a_tool_that_fails_says_why_and_ends_with_1(asking: CommandLine) -> None:
    ended = asking("tools", "call", "raw", "fail", "--arg", "message=no way \x1b[31m")
    assert (ended.status, ended.out) == (1, "")
    assert "no way \\x1b[31m" in ended.err


@pytest.mark.parametrize(("server", "tool"), [("raw", "ecko"), ("row", "echo")])
def test_an_unknown_name_gets_a_suggestion(asking: CommandLine, server: str, tool: str) -> None:
    ended = asking("tools", "call", server, tool)
    assert ended.status == 2
    assert "Did you mean" in ended.err


def test_only_the_server_of_the_tool_is_asked(callsheet: CommandLine, tmp_path: Path) -> None:
    started = tmp_path / "started"
    raw = [sys.executable, str(FOLDER / "raw.py")]
    callsheet.servers(raw=raw, other=["touch", str(started)])
    assert callsheet("tools", "call", "raw", "echo", "-a", "a=1").status == 0
    assert not started.exists()


def test_a_server_that_cannot_be_reached_says_why_and_not_when_it_is_tried_again(callsheet: CommandLine) -> None:
    callsheet.servers(raw=["no-such-program"])
    for arguments in ([], ["-a", "a=1"]):
        ended = callsheet("tools", "call", "raw", "echo", *arguments)
        assert ended.status == 1
        assert ended.err == (
            "Error: The tool server 'raw' is not available: the command 'no-such-program' was not found on PATH\n"
        )


def test_a_question_without_a_terminal_is_told_and_not_waited_for(asking: CommandLine) -> None:
    ended = asking("tools", "call", "asking", "book")
    assert ended.status == 1
    assert "The tool asks: Where to? (1)" in ended.err
    assert "Run this at a terminal." in ended.err


def test_a_task_is_waited_for(asking: CommandLine) -> None:
    ended = asking("tools", "call", "asking", "work")
    assert (ended.status, json.loads(ended.out)) == (0, {"polls": True, "answers": None})


def test_images_are_described_and_saved(asking: CommandLine, tmp_path: Path) -> None:
    ended = asking("tools", "call", "raw", "misbehave", "--arg", "how=blocks", "--save", str(tmp_path / "out"))
    assert (ended.status, ended.out) == (0, "a\n")
    assert f"image image/png, 3 bytes, written to {tmp_path / 'out' / '1.png'}" in ended.err
    assert (tmp_path / "out" / "1.png").read_bytes() == b"\0"


def test_the_list_is_what_it_is_without_a_command_too(asking: CommandLine) -> None:
    assert asking("tools", "list", "--json").out == asking("tools", "--json").out


def login(callsheet: CommandLine, url: str) -> None:
    entry = {"url": url, "callsheet": {"auth": {"type": "oauth"}}}
    (callsheet.folder / "mcp.json").write_text(json.dumps({"mcpServers": {"bank": entry}}), encoding="utf-8")


def test_signing_in_calling_and_forgetting(callsheet: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    with over_http("protected.py") as url:
        login(callsheet, url)
        refused = callsheet("tools", "call", "bank", "echo")
        assert (refused.status, "callsheet tools login bank" in refused.err) == (1, True)
        assert sign_in(capsys) == 0
        ended = callsheet("tools", "call", "bank", "echo", "-a", "n:=1")
        assert (ended.status, json.loads(ended.out)) == (0, {"n": 1})
        assert callsheet("tools", "logout", "bank").err == "The tokens of 'bank' are forgotten.\n"
        assert callsheet("tools", "logout", "bank").err == "There were no tokens of 'bank'.\n"
        assert callsheet("tools", "call", "bank", "echo").status == 1


def sign_in(capsys: pytest.CaptureFixture[str]) -> int:
    """Sign in as a person does who copies the address into a browser."""
    statuses: list[int] = []
    command = ["tools", "login", "bank", "--no-browser", "--timeout", "30"]
    thread = threading.Thread(target=lambda: statuses.append(run_command_line(command)))
    thread.start()
    said = ""
    while thread.is_alive() and not (found := re.search(r"http://\S+/authorize\S+", said)):
        said += capsys.readouterr().err
        thread.join(0.05)
        if found := re.search(r"http://\S+/authorize\S+", said):
            with urllib.request.urlopen(found[0], timeout=10) as page:
                assert b"signed in" in page.read()
            break
    thread.join(30)
    return statuses[0]


def test_nobody_signs_in_to_a_server_without_auth(asking: CommandLine) -> None:
    ended = asking("tools", "login", "raw")
    assert (ended.status, "has no 'auth'" in ended.err) == (2, True)


def test_signing_in_has_an_end(callsheet: CommandLine) -> None:
    with over_http("protected.py") as url:
        login(callsheet, url)
        ended = callsheet("tools", "login", "bank", "--no-browser", "--timeout", "1")
    assert (ended.status, ended.err.splitlines()[-1]) == (1, "Error: Nobody signed in within 1 s.")
