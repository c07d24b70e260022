"""The six binding routes, checked by a client that was written from the seed document alone.

A real server process calls a real tool server, over both transports, on real articles.
"""

import json
import re
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import pytest

from callsheet.scenario.json import JsonObject
from examples.news.site_server import ARTICLE_TO_TRY, EARLIEST_SOURCE
from tests.e2e.seed_client import Sent, get, post, subscribe
from tests.support.scenarios import SEED
from tests.support.service import ROOT, Service, printing, program, serving

pytestmark = [pytest.mark.timeout(90), pytest.mark.parametrize("transport", ["stdio", "http"])]

NEWS = ROOT / "examples" / "news"
SCENARIO = "news_source_discovery_v1"
TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$", re.ASCII)

SUBMITTED = ["run_id", "scenario_id", "status", "input", "started_at"]
SNAPSHOT = ["scenario_id", "status", "message", "input", "steps", "run_id"]
STEP = ["node_id", "status", "started_at", "finished_at", "message"]
EVENTS = {
    "run_started": ["type", "run_id", "scenario_id", "started_at"],
    "step_started": ["type", "run_id", "step_name", "index", "started_at"],
    "step_finished": ["type", "run_id", "step_name", "index", "status", "started_at", "finished_at", "message"],
    "run_finished": ["type", "run_id", "status", "finished_at", "message"],
}

Start: TypeAlias = Callable[[str], Service]


@pytest.fixture(scope="module")
def site() -> Generator[str]:
    """The bundled site, without its slow page."""
    with printing(NEWS / "site_server.py", "--slow-seconds", "0") as url:
        yield url


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Generator[Start]:
    """Gives the service whose tool server is reached over a transport; started when it is first asked for."""
    running: dict[str, Service] = {}
    with ExitStack() as stack:

        def started(transport: str) -> Service:
            if transport not in running:
                entry: JsonObject = program(NEWS / "server.py")
                if transport == "http":
                    url = stack.enter_context(printing(NEWS / "server.py", "--http", "0"))
                    entry = {"type": "http", "url": url}
                folder = tmp_path_factory.mktemp(transport)
                running[transport] = stack.enter_context(serving(folder, scenarios=[SEED], servers={"news": entry}))
            return running[transport]

        yield started


@pytest.fixture
def api(start: Start, transport: str) -> str:
    """The address that the seed's paths begin at."""
    return f"{start(transport).url}/api"


def submit(api: str, url: str) -> str:
    """Run the seed's scenario; the run's id."""
    answer = post(f"{api}/runs", {"scenario_id": SCENARIO, "input": {"url": url}})
    assert answer.status == 202, answer.raw
    return answer.body["run_id"]


def follow(api: str, run_id: str) -> list[Sent]:
    """Every event of a run, up to the end of its stream."""
    with subscribe(f"{api}/runs/{run_id}/events") as stream:
        return stream.rest()


def begins_with(record: dict[str, Any], fields: Sequence[str]) -> bool:
    """Whether the seed's fields stand first and in the seed's order; others may follow."""
    return list(record)[: len(fields)] == list(fields)


@contextmanager
def held_page() -> Generator[tuple[str, threading.Event]]:
    """An article that does not come before the event is set, and is gone then."""
    release = threading.Event()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            release.wait(30)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tide-höhe.html", release
        finally:
            release.set()
            server.shutdown()


def of_the_seed(events: list[Sent]) -> list[Sent]:
    """The events that the seed has; ours come in between, such as the progress of a tool."""
    return [event for event in events if event.name in EVENTS]


def test_a_run_is_accepted_at_once(api: str, site: str) -> None:
    given = {"url": site + ARTICLE_TO_TRY}
    answer = post(f"{api}/runs", {"scenario_id": SCENARIO, "input": given})

    assert answer.status == 202
    assert answer.headers["Content-Type"] == "application/json"
    assert begins_with(answer.body, SUBMITTED)
    assert str(UUID(answer.body["run_id"])) == answer.body["run_id"]
    assert answer.body["scenario_id"] == SCENARIO
    assert answer.body["status"] in {"queued", "running"}
    assert answer.body["input"] == given
    assert TIMESTAMP.match(answer.body["started_at"])


def test_the_stream_has_the_headers_of_the_seed_and_ends_after_run_finished(api: str, site: str) -> None:
    run_id = submit(api, site + ARTICLE_TO_TRY)
    with subscribe(f"{api}/runs/{run_id}/events") as stream:
        events = stream.rest()

    assert stream.status == 200
    assert stream.headers.get_content_type() == "text/event-stream"
    assert stream.headers["Cache-Control"] == "no-cache"
    assert stream.headers["X-Accel-Buffering"] == "no"
    assert [event.name for event in of_the_seed(events)] == list(EVENTS)


def test_every_event_has_the_fields_of_the_seed_in_its_order(api: str, site: str) -> None:
    run_id = submit(api, site + ARTICLE_TO_TRY)
    run_started, step_started, step_finished, run_finished = (event.data for event in of_the_seed(follow(api, run_id)))

    for data in (run_started, step_started, step_finished, run_finished):
        assert begins_with(data, EVENTS[data["type"]])
        assert data["run_id"] == run_id
    assert run_started["scenario_id"] == SCENARIO
    for step in (step_started, step_finished):
        assert (step["step_name"], step["index"]) == ("search_news_sources", 0)
    for end in (step_finished, run_finished):
        assert (end["status"], end["message"]) == ("success", "")
    assert step_finished["started_at"] == step_started["started_at"]
    moments = [
        run_started["started_at"],
        step_started["started_at"],
        step_finished["finished_at"],
        run_finished["finished_at"],
    ]
    assert all(TIMESTAMP.match(moment) for moment in moments)
    assert moments == sorted(moments)


