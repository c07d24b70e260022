"""A disk that is full or breaks under the journal: what was promised is there, and nothing else was promised.

The errors are real ones, as far as the service can tell: its own system calls return them. `test_bad_storage.py` has a
limit on files that works on every machine, and `tests/journal/sqlite/test_faults.py` what SQLite reports.
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from callsheet.scenario.json import JsonObject
from tests.support.failing_disk import can_fail
from tests.support.scenarios import scenario, step
from tests.support.service import COMMAND, ROOT, Service, program, serving

pytestmark = pytest.mark.timeout(90)

TOOLS = ROOT / "tests" / "support" / "servers" / "deduplicating.py"
DISK = ROOT / "tests" / "support" / "failing_disk.py"
REQUEST: JsonObject = {"scenario_id": "two", "input": {}}


class Machine:
    """A service on a disk, and the ledger of its tools.

    Attributes:
        keys: of the runs that were accepted, with their ids.
    """

    def __init__(self, folder: Path) -> None:
        self._control = folder / "disk"
        self._control.write_text("", encoding="ascii")
        self._ledger = folder / "tools.jsonl"
        place = folder / "service"
        effects = [
            step(name, tool="effect", server="tools", input={"value": {"from": "run.id"}, "delay": 0.5})
            for name in "ab"
        ]
        self.serving = serving(
            place,
            scenarios=[scenario(*effects, scenario_id="two")],
            servers={"tools": program(TOOLS, "--ledger", self._ledger)},
            command=[sys.executable, DISK, self._control, place / ".callsheet" / "journal.db", *COMMAND],
        )
        self.keys: dict[str, str] = {}

    @contextmanager
    def disk(self, state: str) -> Generator[None]:
        """The disk is `full`, or `refuses` or `loses` what is written, until the block ends."""
        self._control.write_text(state, encoding="ascii")
        try:
            yield
        finally:
            self._control.write_text("", encoding="ascii")

    def submit(self, client: httpx2.Client, key: str) -> httpx2.Response:
        """Ask for a run."""
        answer = client.post("/api/runs", json=REQUEST, headers={"Idempotency-Key": key})
        if answer.status_code == 202:
            assert self.keys.setdefault(key, answer.json()["run_id"]) == answer.json()["run_id"]
        return answer

    def at_work(self, client: httpx2.Client, key: str) -> None:
        """Ask for a run, and return when its first step is at work."""
        run_id = self.submit(client, key).json()["run_id"]
        with client.stream("GET", f"/api/runs/{run_id}/events") as stream:
            assert any(line == "event: step_started" for line in stream.iter_lines())

    def judge(self, client: httpx2.Client) -> None:
        """Every accepted run is there, comes to its end and has its two effects; and there is no other."""
        for run_id in self.keys.values():
            assert "event: run_finished" in client.get(f"/api/runs/{run_id}/events").text
            assert client.get(f"/api/runs/{run_id}").json()["status"] == "success"
        assert {run["run_id"] for run in client.get("/api/runs").json()["runs"]} == set(self.keys.values())
        assert self._ledger.read_text(encoding="utf-8").count('"event":"effect"') == 2 * len(self.keys)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    if not can_fail():
        pytest.skip("this machine lets no process decide about the system calls of another one")
    return Machine(tmp_path)


def refused(answer: httpx2.Response, words: str) -> bool:
    """Whether nothing was accepted, and the answer says why and that it may be tried again."""
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (503, "journal.unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "journal.db" in problem["detail"]
    return words in problem["detail"]


def restart(service: Service) -> None:
    """End the process at once, and start the next one."""
    service.kill()
    service.start()


@pytest.mark.parametrize(("state", "words"), [("full", "is full"), ("refuses", "refuses to write")])
def test_a_disk_that_takes_nothing_refuses_runs_and_goes_on_without_a_restart(
    machine: Machine, state: str, words: str
) -> None:
    with machine.serving as service, service.client() as client:
        machine.at_work(client, "before")
        with machine.disk(state):
            answers = [machine.submit(client, f"during-{number}") for number in range(3)]
            ready = client.get("/readyz")
            alive = client.get("/healthz")
            listed = client.get("/api/runs")
        after = machine.submit(client, "after")
        machine.judge(client)
        restart(service)
        with service.client() as client_of_the_next:
            machine.judge(client_of_the_next)

    assert all(refused(answer, words) for answer in answers)
    assert ready.status_code == 503
    assert words in ready.json()["journal"]
    assert (alive.status_code, listed.status_code, after.status_code) == (200, 200, 202)
    assert "Traceback" not in service.text


def test_a_disk_that_loses_what_was_written_ends_the_process_and_the_next_one_goes_on(machine: Machine) -> None:
    with machine.serving as service, service.client() as client:
        machine.at_work(client, "before")
        with machine.disk("loses"):
            answer = machine.submit(client, "during")
            status = service.wait()
        service.start()
        with service.client() as client_of_the_next:
            # Whether it was accepted is not known; the same key asks for it, not for one more.
            assert machine.submit(client_of_the_next, "during").status_code == 202
            machine.judge(client_of_the_next)

    assert refused(answer, "restart")
    assert status == 1
    assert "Traceback" not in service.text


def test_a_service_does_not_begin_on_a_full_disk_and_says_why(machine: Machine) -> None:
    with machine.serving as service:
        service.stop()
        with machine.disk("full"):
            service.spawn()
            status = service.wait()
        service.start()

    assert status in {1, 2}
    assert "journal.db" in service.text
    assert "No space left on device" in service.text
    assert "Traceback" not in service.text
