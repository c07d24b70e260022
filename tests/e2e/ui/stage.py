"""A service where everything that pages can show is there: runs at rest and at work, questions, failures, triggers."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2
import orjson

from callsheet.scenario.json import Json, JsonObject
from tests.support.every_step import EVERY_STEP
from tests.support.service import Service, program, serving

SERVERS = Path(__file__).parents[2] / "support" / "servers"


def document(scenario_id: str, name: str, *steps: JsonObject, **fields: Json) -> JsonObject:
    """A scenario."""
    return {"schema_version": "1", "scenario_id": scenario_id, "name": name, **fields, "steps": list(steps)}


def call(name: str, tool: str, *, server: str = "tools", **fields: Json) -> JsonObject:
    """A tool step."""
    return {"name": name, "type": "tool", "server": server, "tool": tool, **fields}


ORDER_INPUT: Final[JsonObject] = {
    "type": "object",
    "required": ["dish", "table"],
    "properties": {
        "dish": {"enum": ["soup", "pasta", "cake"], "title": "Dish", "description": "What the kitchen makes."},
        "table": {"type": "integer", "minimum": 1, "maximum": 40, "default": 4},
        "note": {"type": "string", "examples": ["No nuts, please."]},
        "guest": {"$ref": "#/$defs/guest"},
        "pays": {"anyOf": [{"type": "string", "title": "By card"}, {"type": "number", "title": "In cash"}]},
        "extras": {"type": "array", "items": {"type": "string"}},
        "in_a_hurry": {"type": "boolean"},
    },
    "$defs": {"guest": {"type": "object", "properties": {"name": {"type": "string"}, "born": {"format": "date"}}}},
    "examples": [{"dish": "soup", "table": 7, "note": "Hot!", "extras": ["bread"]}],
}

ORDER = document(
    "order",
    "Take an order",
    {"name": "write_down", "type": "transform", "output": {"from": "input"}},
    call("cook", "echo", input={"value": {"from": "steps.write_down.output.dish"}}),
    description="From the guest to the kitchen.",
    tags=["kitchen", "evening"],
    input_schema=ORDER_INPUT,
)

REPORT = document(
    "report",
    "Report of the night",
    call("collect", "echo", input={"value": [1, 2, 3]}),
    {
        "name": "each",
        "type": "foreach",
        "items": {"from": "steps.collect.output.value"},
        "steps": [call("weigh", "add", input={"a": {"from": "item"}, "b": 1})],
    },
    {
        "name": "guarded",
        "type": "try",
        "steps": [call("risky", "fail", input={"message": "The printer is out of paper."})],
        "catch": [{"steps": [{"name": "noted", "type": "transform", "output": {"from": "error.message"}}]}],
    },
    call(
        "publish",
        "fail",
        input={"message": "The page was refused: no headline."},
        retry={"max_attempts": 2, "initial_interval": "1ms"},
    ),
    tags=["evening"],
)

AT_WORK = document(
    "at_work",
    "Prepare the evening",
    call("look", "report", server="asking", input={}),
    {"name": "calls_another", "type": "scenario", "scenario_id": "order", "input": {"dish": "soup", "table": 1}},
    {
        "name": "all",
        "type": "parallel",
        "branches": {
            "tables": [
                {
                    "name": "each",
                    "type": "foreach",
                    "items": ["one", "two", "three"],
                    "steps": [call("lay", "echo", input={"value": {"from": "item"}})],
                }
            ],
            "oven": [call("bake", "crawl", server="asking", input={"beats": 3, "then": 3600}, timeout="1h")],
            "menu": [{"name": "agree", "type": "approval", "message": "Is the menu right?"}],
        },
    },
)

ASKS = document(
    "asks",
    "Ask before it goes out",
    {
        "name": "may",
        "type": "approval",
        "message": "May “Bridge opens” go out?",
        "assignees": ["mo", "kim"],
        "form_schema": {
            "type": "object",
            "required": ["section"],
            "properties": {"section": {"enum": ["front", "local"]}, "words": {"type": "integer", "maximum": 900}},
        },
    },
    call("send", "echo", input={"value": {"from": "steps.may.output.data"}}),
)

BOOKS = document("books", "Book a journey", call("book", "book", server="asking", input={}))

BROKEN = document(
    "broken",
    "A scenario with a mistake",
    call("first", "echo", input={"value": {"from": "steps.nowhere.output"}}),
)

OTHER = document("other", "Another", {"name": "say", "type": "transform", "output": "hello"})

SERVED: Final[Mapping[str, JsonObject]] = {
    "tools": program(SERVERS / "echo.py"),
    "asking": program(SERVERS / "asking.py"),
    "dead": program(SERVERS / "raw.py", "--start", "exit"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """The service, and the ids of its runs by what they show, such as `failed` and `at_work`."""

    service: Service
    runs: Mapping[str, str]

    def address(self, template: str) -> str:
        """An address with the ids of runs in the place of their names."""
        return template.format_map(self.runs)


@contextmanager
def staged(folder: Path, command: Sequence[str | Path]) -> Generator[Stage]:
    """All of it; ended at the end of the block."""
    files = [REPORT, AT_WORK, ASKS, BOOKS, BROKEN, EVERY_STEP, OTHER]
    # Some runs stay at work: nobody waits for them at the end.
    quick = {"drain_timeout": 1}
    with (
        serving(folder, scenarios=files, servers=SERVED, settings=quick, command=command) as service,
        service.client() as client,
    ):
        for name in (ORDER["name"], "Take any order"):
            put(client, "/api/scenarios/order", {**ORDER, "name": name})
        trigger: JsonObject = {"schema_version": "1", "scenario_id": "order", "description": "For the kitchen."}
        dinner: JsonObject = {"dish": "soup", "table": 2}
        put(client, "/api/schedules/nightly", {**trigger, "name": "nightly", "cron": "30 2 * * *", "input": dinner})
        put(client, "/api/hooks/push", {**trigger, "name": "push", "secret": "PUSH", "input": {"from": "body"}})
        yield Stage(service, _runs(client))


def _runs(client: httpx2.Client) -> Mapping[str, str]:
    runs = {
        "ended": begin(client, "order", dish="pasta", table=3),
        "failed": begin(client, "report"),
        "cancelled": begin(client, "asks"),
        "at_work": begin(client, "at_work"),
        "asks": begin(client, "asks"),
        "books": begin(client, "books"),
    }
    for name in ("ended", "failed"):
        follow(client, runs[name], has_ended)
    client.post(f"/api/runs/{runs['cancelled']}/cancel").raise_for_status()
    follow(client, runs["cancelled"], has_ended)
    follow(client, runs["at_work"], is_at("step_progress", "all.oven.bake", "all[oven].bake", "bake"))
    for name in ("asks", "books"):
        follow(client, runs[name], is_at("step_waiting"))
    return runs


def put(client: httpx2.Client, path: str, content: JsonObject) -> None:
    """Save something, over what is saved under that name."""
    headers = {} if client.get(path).status_code == 404 else {"if-match": "*"}
    answer = client.put(path, json=content, headers=headers)
    assert answer.is_success, answer.text


def begin(client: httpx2.Client, scenario_id: str, **given: Json) -> str:
    """The id of a run that was accepted."""
    answer = client.post("/api/runs", json={"scenario_id": scenario_id, "input": given})
    assert answer.status_code == 202, answer.text
    return answer.json()["run_id"]


Reached = Callable[[JsonObject], bool]


def has_ended(event: JsonObject) -> bool:
    """The last event of a run."""
    return event["type"] == "run_finished"


def is_at(kind: str, *paths: str) -> Reached:
    """An event of this type, of one of these steps when any are named."""
    return lambda event: event["type"] == kind and (not paths or event.get("step_path") in paths)


def follow(client: httpx2.Client, run_id: str, reached: Reached) -> None:
    """Return when the run has such an event."""
    seen: list[JsonObject] = []
    rest = b""
    with client.stream("GET", f"/api/runs/{run_id}/events") as events:
        for part in events.iter_bytes():
            # Not as lines of text: those also end at characters that are part of an event.
            *lines, rest = (rest + part).split(b"\n")
            seen += [orjson.loads(line.removeprefix(b"data: ")) for line in lines if line.startswith(b"data: ")]
            if any(map(reached, seen)):
                return
    raise AssertionError(f"The run {run_id} never came there: {seen}")
