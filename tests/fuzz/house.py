"""A service to throw things at: real processes, either journal, scenarios of every kind, runs in every state.

with inhabited(folder, "postgres") as service:
    service.known["run_id"]
"""

import json
import subprocess
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import httpx2

from callsheet.journal.postgres.migrate import upgrade
from callsheet.scenario.json import JsonObject
from tests.support.fleet import make_queue
from tests.support.postgres import postgres_server
from tests.support.scenarios import from_, scenario, step
from tests.support.service import COMMAND, ROOT, Service, program, serving

JournalKind = Literal["sqlite", "postgres"]
JOURNALS: Final[tuple[JournalKind, ...]] = ("sqlite", "postgres")

ECHO: Final = ROOT / "tests" / "support" / "servers" / "echo.py"

SCENARIOS: Final[tuple[JsonObject, ...]] = (
    scenario(step("say", server="echo", input={"value": from_("input")}), scenario_id="says"),
    scenario({"name": "stop", "type": "fail", "message": "On purpose."}, scenario_id="fails"),
    scenario({"name": "ask", "type": "approval", "message": "Go on?"}, scenario_id="asks"),
    scenario({"name": "pause", "type": "wait", "duration": "1h"}, scenario_id="waits"),
    scenario(step("nap", server="echo", tool="nap", timeout="1h"), scenario_id="naps"),
    scenario({"name": "child", "type": "scenario", "scenario_id": "asks"}, scenario_id="parent"),
    scenario(
        {"name": "one", "type": "transform", "output": from_("input.n")},
        scenario_id="counts",
        input_schema={"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}, "required": ["n"]},
        output=from_("steps.one.output"),
    ),
)
"""By what becomes of a run of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhabited:
    """A service with something in it.

    Attributes:
        service: the process.
        known: names that there are, by what a parameter of the API is called.
        key: an admin's, with which to call; empty where nobody is asked.
    """

    service: Service
    known: dict[str, list[str]]
    key: str

    def client(self) -> httpx2.Client:
        """A client that may do everything."""
        return _client(self.service, self.key)


@contextmanager
def inhabited(folder: Path, journal: JournalKind, *, asks: bool = False) -> Generator[Inhabited]:
    """The service, until the block ends; with `asks`, callers have to say who they are."""
    with ExitStack() as stack:
        settings: dict[str, str | int | float] = {
            # What is looked for is what a request does, however many there are.
            "key_rate": "100000000/second",
            "source_rate": "100000000/second",
            "max_runs_per_key": 1_000_000,
            "max_queued_runs": 1_000_000,
        }
        if journal == "postgres":
            url = stack.enter_context(postgres_server()).database()
            upgrade(url)
            make_queue(url)
            settings["database_url"] = url
        # A call of the tool that never answers ends before schemathesis gives up.
        servers = {"echo": program(ECHO, callTimeout=5)}
        if asks:
            settings["auth"] = "on"
        here = serving(folder, scenarios=SCENARIOS, servers=servers, settings=settings, start=False)
        service = stack.enter_context(here)
        key = _key(folder) if asks else ""
        service.start()
        with _client(service, key) as client:
            known = _inhabit(client)
        yield Inhabited(service=service, known=known, key=key)


def _client(service: Service, key: str) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx2.Client(base_url=service.url, headers=headers, timeout=30)


def _key(folder: Path) -> str:
    command = [*COMMAND[:-1], "keys", "create", "fuzz", "--role", "admin", "--folder", str(folder)]
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def _inhabit(client: httpx2.Client) -> dict[str, list[str]]:
    """Begin runs and save documents; what they are called."""
    ended = [_begin(client, "says", {"value": n}) for n in range(2)] + [_begin(client, "counts", {"n": 1})]
    failed = _begin(client, "fails")
    for run_id in [*ended, failed]:
        client.get(f"/api/runs/{run_id}/events").raise_for_status()  # the stream ends with the run
    open_runs = [_begin(client, name) for name in ("asks", "waits", "naps", "parent", "asks")]
    cancelled = _begin(client, "waits")
    client.post(f"/api/runs/{cancelled}/cancel").raise_for_status()
    saved = SCENARIOS[0] | {"scenario_id": "saved"}
    revision: str = _put(client, "/api/scenarios/saved", saved)["revision"]
    # Two that may be revoked: the one that calls may not, or all that follows is a 401.
    keys = [client.post("/api/keys", json={"name": f"spare{n}", "role": "viewer"}).json()["key_id"] for n in range(2)]
    common = {"schema_version": "1", "scenario_id": "says"}
    _put(client, "/api/schedules/nightly", {**common, "name": "nightly", "cron": "30 2 * * *"})
    _put(client, "/api/hooks/push", {**common, "name": "push", "secret": "PUSH"})
    return {
        "run_id": [*ended, failed, *open_runs, cancelled],
        "step_path": ["say", "stop", "ask", "one", "child"],
        "scenario_id": ["saved", *(str(document["scenario_id"]) for document in SCENARIOS)],
        "name": ["nightly", "push"],
        "key_id": keys,
        "server": ["echo"],
        "tool": ["echo", "add"],
        "revision": [f'"{revision}"', "*"],
    }


def _begin(client: httpx2.Client, scenario_id: str, run_input: JsonObject | None = None) -> str:
    answer = client.post("/api/runs", json={"scenario_id": scenario_id, "input": run_input or {}})
    assert answer.status_code == 202, answer.text
    return answer.json()["run_id"]


def _put(client: httpx2.Client, path: str, document: JsonObject) -> dict[str, str]:
    answer = client.put(path, content=json.dumps(document), headers={"Content-Type": "application/json"})
    assert answer.status_code == 201, answer.text
    return answer.json()
