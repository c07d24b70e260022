"""`callsheet keys` and `callsheet audit`, without a server and beside one."""

import csv
import getpass
import io
import json
import os
import pwd
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from callsheet.access.keys import digest_of
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.scenario.json import Json, JsonObject
from tests.cli.conftest import CommandLine, beside

ME = f"os:{pwd.getpwuid(os.getuid()).pw_name}"
KEY = "cs_0123456789ab_" + "A" * 43
ROW: JsonObject = {
    "key_id": "0123456789ab",
    "name": "ci",
    "role": "operator",
    "every_run": False,
    "scenarios": ["news_*"],
    "tools": ["*"],
    "created_at": "2026-04-24T12:00:00.000+00:00",
    "created_by": "key:boss",
    "expires_at": None,
    "last_used_at": None,
    "revoked_at": None,
}
ENTRY: JsonObject = {
    "number": 7,
    "act_id": "a7",
    "at": "2026-04-24T12:00:00.000+00:00",
    "subject": "key:ci",
    "role": "operator",
    "source": "127.0.0.1",
    "action": "run.start",
    "target": "news",
    "made": "run-1",
    "details": {},
    "result": "done",
    "ended_at": "2026-04-24T12:00:00.000+00:00",
}


def made(callsheet: CommandLine, name: str = "ci", *options: str) -> str:
    """A new key."""
    ended = callsheet("keys", "create", name, "--role", "operator", *options)
    assert ended.status == 0, ended.err
    return ended.out.strip()


def acts(callsheet: CommandLine, *options: str) -> list[dict[str, str]]:
    """The audit log, newest first."""
    found: list[dict[str, str]] = json.loads(callsheet("audit", "list", "--json", *options).out)
    return found


@pytest.fixture
async def there(callsheet: CommandLine) -> CommandLine:
    """The command line in a folder that has a journal."""
    async with SqliteJournal.open(callsheet.folder / ".callsheet" / "journal.db"):
        return callsheet


def test_a_key_is_shown_once_and_kept_as_a_digest(callsheet: CommandLine) -> None:
    ended = callsheet("keys", "create", "ci", "--role", "operator")
    key = ended.out.strip()
    assert re.fullmatch(r"cs_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", key)
    assert ended.err == f"This is the key {key[3:15]} of ci. It is shown only now: nobody can show it again.\n"
    for shown in (callsheet("keys", "list"), callsheet("keys", "list", "--json"), callsheet("audit", "list")):
        assert key not in shown.out
    stored = b"".join(file.read_bytes() for file in (callsheet.folder / ".callsheet").glob("journal.db*"))
    assert digest_of(key).encode() in stored
    assert key.split("_", 2)[2].encode() not in stored


