"""Who calls, with real processes: keys of the command line, requests of every role, the commands beside a server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from callsheet.journal.postgres.migrate import upgrade
from callsheet.scenario.json import JsonObject
from tests.support.fleet import make_queue
from tests.support.postgres import PostgresServer
from tests.support.service import ROOT, Service, furnish, serving

HELLO: Final[JsonObject] = {
    "schema_version": "1",
    "scenario_id": "hello",
    "name": "Hello",
    "steps": [{"name": "give", "type": "transform", "output": {"from": "input"}}],
}
LONG: Final[JsonObject] = {
    "schema_version": "1",
    "scenario_id": "long",
    "name": "Long",
    "steps": [{"name": "w", "type": "wait", "duration": 3600}],
}
NIGHTLY: Final[JsonObject] = {
    "schema_version": "1",
    "name": "nightly",
    "scenario_id": "hello",
    "cron": "30 2 * * *",
}
ROLES: Final = ("viewer", "operator", "author", "admin")
SECONDS: Final = 60

REVOKED_ELSEWHERE: Final = 5.0
CUT: Final = 15.0
"""What docs/security.md promises, in seconds; the tests leave the machine some more to say it."""

LEEWAY: Final = 10.0


def settings(database: str | None) -> dict[str, str]:
    return {"auth": "on"} | ({} if database is None else {"database_url": database})


@pytest.fixture(params=["sqlite", "postgres"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder where callers are asked, over either journal; no key exists yet."""
    database: str | None = None
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        database = server.prepared("journal", upgrade)
        make_queue(database)
    folder = tmp_path / "flows"
    furnish(folder, scenarios=[HELLO, LONG], servers={}, settings=settings(database))
    (folder / "scenarios" / "nightly.schedule.json").write_text(json.dumps(NIGHTLY), encoding="utf-8")
    return folder


@pytest.fixture
def service(folder: Path) -> Generator[Service]:
    started = Service(folder)
    try:
        yield started
    finally:
        started.close()


