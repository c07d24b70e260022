"""Runs of the scenarios beside this file, over HTTP on a real service; and what their events say."""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callsheet.scenario.json import JsonObject
from callsheet.scenario.yaml import decode_yaml
from tests.support.service import Service, serving

SCENARIOS = Path(__file__).parent / "scenarios"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as far as its events were read."""

    run_id: str
    events: list[dict[str, Any]]

    @property
    def output(self) -> Any:
        """What came out of the run, which succeeded."""
        last = self.events[-1]
        assert (last["type"], last.get("status"), last.get("message")) == ("run_finished", "success", "")
        return last["output"]

    def of(self, kind: str, path: str) -> list[dict[str, Any]]:
        """The events of one kind of one step."""
        return [event for event in self.events if event["type"] == kind and event["step_path"] == path]

    def error(self, path: str) -> Any:
        """Why a step failed; null when it did not."""
        (finished,) = self.of("step_finished", path)
        return finished["error"]


@contextmanager
def house(folder: Path, servers: Mapping[str, JsonObject]) -> Generator[Service]:
    """A service with all scenarios of this folder and these tool servers."""
    documents = [_document(file) for file in sorted(SCENARIOS.glob("*.yaml"))]
    with serving(folder, scenarios=documents, servers=servers, settings={"drain_timeout": 1}) as service:
        yield service


def begin(service: Service, scenario_id: str, **run_input: Any) -> str:
    """Start a run; its id."""
    with service.client() as client:
        answer = client.post("/api/runs", json={"scenario_id": scenario_id, "input": run_input})
    assert answer.status_code == 202, answer.text
    return answer.json()["run_id"]


def read(service: Service, run_id: str, until: str = "run_finished") -> Run:
    """The run when it has come to an event of this kind, or to its end."""
    events: list[dict[str, Any]] = []
    with service.client() as client, client.stream("GET", f"/api/runs/{run_id}/events") as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                events.append(json.loads(line.removeprefix("data: ")))
                if events[-1]["type"] in {until, "run_finished"}:
                    break
    assert events[-1]["type"] == until, events[-1]
    return Run(run_id=run_id, events=events)


def run(service: Service, scenario_id: str, **run_input: Any) -> Run:
    """Start a run and read it to its end."""
    return read(service, begin(service, scenario_id, **run_input))


def say(service: Service, run_id: str, path: str, **answer: Any) -> None:
    """Answer a step that waits."""
    with service.client() as client:
        said = client.post(f"/api/runs/{run_id}/steps/{path}/answer", json=answer)
    assert said.status_code == 200, said.text


def _document(file: Path) -> JsonObject:
    document = decode_yaml(file.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document