def test_what_a_key_may_do_is_said_when_it_is_made(callsheet: CommandLine) -> None:
    made(callsheet, "usual")
    options = ["--runs", "all", "--scenario", "news_*", "--scenario", "weather", "--tool", "demo/*", "--expires", "90d"]
    created = json.loads(callsheet("keys", "create", "ci.2", "--role", "operator", *options, "--json").out)
    newest, usual = json.loads(callsheet("keys", "list", "--json").out)
    assert created == newest | {"key": created["key"]}
    assert (newest["name"], newest["every_run"], newest["created_by"]) == ("ci.2", True, ME)
    assert (newest["scenarios"], newest["tools"]) == (["news_*", "weather"], ["demo/*"])
    assert newest["expires_at"] > newest["created_at"]
    assert (usual["every_run"], usual["scenarios"], usual["tools"], usual["expires_at"]) == (False, ["*"], ["*"], None)
    table = callsheet("keys", "list").out
    assert "news_* weather" in table
    assert "until 20" in table


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["a b", "--role", "admin"], "is no name for a key"),
        (["x" * 65, "--role", "admin"], "1 to 64 letters"),
        (["ci", "--role", "king"], "--role cannot be 'king'. There are: viewer, operator, author, admin."),
        (["ci"], "Missing option '--role'"),
        (["ci", "--role", "admin", "--runs", "some"], "--runs cannot be 'some'. There are: all, own."),
        (["ci", "--role", "admin", "--scenario", "a b"], "is no pattern"),
        (["ci", "--role", "admin", *["--tool", ",".join(map(str, range(101)))]], "100 times at most"),
        (["ci", "--role", "admin", "--expires", "soon"], "--expires cannot be 'soon'"),
        (["ci", "--role", "admin", "--expires", "0d"], "in the past"),
        (["ci", "--role", "admin", "--expires", "999999w"], "after the year 9999"),
    ],
)
def test_a_key_that_cannot_be_is_refused(callsheet: CommandLine, arguments: list[str], sentence: str) -> None:
    ended = callsheet("keys", "create", *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert sentence in ended.err
    assert callsheet("keys", "list", "--json").out == "[]\n"


def test_a_key_is_revoked(callsheet: CommandLine) -> None:
    key_id = made(callsheet)[3:15]
    ended = callsheet("keys", "revoke", key_id)
    assert (ended.status, ended.err.partition(",")[0]) == (0, f"The key {key_id} of ci is revoked")
    assert "revoked" in callsheet("keys", "list").out
    unknown = callsheet("keys", "revoke", "nobody")
    assert (unknown.status, unknown.err) == (2, "Error: There is no API key 'nobody'.\n")


def test_what_a_command_did_is_in_the_audit_log(callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody_else")
    assert getpass.getuser() == "somebody_else"
    key_id = made(callsheet)[3:15]
    callsheet("keys", "revoke", key_id)
    callsheet("keys", "revoke", "nobody")
    callsheet("keys", "create", "a b", "--role", "admin")
    shown = [(each["action"], each["target"] or each["made"], each["result"]) for each in acts(callsheet)]
    assert shown == [
        ("key.create", "", "invalid"),
        ("key.revoke", "nobody", "key.not_found"),
        ("key.revoke", key_id, "done"),
        ("key.create", key_id, "done"),
    ]
    assert {(each["subject"], each["role"], each["source"]) for each in acts(callsheet)} == {(ME, "admin", "cli")}
    assert acts(callsheet)[-1]["details"] == {"name": "ci", "role": "operator"}
    table = callsheet("audit", "list").out.splitlines()
    assert table[-1].split()[2:] == [ME, "admin", "cli", "key.create", "-", key_id, "done"]


def test_the_audit_log_is_filtered(callsheet: CommandLine) -> None:
    key_id = made(callsheet)[3:15]
    made(callsheet, "other")
    callsheet("keys", "revoke", key_id)
    assert [each["action"] for each in acts(callsheet, "--target", key_id)] == ["key.revoke", "key.create"]
    assert len(acts(callsheet, "--action", "key.create")) == 2
    assert len(acts(callsheet, "--action", "key.")) == 3
    assert len(acts(callsheet, "--subject", ME, "--since", "1h", "-n", "1")) == 1
    assert acts(callsheet, "--subject", "key:ci") == []
    assert acts(callsheet, "--since", "2999-01-01") == []
    assert callsheet("audit", "list", "--action", "run.").err == "There are no such acts.\n"
    for wrong in ("yesterday", "999999w", "0000-01-01"):
        assert "--since cannot be" in callsheet("audit", "list", "--since", wrong).err


def test_nothing_is_there_yet_is_a_sentence_and_makes_no_journal(callsheet: CommandLine) -> None:
    assert callsheet("keys", "list").err == "There are no API keys yet.\n"
    assert callsheet("audit", "list").err == "Nothing is in the audit log yet.\n"
    assert callsheet("audit", "export").out == ""
    assert not (callsheet.folder / ".callsheet").exists()


def test_the_audit_log_is_exported(callsheet: CommandLine, tmp_path: Path) -> None:
    made(callsheet)
    callsheet("keys", "revoke", "=1+1")
    rows = [json.loads(line) for line in callsheet("audit", "export").out.splitlines()]
    assert rows == acts(callsheet)
    file = tmp_path / "audit.csv"
    ended = callsheet("audit", "export", "--format", "csv", "-o", str(file), "--action", "key.revoke")
    assert (ended.status, ended.out) == (0, "")
    (row,) = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline=""))
    assert (row["target"], row["subject"]) == ("'=1+1", ME)
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_export_that_cannot_be_is_refused(callsheet: CommandLine) -> None:
    assert "--format cannot be 'xml'. There are: jsonl, csv." in callsheet("audit", "export", "--format", "xml").err
    ended = callsheet("audit", "export", "-o", "no/such/folder/file")
    assert (ended.status, ended.out) == (2, "")
    assert "cannot be written to no/such/folder/file: No such file or directory." in ended.err


