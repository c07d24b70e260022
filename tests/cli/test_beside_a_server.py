"""Commands in this process while a real `callsheet serve` has the data folder open."""

import json
import sys
import threading
from collections.abc import Generator
from pathlib import Path

import httpx2
import pytest

from callsheet.scenario.json import Json, JsonObject
from tests.cli.conftest import RAW, CommandLine, tool
from tests.support.service import Service, serving

SERVERS: dict[str, JsonObject] = {"raw": {"command": sys.executable, "args": [str(RAW)]}}


def scenario(scenario_id: str, *steps: JsonObject, **more: Json) -> JsonObject:
    """A scenario's document."""
    return {"schema_version": "1", "scenario_id": scenario_id, "name": scenario_id, "steps": [*steps], **more}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """One server for all tests of this file."""
    folder = tmp_path_factory.mktemp("served")
    scenarios = [
        scenario("hello", tool("greet", who={"from": "input.who"}), input_schema={"required": ["who"]}),
        scenario("fails", tool("break", "fail", message="no way")),
        scenario("naps", tool("wait", "nap")),
    ]
    with serving(folder, scenarios=scenarios, servers=SERVERS) as started:
        yield started


@pytest.fixture
def there(service: Service, callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line in the server's folder."""
    monkeypatch.chdir(service.folder)
    callsheet.folder = service.folder
    return callsheet


def test_a_run_goes_through_the_server_and_looks_the_same(there: CommandLine, service: Service) -> None:
    ended = there("run", "hello", "--input", "who=Ada")
    assert ended.status == 0
    assert json.loads(ended.out) == {"who": "Ada"}
    assert "step finished  greet: success" in ended.err
    newest = httpx2.get(f"{service.url}/api/runs?limit=1").json()["runs"][0]
    assert newest["run_id"] in ended.err


def test_json_through_the_server_is_the_journal_also_for_values_that_the_stream_leaves_out(
    there: CommandLine,
) -> None:
    large = "x" * 100_000
    ended = there("run", "hello", "--input", json.dumps({"who": large}), "--json")
    assert ended.status == 0
    assert json.loads(ended.out.splitlines()[-1])["output"] == {"who": large}
    assert there("runs", "events", "last", "--json").out == ended.out


def test_a_run_that_fails_on_the_server_ends_with_1(there: CommandLine) -> None:
    ended = there("run", "fails")
    assert (ended.status, ended.out) == (1, "")
    assert "failed in step break (fail), attempt 1." in ended.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["hello"], '"who" is a required property'),
        (["nowhere"], "Unknown scenario_id: nowhere"),
        (["hello", "-i", "who:=x"], "at /who: 'x' is not JSON"),
        (["scenarios/hello.json"], "runs only what is in its own catalog"),
    ],
)
def test_what_cannot_begin_gets_a_sentence_and_2(there: CommandLine, arguments: list[str], sentence: str) -> None:
    before = there("runs", "list", "--json").out
    ended = there("run", *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert sentence in ended.err
    assert there("runs", "list", "--json").out == before


def test_a_run_at_work_is_followed_and_cancelled_through_the_server(there: CommandLine, service: Service) -> None:
    run_id = httpx2.post(f"{service.url}/api/runs", json={"scenario_id": "naps"}).json()["run_id"]
    cancel = threading.Thread(
        target=lambda: httpx2.post(f"{service.url}/api/runs/{run_id}/cancel"), name="somebody else"
    )
    assert json.loads(there("runs", "list", "--json", "--limit", "1").out)[0]["run_id"] == run_id
    cancel.start()
    followed = there("runs", "events", run_id, "--follow")
    cancel.join()
    assert "run finished   cancelled" in followed.out
    assert "has ended before: cancelled" in there("runs", "cancel", run_id).err


def test_cancel_waits_for_the_end(there: CommandLine, service: Service) -> None:
    run_id = httpx2.post(f"{service.url}/api/runs", json={"scenario_id": "naps"}).json()["run_id"]
    ended = there("runs", "cancel", run_id)
    assert (ended.status, ended.err) == (0, f"Run {run_id} was cancelled.\n")


def test_the_doctor_says_who_has_the_journal_open(there: CommandLine, service: Service) -> None:
    ended = there("doctor")
    assert f"✓ Process {service.pid} has the journal open and serves it at {service.url}." in ended.out
    assert ended.status == 0


def test_a_second_server_is_refused_in_a_sentence(there: CommandLine, service: Service) -> None:
    same_port = there("serve", "--port", service.url.rpartition(":")[2])
    assert same_port.status == 2
    assert "Address already in use. Choose another port" in same_port.err
    same_folder = there("serve", "--port", "0")
    assert same_folder.status == 1
    assert f"is in use by process {service.pid}" in same_folder.err


def test_a_host_that_others_can_reach_is_refused(callsheet: CommandLine) -> None:
    ended = callsheet("serve", "--host", "0.0.0.0", "--port", "0")
    assert ended.status == 2
    assert ended.err.splitlines() == [
        "Error: 0.0.0.0 can be reached from other machines, and callers are not asked who they are, and no name is "
        "known under which they call. Listen on 127.0.0.1, or first do this:",
        "  callsheet keys create root --role admin",
        "  export CALLSHEET_AUTH=on",
        "  export CALLSHEET_ALLOWED_HOSTS=callsheet.example.org",
    ]
    assert not (callsheet.folder / ".callsheet").exists()


def test_half_a_provider_is_a_sentence_and_no_fault(callsheet: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLSHEET_AUTH", "on")
    monkeypatch.setenv("CALLSHEET_OIDC_ISSUER", "https://login.example")
    ended = callsheet("serve", "--port", "0")
    assert ended.status == 2, ended.err
    assert "The setting 'oidc_issuer' has no meaning without 'oidc_client_id'" in ended.err


def test_sigterm_ends_a_server_with_0_and_its_run_goes_on_at_the_next_start(tmp_path: Path) -> None:
    settings = {"drain_timeout": 0.1}
    naps = scenario("naps", tool("wait", "nap"))
    with serving(tmp_path / "f", scenarios=[naps], servers=SERVERS, settings=settings) as service:
        run_id = httpx2.post(f"{service.url}/api/runs", json={"scenario_id": "naps"}).json()["run_id"]
        with httpx2.stream("GET", f"{service.url}/api/runs/{run_id}/events") as stream:
            assert any("step_started" in line for line in stream.iter_lines())
        assert service.stop() == 0
        assert "Callsheet has stopped." in service.text
        service.start()
        assert httpx2.get(f"{service.url}/api/runs/{run_id}").json()["status"] in {"queued", "running"}
        assert "1 unfinished runs go on." in service.text
        assert httpx2.post(f"{service.url}/api/runs/{run_id}/cancel").status_code == 202
        assert service.stop() == 0


def test_runs_are_forked_retried_resumed_and_removed_through_the_server(there: CommandLine, service: Service) -> None:
    assert there("run", "fails").status == 1
    failed = httpx2.get(f"{service.url}/api/runs?limit=1").json()["runs"][0]["run_id"]
    assert there("runs", "retry", failed).status == 1
    newest = httpx2.get(f"{service.url}/api/runs?limit=1").json()["runs"][0]
    assert newest["forked_from"] == {"run_id": failed, "from_step": "break"}
    assert there("runs", "fork", failed, "--from", "nowhere").status == 2
    assert there("runs", "resume", failed).status == 1
    made = there("runs", "retry", "--status", "failed", "--scenario", "fails", "--yes")
    assert (made.status, made.err.splitlines()[-1].split(",")[1]) == (0, " refused for 0.")
    assert "ToolError" in there("runs", "stats", "--scenario", "fails").out
    assert there("runs", "delete", failed).status == 0
    assert httpx2.get(f"{service.url}/api/runs/{failed}").status_code == 404
    assert there("runs", "prune", "--older-than", "1h", "--dry-run").err == "There are no such runs.\n"
