"""`callsheet schedules` and `callsheet hooks` without a server, and what the doctor says of them."""

import hashlib
import hmac
import json
import re
import shlex

import pytest

from callsheet.scenario.json import Json
from tests.cli.conftest import CommandLine, tool
from tests.support.postgres import PostgresServer

SECRET = "correct horse"


@pytest.fixture
def there(callsheet: CommandLine) -> CommandLine:
    """The command line in a folder with two schedules, one of them broken, and a hook."""
    callsheet.scenario("good", tool("greet", who={"from": "input.who"}))
    trigger(callsheet, "nightly.schedule", scenario_id="good", cron="30 2 * * MON-FRI", input={"who": "Ada"})
    trigger(callsheet, "push.hook", scenario_id="good", secret="PUSH")
    return callsheet


def trigger(callsheet: CommandLine, file: str, **fields: Json) -> None:
    document = {"schema_version": "1", "name": file.partition(".")[0], **fields}
    (callsheet.folder / "scenarios" / f"{file}.json").write_text(json.dumps(document), encoding="utf-8")


def break_one(callsheet: CommandLine) -> None:
    text = 'schema_version: "1"\nname: bad\nscenario_id: good\ncron: "99 2 * * *"\n'
    (callsheet.folder / "scenarios" / "bad.schedule.yaml").write_text(text, encoding="utf-8")


def test_schedules_are_listed_with_the_broken_ones_and_their_lines(there: CommandLine) -> None:
    assert there("schedules", "list").status == 0
    break_one(there)
    ended = there("schedules", "list")
    assert ended.status == 1
    _, bad, nightly, problem = ended.out.splitlines()
    assert bad.split() == ["bad", "-", "-", "-", "broken", "scenarios/bad.schedule.yaml"]
    assert nightly.split()[:2] == ["nightly", "good"]
    assert nightly.endswith("scenarios/nightly.schedule.json")
    assert problem.startswith("scenarios/bad.schedule.yaml:4:1: E100 'cron': Bad minute")
    rows = json.loads(there("schedules", "list", "--json").out)
    assert [(row["name"], row["cron"], row["paused"]) for row in rows] == [
        ("bad", None, False),
        ("nightly", "30 2 * * MON-FRI", False),
    ]
    assert not (there.folder / ".callsheet").exists()


def test_nothing_is_there_yet_is_a_sentence(callsheet: CommandLine) -> None:
    assert callsheet("schedules", "list").err == "There are no schedules yet.\n"
    assert callsheet("hooks", "list").err == "There are no hooks yet.\n"


def test_a_schedule_is_shown_with_its_document(there: CommandLine) -> None:
    shown = there("schedules", "show", "nightly")
    assert shown.status == 0
    assert "30 2 * * MON-FRI (UTC)" in shown.out
    assert '"who": "Ada"' in shown.out
    assert json.loads(there("schedules", "show", "nightly", "--json").out)["last_slots"] == []
    unknown = there("schedules", "show", "nighly")
    assert (unknown.status, unknown.err) == (
        2,
        "Error: There is no schedule 'nighly'. Did you mean 'nightly'?\n",
    )


def test_the_next_slots_are_shown_in_the_schedules_own_time_zone(there: CommandLine) -> None:
    trigger(there, "far.schedule", scenario_id="good", cron="30 2 * * *", timezone="Asia/Tokyo")
    lines = there("schedules", "next", "far", "--count", "3").out.splitlines()
    assert len(lines) == 3
    assert all(re.fullmatch(r"\w{3} \d{4}-\d\d-\d\d 02:30 JST", line) for line in lines)
    slots = json.loads(there("schedules", "next", "far", "--json").out)
    assert (len(slots), {slot[11:] for slot in slots}) == (5, {"17:30:00.000+00:00"})
    break_one(there)
    refused = there("schedules", "next", "bad")
    assert (refused.status, "has errors and never fires" in refused.err) == (2, True)


def test_a_schedule_is_paused_until_it_is_resumed(there: CommandLine) -> None:
    paused = there("schedules", "pause", "nightly")
    assert (paused.status, paused.err) == (
        0,
        "The schedule nightly is paused. No slot of it fires until it is resumed.\n",
    )
    assert "paused" in there("schedules", "list").out
    assert json.loads(there("schedules", "show", "nightly", "--json").out)["next"] is None
    assert there("schedules", "resume", "nightly").status == 0
    assert "paused" not in there("schedules", "list").out
    assert there("schedules", "pause", "nobody").status == 2
    log = json.loads(there("audit", "list", "--json").out)
    assert [(each["action"], each["target"], each["result"]) for each in log] == [
        ("schedule.pause", "nobody", "schedule.not_found"),
        ("schedule.resume", "nightly", "done"),
        ("schedule.pause", "nightly", "done"),
    ]


def test_a_schedule_is_started_now_and_its_run_is_watched(there: CommandLine) -> None:
    ended = there("schedules", "trigger", "nightly")
    assert (ended.status, json.loads(ended.out)) == (0, {"who": "Ada"})
    assert "step finished  greet: success" in ended.err
    started = json.loads(there("runs", "events", "last", "--json").out.splitlines()[0])
    assert started["trigger"]["name"] == "nightly"
    break_one(there)
    refused = there("schedules", "trigger", "bad")
    assert (refused.status, "scenarios/bad.schedule.yaml, line 4" in refused.err) == (2, True)