def test_keys_are_made_and_revoked_in_a_database(callsheet: CommandLine, postgres_url: str) -> None:
    (callsheet.folder / "callsheet.toml").write_text(f'database_url = "{postgres_url}"\n', encoding="utf-8")
    key_id = made(callsheet)[3:15]
    assert callsheet("keys", "revoke", key_id).status == 0
    (row,) = json.loads(callsheet("keys", "list", "--json").out)
    assert row["revoked_at"] is not None
    assert [each["action"] for each in acts(callsheet)] == ["key.revoke", "key.create"]
    assert len(callsheet("audit", "export").out.splitlines()) == 2


def test_beside_a_server_a_key_is_made_through_it(there: CommandLine) -> None:
    with beside(there, {"POST /api/keys": (201, ROW | {"key": KEY})}) as server:
        ended = there("keys", "create", "ci", "--role", "operator", "--scenario", "news_*", "--runs", "own")
    assert (ended.status, ended.out) == (0, f"{KEY}\n")
    (asked,) = server.asked
    assert asked.body == {
        "name": "ci",
        "role": "operator",
        "every_run": False,
        "scenarios": ["news_*"],
        "tools": ["*"],
    }
    assert there("keys", "list", "--json").out == "[]\n"


def test_beside_a_server_keys_are_listed_and_revoked_through_it(there: CommandLine) -> None:
    answers: dict[str, tuple[int, Json | bytes]] = {
        "GET /api/keys": (200, {"keys": [ROW]}),
        "DELETE /api/keys/0123456789ab": (200, ROW | {"revoked_at": ROW["created_at"]}),
        "DELETE /api/keys/no%2Fbody": (404, {"detail": "There is no API key.", "code": "key.not_found"}),
    }
    with beside(there, answers):
        assert json.loads(there("keys", "list", "--json").out) == [ROW]
        assert there("keys", "revoke", "0123456789ab").status == 0
        refused = there("keys", "revoke", "no/body")
    assert (refused.status, refused.err) == (2, "Error: There is no API key.\n")


def page(entries: list[Json], cursor: str | None) -> Json:
    """A page of the audit log."""
    return {"entries": entries, "next_cursor": cursor}


def test_beside_a_server_the_audit_log_is_read_page_by_page(there: CommandLine) -> None:
    since = quote("2026-04-24T00:00:00.000+00:00", safe="")
    answers: dict[str, tuple[int, Json | bytes]] = {
        f"GET /api/audit?action=run.&after={since}&limit=100": (200, page([ENTRY] * 100, "n")),
        f"GET /api/audit?action=run.&after={since}&limit=50&cursor=n": (200, page([ENTRY], None)),
    }
    with beside(there, answers) as server:
        rows = acts(there, "--action", "run.", "--since", "2026-04-24T00:00+00:00", "-n", "150")
    assert (len(rows), rows[0]) == (101, ENTRY)
    assert len(server.asked) == 2


def test_beside_a_server_the_export_is_its_own(there: CommandLine, tmp_path: Path) -> None:
    answers: dict[str, tuple[int, Json | bytes]] = {
        "GET /api/audit/export?subject=key%3Aci&format=csv": (200, b"number\r\n1\r\n"),
        "GET /api/audit/export?format=jsonl": (403, {"detail": "Not for you.", "code": "forbidden"}),
    }
    file = tmp_path / "audit.csv"
    with beside(there, answers):
        assert there("audit", "export", "--subject", "key:ci", "--format", "csv", "-o", str(file)).status == 0
        refused = there("audit", "export", "-o", str(file))
    assert file.read_bytes() == b"number\r\n1\r\n"
    assert (refused.status, refused.out) == (2, "")
    assert "Not for you. Set CALLSHEET_API_KEY to an API key that may." in refused.err
