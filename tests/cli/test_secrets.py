"""`callsheet secrets`: names are shown, values never."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.conftest import CommandLine, tool

SECRET = "hunter22 and more"


def given(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let standard input hold `text`."""
    stdin = SimpleNamespace(buffer=io.BytesIO(text.encode()), isatty=lambda: False)
    monkeypatch.setattr("callsheet.cli.actions.secrets_set.sys.stdin", stdin)


def _asked(prompt: str) -> str:
    return f"{prompt}asked"


def test_a_secret_is_set_listed_used_and_removed(callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, f"{SECRET}\n")
    done = callsheet("secrets", "set", "KEY")
    assert (done.status, done.out) == (0, "")
    assert "'KEY' is kept" in done.err
    listed = json.loads(callsheet("secrets", "list", "--json").out)
    assert [(each["name"], each["provider"]) for each in listed] == [("KEY", "store")]
    callsheet.scenario("one", tool("a", key={"from": "secrets.KEY"}), secrets=["KEY"])
    ran = callsheet("run", "one", "--json")
    assert ran.status == 0, ran.err
    assert SECRET not in ran.out + ran.err
    assert "[secret KEY]" in ran.out
    assert callsheet("secrets", "rm", "KEY").status == 0
    assert callsheet("secrets", "rm", "KEY").status == 1
    assert callsheet("secrets", "list").out == "There are no secrets.\n"
    refused = callsheet("run", "one")
    assert "callsheet secrets set KEY" in refused.err


def test_a_secret_comes_from_a_file_or_a_prompt(
    callsheet: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "value").write_text("short\n")
    done = callsheet("secrets", "set", "KEY", "--from-file", str(tmp_path / "value"))
    assert "shorter than 8 characters" in done.err
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("getpass.getpass", _asked)
    assert callsheet("secrets", "set", "OTHER").status == 0
    monkeypatch.setenv("CALLSHEET_SECRET_OTHER", "of the environment")
    lines = callsheet("secrets", "list").out.splitlines()
    assert lines[0].split()[:2] == ["KEY", "store"]
    assert lines[1].split()[:2] == ["OTHER", "environment"]


@pytest.mark.parametrize(
    ("name", "value", "words"), [("a-b", "x" * 9, "128 letters"), ("KEY", "", "A secret has"), ("KEY", "a\0b", "NUL")]
)
def test_what_cannot_be_a_secret_is_refused(
    callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    given(monkeypatch, value)
    refused = callsheet("secrets", "set", name)
    assert refused.status == 2
    assert words in refused.err


def test_a_value_is_no_argument(callsheet: CommandLine) -> None:
    assert callsheet("secrets", "set", "KEY", SECRET).status == 2


def test_doctor_names_scenarios_whose_secrets_are_missing_or_short(
    callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    callsheet.scenario("one", tool("a", key={"from": "secrets.KEY"}), secrets=["KEY", "PIN"])
    monkeypatch.setenv("CALLSHEET_SECRET_PIN", "1234")
    found = callsheet("doctor").out
    assert "The scenario 'one' cannot run: the secret 'KEY' is not set." in found
    assert "callsheet secrets set KEY" in found
    assert "The secret 'PIN' is shorter than 8 characters" in found
