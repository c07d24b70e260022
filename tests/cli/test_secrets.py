"""`callsheet secrets`: names are shown, values never."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from callsheet.scenario.json import Json, JsonObject
from tests.cli.conftest import CommandLine, beside, tool

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
    assert callsheet("secrets", "list").err == "There are no secrets yet.\n"
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
    assert lines[0].split() == ["NAME", "PROVIDER", "CHANGED"]
    assert lines[1].split()[:2] == ["KEY", "store"]
    assert lines[2].split()[:2] == ["OTHER", "environment"]


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


def test_a_file_that_cannot_be_read_is_named(callsheet: CommandLine, tmp_path: Path) -> None:
    refused = callsheet("secrets", "set", "KEY", "--from-file", str(tmp_path / "none"))
    assert (refused.status, refused.err) == (
        2,
        f"Error: {tmp_path / 'none'} cannot be read: No such file or directory.\n",
    )


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


def acts(callsheet: CommandLine) -> list[tuple[str, str, str]]:
    """What the audit log says, the oldest first."""
    found = json.loads(callsheet("audit", "list", "--json").out)
    return [(each["action"], each["target"], each["result"]) for each in reversed(found)]


def test_what_is_done_to_secrets_is_in_the_audit_log(callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, SECRET)
    callsheet("secrets", "set", "KEY")
    callsheet("secrets", "rm", "KEY")
    assert callsheet("secrets", "rm", "KEY").err == "There is no secret 'KEY' in the store.\n"
    assert acts(callsheet) == [
        ("secret.set", "KEY", "done"),
        ("secret.remove", "KEY", "done"),
        ("secret.remove", "KEY", "secret.not_found"),
    ]


def test_beside_a_server_secrets_are_changed_through_it(
    callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    row: JsonObject = {"name": "KEY", "provider": "files", "changed_at": "2026-04-24T12:00:00.000+00:00"}
    answers: dict[str, tuple[int, Json | bytes]] = {
        "PUT /api/secrets/KEY": (200, row),
        "GET /api/secrets": (200, {"secrets": [row]}),
        "DELETE /api/secrets/KEY": (204, b""),
        "DELETE /api/secrets/NONE": (404, {"detail": "There is no secret.", "code": "secret.not_found"}),
    }
    given(monkeypatch, SECRET)
    (callsheet.folder / ".callsheet").mkdir()
    with beside(callsheet, answers) as server:
        done = callsheet("secrets", "set", "KEY")
        assert (done.status, SECRET in done.err) == (0, False), done.err
        assert "another one in the files" in done.err
        assert json.loads(callsheet("secrets", "list", "--json").out) == [row]
        assert callsheet("secrets", "rm", "KEY").status == 0
        assert callsheet("secrets", "rm", "NONE").status == 1
        assert callsheet("secrets", "rm", "../NONE").status == 2
    assert server.asked[0].body == {"value": SECRET}
    assert len(server.asked) == 4
    assert not (callsheet.folder / ".callsheet" / "secrets").exists()
