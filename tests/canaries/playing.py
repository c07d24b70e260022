"""One run of the mix, and all that a client is told of it, within a time."""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import httpx2

from callsheet.scenario.json import Json
from tests.canaries.hostile import CONTROL, HOWS, SECRETS, scenario_id
from tests.support.service import Service

SILENCE: Final = 30
"""Seconds; a stream that is alive says something every 15."""


class Late(Exception):
    """A run did not end in time."""


@dataclass(slots=True)
class Played:
    """What was seen; mutable, for it grows.

    Attributes:
        counts: how often each kind of end, and of what happened on the way, was seen.
    """

    run_ids: list[str] = field(default_factory=list[str])
    seen: list[bytes] = field(default_factory=list[bytes])
    counts: Counter[str] = field(default_factory=Counter[str])


def play(service: Service, ends: float, number: int) -> Played:
    """Play run `number` of the mix.

    Raises:
        Late: it is not at its end at `ends`, by the monotonic clock.
    """
    name, how = sorted(SECRETS)[number % len(SECRETS)], HOWS[number % len(HOWS)]
    server = "crashing" if how == "crash" else "telling"
    run_input: dict[str, Json] = {"how": how, "mine": SECRETS[name], "control": CONTROL}
    played = Played()
    with service.client() as client:
        started = client.post("/api/runs", json={"scenario_id": scenario_id(name, server), "input": run_input})
        assert started.status_code == 202, started.text
        run_id = started.json()["run_id"]
        played.seen.append(started.content)
        if how == "nap" and number % 2:
            played.seen.append(client.post(f"/api/runs/{run_id}/cancel").content)
        _follow(client, run_id, ends, played)
        played.seen += [client.get(f"/api/runs/{run_id}{path}").content for path in ("", "?include=steps")]
        if number % 5 == 0:
            fork = client.post(f"/api/runs/{run_id}/fork", json={})
            played.seen.append(fork.content)
            if fork.status_code == 202:
                played.counts["forked"] += 1
                _follow(client, fork.json()["run_id"], ends, played)
    return played


def _follow(client: httpx2.Client, run_id: str, ends: float, played: Played) -> None:
    """The stream of a run to its end; what it asks is answered."""
    played.run_ids.append(run_id)
    with client.stream("GET", f"/api/runs/{run_id}/events", timeout=SILENCE) as events:
        for line in events.iter_lines():
            if time.monotonic() > ends:
                raise Late(f"The run {run_id} does not end.")
            played.seen.append(line.encode())
            if line.startswith("data:"):
                _hear(client, run_id, json.loads(line[5:]), played)


def _hear(client: httpx2.Client, run_id: str, event: dict[str, Json], played: Played) -> None:
    error = event.get("error")
    if event["type"] == "run_finished":
        played.counts[str(event["status"])] += 1
    elif event["type"] == "step_retrying":
        played.counts["retried"] += 1
    elif event["type"] == "step_waiting":
        answer = {"approved": True, "data": {"a": SECRETS["FROM_ENV"]}}
        answered = client.post(f"/api/runs/{run_id}/steps/{event['step_path']}/answer", json=answer)
        played.seen.append(answered.content)
        played.counts["asked"] += answered.status_code < 300
    if isinstance(error, dict) and "imeout" in str(error["code"]):
        played.counts["timed out"] += 1