def test_the_name_of_each_event_is_its_type(api: str, site: str) -> None:
    events = follow(api, submit(api, site + ARTICLE_TO_TRY))

    assert all(event.name == event.data["type"] for event in events)


def test_a_late_subscriber_gets_the_same_bytes_as_an_early_one(api: str, site: str) -> None:
    run_id = submit(api, site + ARTICLE_TO_TRY)
    received: list[bytes] = []
    for _ in range(2):
        with subscribe(f"{api}/runs/{run_id}/events") as stream:
            stream.rest()
            received.append(stream.raw)

    assert received[0] == received[1]


def test_the_snapshot_of_a_finished_run_is_complete(api: str, site: str) -> None:
    url = site + ARTICLE_TO_TRY
    run_id = submit(api, url)
    step_finished = of_the_seed(follow(api, run_id))[2].data
    answer = get(f"{api}/runs/{run_id}")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert begins_with(answer.body, SNAPSHOT)
    assert {name: answer.body[name] for name in SNAPSHOT if name != "steps"} == {
        "scenario_id": SCENARIO,
        "status": "success",
        "message": "",
        "input": {"url": url},
        "run_id": run_id,
    }
    (step,) = answer.body["steps"]
    assert begins_with(step, STEP)
    assert {name: step[name] for name in STEP} == {
        "node_id": "search_news_sources",
        "status": "success",
        "started_at": step_finished["started_at"],
        "finished_at": step_finished["finished_at"],
        "message": "",
    }


def test_the_tool_really_found_the_earliest_source(api: str, site: str) -> None:
    run_id = submit(api, site + ARTICLE_TO_TRY)
    follow(api, run_id)

    assert get(f"{api}/runs/{run_id}").body["output"]["candidates"][0]["url"] == site + EARLIEST_SOURCE


def test_a_run_is_watched_live_and_its_failure_is_told_in_a_sentence(api: str) -> None:
    with held_page() as (url, release):
        run_id = submit(api, url)
        with (
            subscribe(f"{api}/runs/{run_id}/events") as early,
            subscribe(f"{api}/runs/{run_id}/events") as late,
        ):
            seen = [early.next(), early.next()]
            during = get(f"{api}/runs/{run_id}").body
            seen_late = [late.next()]
            release.set()
            seen += early.rest()
            seen_late += late.rest()

    assert [event.name for event in seen if event] == list(EVENTS)
    assert seen_late == seen
    assert begins_with(during, SNAPSHOT)
    assert (during["status"], during["message"]) == ("running", "")
    assert all(begins_with(step, STEP) and step["finished_at"] is None for step in during["steps"])
    step_finished, run_finished = seen[2], seen[3]
    assert step_finished is not None
    assert run_finished is not None
    assert (step_finished.data["status"], run_finished.data["status"]) == ("failed", "failed")
    assert "search_news_sources" in run_finished.data["message"]
    after = get(f"{api}/runs/{run_id}").body
    assert (after["status"], after["message"]) == ("failed", run_finished.data["message"])
    assert after["steps"][0]["message"] == step_finished.data["message"] != ""


def test_json_is_not_ascii_escaped(api: str) -> None:
    with held_page() as (url, release):
        release.set()
        run_id = submit(api, url)
        with subscribe(f"{api}/runs/{run_id}/events") as stream:
            stream.rest()
        snapshot = get(f"{api}/runs/{run_id}").raw

    for raw in (stream.raw, snapshot):
        assert "höhe".encode() in raw
        assert b"\\u00f6" not in raw


@pytest.mark.parametrize("run_id", ["76d6903c-f520-4a40-b0fc-8fed3f7955d2", "no-uuid"])
def test_an_unknown_run_is_404_on_both_routes(api: str, run_id: str) -> None:
    for path in ("", "/events"):
        answer = get(f"{api}/runs/{run_id}{path}")
        assert answer.status == 404
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.body["detail"] == f"Unknown run_id: {run_id}"


def test_the_scenarios_are_listed(api: str) -> None:
    answer = get(f"{api}/scenarios")
    (summary,) = answer.body
    fields = ["scenario_id", "name", "description", "input_schema"]

    assert answer.status == 200
    assert begins_with(summary, fields)
    assert {name: summary[name] for name in fields} == {name: SEED[name] for name in fields}


def test_a_scenario_is_given_as_it_was_written(api: str) -> None:
    answer = get(f"{api}/scenarios/{SCENARIO}")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert json.dumps(answer.body) == json.dumps(SEED)  # the order of the keys too


def test_an_unknown_scenario_is_404_with_the_reason(api: str) -> None:
    answer = get(f"{api}/scenarios/nothing_of_this_name")

    assert answer.status == 404
    assert "nothing_of_this_name" in answer.body["detail"]


def test_the_tools_are_those_of_the_tool_server(api: str) -> None:
    answer = get(f"{api}/tools")

    assert answer.status == 200
    assert all(begins_with(tool, ["name", "description", "input_schema"]) for tool in answer.body)
    tools = {tool["name"]: tool for tool in answer.body}
    assert "search_news_sources" in tools
    assert tools["search_news_sources"]["description"]
    assert tools["search_news_sources"]["input_schema"]["required"] == ["url"]


def test_tools_out_of_reach_are_502_with_the_reason(transport: str, tmp_path: Path) -> None:
    entry: JsonObject = {"command": "/nowhere/news-server"}
    if transport == "http":
        entry = {"type": "http", "url": "http://127.0.0.1:9/mcp"}  # the discard port: nobody listens
    with serving(tmp_path, scenarios=[SEED], servers={"news": entry}) as service:
        answer = get(f"{service.url}/api/tools")

    assert answer.status == 502
    assert "news" in answer.body["detail"]
