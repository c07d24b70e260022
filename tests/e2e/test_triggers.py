"""Schedules and hooks of a real server: files, commands beside it, signed requests over real HTTP."""

import hashlib
import hmac
import json
import shlex
import time
from collections.abc import Generator
from pathlib import Path

import httpx2
import pytest

from callsheet.scenario.json import JsonObject
from tests.cli.conftest import CommandLine, callsheet
from tests.support.service import COMMAND, Service, serving

__all__ = ["callsheet"]

SECRET = "correct horse"
ECHO: JsonObject = {
    "schema_version": "1",
    "scenario_id": "echo",
    "name": "Echo",
    "steps": [{"name": "say", "type": "transform", "output": {"from": "input"}}],
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """One server for all tests of this file; it knows the secret of the hook."""
    folder = tmp_path_factory.mktemp("triggered")
    command = ("env", f"CALLSHEET_SECRET_PUSH={SECRET}", *COMMAND)
    with serving(folder, scenarios=[ECHO], start=False, command=command) as made:
        write(folder, "nightly.schedule", cron="30 2 * * *", input={"who": "Ada"})
        write(folder, "push.hook", secret="PUSH")
        made.start()
        yield made


@pytest.fixture
def there(service: Service, callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line in the server's folder; it does not know the secret."""
    monkeypatch.chdir(service.folder)
    callsheet.folder = service.folder
    return callsheet


def write(folder: Path, file: str, **fields: object) -> None:
    document = {"schema_version": "1", "name": file.partition(".")[0], "scenario_id": "echo", **fields}
    (folder / "scenarios" / f"{file}.json").write_text(json.dumps(document), encoding="utf-8")


def ended(service: Service, run_id: str) -> JsonObject:
    """The snapshot of a run that has ended."""
    with httpx2.stream("GET", f"{service.url}/api/runs/{run_id}/events", timeout=30) as events:
        for _ in events.iter_lines():
            pass
    return httpx2.get(f"{service.url}/api/runs/{run_id}").json()


def test_a_schedule_that_is_a_file_is_started_over_http(service: Service) -> None:
    answer = httpx2.post(f"{service.url}/api/schedules/nightly/trigger")
    assert (answer.status_code, answer.json()["input"]) == (202, {"who": "Ada"})
    run = ended(service, answer.json()["run_id"])
    assert (run["status"], run["output"]) == ("success", {"who": "Ada"})


def test_a_signed_request_starts_one_run_however_often_it_is_sent(service: Service) -> None:
    body, moment = b'{"after": "5f0c"}', int(time.time())
    v1 = hmac.new(SECRET.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Callsheet-Signature": f"t={moment},v1={v1}"}
    answers = [httpx2.post(f"{service.url}/api/hooks/push", content=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert len({answer.json()["run_id"] for answer in answers}) == 1
    assert ended(service, answers[0].json()["run_id"])["output"] == {"after": "5f0c"}
    forged = httpx2.post(f"{service.url}/api/hooks/push", content=body + b" ", headers=headers)
    assert (forged.status_code, forged.json()["code"]) == (401, "signature.invalid")


def test_the_line_that_the_command_signs_is_what_curl_takes(
    service: Service, there: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLSHEET_SECRET_PUSH", SECRET)
    line = there("hooks", "sign", "push", "--body", '{"name": "it\'s"}').out
    words = shlex.split(line)
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    answer = httpx2.post(words[-1], content=words[-2].encode(), headers=headers)
    assert (answer.status_code, answer.json()["input"]) == (202, {"name": "it's"})


def test_commands_beside_a_server_show_and_change_what_the_server_has(service: Service, there: CommandLine) -> None:
    assert json.loads(there("hooks", "list", "--json").out) == httpx2.get(f"{service.url}/api/hooks").json()
    assert " yes " in there("hooks", "list").out, "the server knows the secret, whoever asks"
    assert there("schedules", "pause", "nightly").status == 0
    assert httpx2.get(f"{service.url}/api/schedules/nightly").json()["paused"] is True
    assert json.loads(there("schedules", "list", "--json").out) == httpx2.get(f"{service.url}/api/schedules").json()
    triggered = there("schedules", "trigger", "nightly")
    assert (triggered.status, json.loads(triggered.out)) == (0, {"who": "Ada"})
    assert there("schedules", "resume", "nightly").status == 0
    assert httpx2.get(f"{service.url}/api/schedules/nightly").json()["paused"] is False
    assert "cron      30 2 * * * (UTC)" in there("schedules", "show", "nightly").out
    for command in ("show", "pause", "next", "trigger"):
        assert there("schedules", command, "nobody").status == 2
    assert (there("hooks", "show", "push").status, there("hooks", "show", "nobody").status) == (0, 2)
