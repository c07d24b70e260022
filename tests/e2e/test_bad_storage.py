"""A data folder that cannot be used: no 202 that was not made durable, never a 500, and a sentence that says why."""

import resource
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from callsheet.scenario.json import JsonObject
from tests.support.scenarios import scenario, step
from tests.support.service import COMMAND, ROOT, Service, furnish, program, serving

pytestmark = pytest.mark.timeout(90)

ECHO = ROOT / "tests" / "support" / "servers" / "echo.py"
REQUEST: JsonObject = {"scenario_id": "one", "input": {}}
ONE = scenario(step("call", tool="sleep", server="tools", input={"seconds": 1}), scenario_id="one")


@contextmanager
def full_disk(service: Service) -> Generator[None]:
    """The process can add nothing to any file: every such write fails, as on a disk that is full."""
    _, hard = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)
    before = resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, before)


def ended(client: httpx2.Client, run_id: str) -> dict[str, Any]:
    """The snapshot of a run, once it has ended."""
    assert "event: run_finished" in client.get(f"/api/runs/{run_id}/events").text
    return client.get(f"/api/runs/{run_id}").json()


def test_a_disk_that_is_full_refuses_runs_loses_none_and_goes_on_without_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path, scenarios=[ONE], servers={"tools": program(ECHO)}) as service, service.client() as client:
        finished = client.post("/api/runs", json=REQUEST).json()["run_id"]
        ended(client, finished)
        at_work = client.post("/api/runs", json=REQUEST).json()["run_id"]
        with full_disk(service):
            refused = [client.post("/api/runs", json=REQUEST) for _ in range(3)]
            ready = client.get("/readyz")
            alive = client.get("/healthz")
            listed = client.get("/api/runs")
            cancelled = client.post(f"/api/runs/{at_work}/cancel")
        snapshot = ended(client, at_work)
        after = client.get("/api/runs").json()
        fresh = ended(client, client.post("/api/runs", json=REQUEST).json()["run_id"])

    for answer in (*refused, cancelled):
        assert (answer.status_code, answer.json()["code"]) == (503, "journal.unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert "journal.db" in answer.json()["detail"]
    assert (ready.status_code, ready.json()["code"]) == (503, "service.not_ready")
    assert "journal.db" in ready.json()["journal"]
    assert (alive.status_code, listed.status_code) == (200, 200)
    assert [run["run_id"] for run in listed.json()["runs"]] == [at_work, finished]
    assert [run["run_id"] for run in after["runs"]] == [at_work, finished]
    assert (snapshot["status"], fresh["status"]) == ("success", "success")
    assert "Traceback" not in service.text


def refusal(folder: Path, *options: str) -> str:
    """What `callsheet serve` says when it cannot start."""
    done = subprocess.run(
        [*COMMAND, "--folder", str(folder), "--port", "0", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode in {1, 2}, said
    assert "Traceback" not in said
    assert "listens on" not in said
    return said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that could be served."""
    furnish(tmp_path, scenarios=[ONE], servers={}, settings={})
    return tmp_path


def test_a_data_folder_that_cannot_be_made_is_named(folder: Path) -> None:
    (folder / "taken").write_text("a file", encoding="utf-8")
    data = folder / "taken" / "data"

    assert str(data) in refusal(folder, "--data", str(data))


def test_a_data_folder_that_is_a_file_is_named(folder: Path) -> None:
    data = folder / "data"
    data.write_text("a file", encoding="utf-8")

    assert str(data) in refusal(folder, "--data", str(data))


def test_a_file_that_is_no_journal_is_named_and_left_as_it_is(folder: Path) -> None:
    journal = folder / ".callsheet" / "journal.db"
    journal.parent.mkdir()
    journal.write_text("my shopping list\n" * 500, encoding="utf-8")

    assert f"{journal} is not a journal" in refusal(folder)
    assert journal.read_text(encoding="utf-8") == "my shopping list\n" * 500


def test_a_data_folder_in_use_is_named_with_the_process_that_uses_it(tmp_path: Path) -> None:
    with serving(tmp_path, scenarios=[ONE]) as service:
        said = refusal(tmp_path)

        assert f"in use by process {service.pid}" in said
        assert httpx2.get(f"{service.url}/readyz").status_code == 200