def callsheet(folder: Path, *arguments: str, key: str | None = None) -> subprocess.CompletedProcess[str]:
    """A command, in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLSHEET_")}
    if key is not None:
        environment["CALLSHEET_API_KEY"] = key
    return subprocess.run(
        [sys.executable, "-m", "callsheet", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def make(folder: Path, name: str, role: str, *more: str, key: str | None = None) -> str:
    ended = callsheet(folder, "keys", "create", name, "--role", role, *more, key=key)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def told(folder: Path, *arguments: str, key: str) -> Any:
    """What a command writes as JSON."""
    ended = callsheet(folder, *arguments, "--json", key=key)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.timeout(300)
def test_each_role_may_what_the_page_says_and_the_first_key_is_made_before_the_service_starts(
    folder: Path, service: Service
) -> None:
    keys = {role: make(folder, role, role) for role in ROLES}
    service.start()
    run: JsonObject = {"scenario_id": "hello", "input": {}}
    requests: list[tuple[str, str, JsonObject | None, int]] = [
        ("GET", "/api/runs", None, 0),
        ("POST", "/api/runs", run, 1),
        ("POST", "/api/schedules/nightly/pause", None, 1),
        ("PUT", "/api/scenarios/mine", {**HELLO, "scenario_id": "mine"}, 2),
        ("GET", "/api/keys", None, 3),
        ("GET", "/api/audit", None, 3),
        ("GET", "/api/settings", None, 3),
    ]
    with service.client() as http:
        for method, path, body, least in requests:
            assert http.request(method, path, json=body).json()["code"] == "credential.missing"
            wrong = http.request(method, path, json=body, headers=bearer("cs_" + "0" * 76))
            assert (wrong.status_code, wrong.headers["www-authenticate"][:6]) == (401, "Bearer")
            for rank, role in enumerate(ROLES):
                more = {"If-Match": "*"} if path.endswith("mine") and rank > least else {}
                answer = http.request(method, path, json=body, headers={**bearer(keys[role]), **more})
                assert (answer.status_code == 403) == (rank < least), (method, path, role, answer.text)
                assert answer.status_code == 403 or answer.status_code < 300, answer.text
        own = http.post("/api/runs", json=run, headers=bearer(keys["operator"])).json()["run_id"]
        authors = http.get(f"/api/runs/{own}", headers=bearer(keys["author"]))
        assert (authors.status_code, authors.json()["code"]) == (404, "run.not_found")
        assert http.get("/api/session").json()["signed_in"] is False
        assert http.get("/metrics").status_code == 401


@pytest.mark.timeout(300)
def test_commands_beside_the_server_are_of_whoever_has_the_key(folder: Path, service: Service) -> None:
    admin = make(folder, "root", "admin")
    operator = make(folder, "ci", "operator")
    service.start()
    shared = (folder / "callsheet.toml").read_text(encoding="utf-8").count("database_url")

    assert callsheet(folder, "run", "hello", "-i", "a=1", key=operator).returncode == 0
    assert callsheet(folder, "schedules", "pause", "nightly", key=operator).returncode == 0
    assert "nightly" in callsheet(folder, "schedules", "list", key=operator).stdout
    with service.client() as http:
        body: JsonObject = {"scenario_id": "long", "input": {}}
        long = http.post("/api/runs", json=body, headers=bearer(operator)).json()["run_id"]
    assert {row["scenario_id"] for row in told(folder, "runs", "list", key=operator)} == {"hello", "long"}
    assert told(folder, "runs", "show", long, key=operator)["run_id"] == long
    assert callsheet(folder, "runs", "events", "last", key=operator).returncode == 0
    assert callsheet(folder, "runs", "cancel", long, key=operator).returncode == 0
    assert {row["name"] for row in told(folder, "keys", "list", key=admin)} == {"root", "ci"}
    log = told(folder, "audit", "list", key=admin)
    lines = callsheet(folder, "audit", "export", key=admin).stdout.splitlines()
    assert [json.loads(line)["number"] for line in lines] == [entry["number"] for entry in log]
    # Beside a database that is shared, a command works on that itself, as whoever is logged in.
    by_command = {entry["subject"] for entry in log if entry["action"] in {"run.cancel", "schedule.pause"}}
    assert all(each.startswith("os:") for each in by_command) if shared else by_command == {"key:ci"}
    [started] = [entry for entry in log if entry["action"] == "run.start" and entry["target"] == "long"]
    assert (started["subject"], started["made"], started["result"]) == ("key:ci", long, "done")

    if not shared:
        nobody = callsheet(folder, "keys", "list")
        assert (nobody.returncode, "CALLSHEET_API_KEY" in nobody.stderr) == (2, True), nobody.stderr
        few = callsheet(folder, "keys", "list", key=operator)
        assert (few.returncode, "keys:manage" in few.stderr) == (2, True), few.stderr


@pytest.mark.timeout(300)
def test_a_revoked_key_counts_no_more_and_its_streams_are_cut(folder: Path, service: Service) -> None:
    admin, ci = make(folder, "root", "admin"), make(folder, "ci", "operator")
    service.start()
    with service.client() as http, service.client() as other:
        assert http.get("/api/runs", headers=bearer(ci)).status_code == 200
        with other.stream("GET", "/api/events", headers=bearer(ci), timeout=CUT + LEEWAY) as stream:
            lines = stream.iter_lines()
            assert next(lines)
            revoked = http.delete(f"/api/keys/{ci[3:15]}", headers=bearer(admin))
            assert revoked.status_code == 200
            assert http.get("/api/runs", headers=bearer(ci)).json()["code"] == "credential.invalid"
            begun = time.monotonic()
            with suppress(httpx2.TransportError):  # it is cut, not brought to an end
                for _ in lines:
                    assert time.monotonic() - begun < CUT + LEEWAY
        assert time.monotonic() - begun < CUT + LEEWAY


@pytest.mark.timeout(300)
def test_an_act_of_a_process_that_died_stays_without_an_outcome(folder: Path, service: Service) -> None:
    admin = make(folder, "root", "admin")
    dying = Service(folder, command=(sys.executable, ROOT / "tests/support/dies_after_act.py"))
    try:
        dying.start()
        with dying.client() as http, pytest.raises(httpx2.TransportError):
            http.post("/api/runs", json={"scenario_id": "hello", "input": {}}, headers=bearer(admin))
        assert dying.wait() == -9
    finally:
        dying.close()
    service.start()
    with service.client() as http:
        entry, *_ = http.get("/api/audit", headers=bearer(admin)).json()["entries"]
        assert http.get("/api/runs", headers=bearer(admin)).json()["runs"] == []
    assert (entry["action"], entry["target"], entry["subject"]) == ("run.start", "hello", "key:root")
    assert (entry["result"], entry["ended_at"], entry["made"]) == (None, None, "")


@pytest.mark.timeout(300)
def test_a_key_of_one_replica_counts_on_the_other_and_is_refused_there_soon_after(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    database = postgres.prepared("journal", upgrade)
    make_queue(database)
    one, two = [
        serving(tmp_path / name, scenarios=[HELLO], settings=settings(database), start=False) for name in ("one", "two")
    ]
    with one as first, two as second:
        admin = make(first.folder, "root", "admin")
        first.start()
        second.start()
        with first.client() as here, second.client() as there:
            wish = {"name": "ci", "role": "operator"}
            made = here.post("/api/keys", json=wish, headers=bearer(admin)).json()
            assert there.get("/api/runs", headers=bearer(made["key"])).status_code == 200
            here.delete(f"/api/keys/{made['key_id']}", headers=bearer(admin))
            begun = time.monotonic()
            while there.get("/api/runs", headers=bearer(made["key"])).status_code == 200:
                assert time.monotonic() - begun < REVOKED_ELSEWHERE + LEEWAY
            entries = there.get("/api/audit", headers=bearer(admin)).json()["entries"]
        assert [entry["action"] for entry in entries[:2]] == ["key.revoke", "key.create"]