def test_with_a_database_the_same_is_done_there(
    there: CommandLine, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLSHEET_DATABASE_URL", postgres.database())
    assert there("db", "upgrade").status == 0
    assert there("schedules", "pause", "nightly").status == 0
    assert "paused" in there("schedules", "list").out
    ended = there("schedules", "trigger", "nightly")
    assert (ended.status, json.loads(ended.out)) == (0, {"who": "Ada"})
    assert there("schedules", "resume", "nightly").status == 0
    assert json.loads(there("schedules", "show", "nightly", "--json").out)["paused"] is False
    assert not (there.folder / ".callsheet" / "journal.db").exists()


def test_hooks_are_listed_and_shown_and_say_whether_they_are_ready(
    there: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert there("hooks", "list").out.splitlines()[1].split() == [
        "push", "good", "/api/hooks/push", "PUSH", "no", "scenarios/push.hook.json",
    ]  # fmt: skip
    monkeypatch.setenv("CALLSHEET_SECRET_PUSH", SECRET)
    shown = there("hooks", "show", "push")
    assert (shown.status, "ready     yes" in shown.out, SECRET in shown.out) == (0, True, False)
    assert json.loads(there("hooks", "list", "--json").out)[0]["ready"] is True
    assert json.loads(there("hooks", "show", "push", "--json").out)["document"]["secret"] == "PUSH"


def test_a_request_is_signed_for_a_shell_and_the_secret_is_not_shown(
    there: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLSHEET_SECRET_PUSH", SECRET)
    body = '{"who": "it\'s $HOME"}'
    ended = there("hooks", "sign", "push", "--body", body, "--url", "https://example.org/")
    assert (ended.status, SECRET in ended.out + ended.err) == (0, False)
    words = shlex.split(ended.out)
    assert (words[0], words[-2], words[-1]) == ("curl", body, "https://example.org/api/hooks/push")
    moment, v1 = re.findall(r"Callsheet-Signature: t=(\d+),v1=([0-9a-f]{64})", words[4])[0]
    assert v1 == hmac.new(SECRET.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    assert ended.err == "Valid for 5 min 0 s from now. Sent again, it gives the same run.\n"


def test_a_file_is_signed_as_it_is(there: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLSHEET_SECRET_PUSH_PREVIOUS", SECRET)
    (there.folder / "a body.json").write_bytes(b'{"a":\n1}\n')
    ended = there("hooks", "sign", "push", "--body", "@a body.json")
    words = shlex.split(ended.out)
    assert (words[-2], words[-1]) == ("@a body.json", "http://127.0.0.1:8080/api/hooks/push")
    moment, v1 = re.findall(r"t=(\d+),v1=([0-9a-f]{64})", words[4])[0]
    assert v1 == hmac.new(SECRET.encode(), f"{moment}.".encode() + b'{"a":\n1}\n', hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("push",), "CALLSHEET_SECRET_PUSH is not set here"),
        (("push", "--body", "{"), "The hook takes JSON, and --body is none"),
        (("push", "--body", "@nowhere"), "cannot be read from 'nowhere'"),
        (("pull",), "There is no hook 'pull'"),
        (("odd",), "The hook 'odd' has errors"),
    ],
)
def test_what_cannot_be_signed_is_a_sentence(there: CommandLine, arguments: tuple[str, ...], says: str) -> None:
    trigger(there, "odd.hook", scenario_id="good")
    ended = there("hooks", "sign", *arguments)
    assert (ended.status, ended.out, says in ended.err) == (2, "", True), ended.err


def test_the_doctor_names_schedules_and_hooks_that_can_start_nothing(
    there: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLSHEET_SECRET_PUSH", SECRET)
    healthy = there("doctor")
    assert (healthy.status, "✓ 1 schedule and 1 hook can start runs." in healthy.out) == (0, True)
    monkeypatch.delenv("CALLSHEET_SECRET_PUSH")
    break_one(there)
    trigger(there, "lost.schedule", scenario_id="nowhere", cron="0 0 * * *")
    trigger(there, "off.schedule", scenario_id="nowhere", cron="0 0 * * *", enabled=False)
    trigger(there, "worse.hook", scenario_id="broken", secret="PATH")
    monkeypatch.setenv("CALLSHEET_SECRET_PATH", SECRET)
    (there.folder / "scenarios" / "broken.json").write_text('{"scenario_id": "broken"}', encoding="utf-8")
    ended = there("doctor")
    bad = [line for line in ended.out.splitlines() if line.startswith("✗")][1:]
    assert ended.status == 1
    assert bad == [
        bad[0],
        "✗ The schedule 'lost' can start nothing: its scenario 'nowhere' does not exist.",
        "✗ The hook 'push' refuses every request: CALLSHEET_SECRET_PUSH is not set here.",
        "✗ The hook 'worse' can start nothing: its scenario 'broken' is broken (scenarios/broken.json).",
    ]
    assert bad[0].startswith("✗ The schedule 'bad' is broken. scenarios/bad.schedule.yaml, line 4:")
    assert "✓ 2 schedules and 0 hooks can start runs." in ended.out
