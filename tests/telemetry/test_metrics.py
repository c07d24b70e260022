"""What Prometheus sees, compared with what ran."""

import asyncio
import math
from dataclasses import replace
from pathlib import Path

import pytest

from callsheet.access.patterns import Patterns
from callsheet.access.principal import LOCAL
from callsheet.runs.events import RunId
from callsheet.telemetry.lag import sampling
from tests.api.house import House
from tests.support.service import program
from tests.telemetry.house import RAW, chain, document, opened

FAILING = document(
    "failing",
    {
        "name": "fail",
        "type": "tool",
        "server": "raw",
        "tool": "fail",
        "input": {"message": "no"},
        "retry": {"max_attempts": 3, "errors": ["ToolError"], "initial_interval": 0.01},
    },
)
ECHO = {"name": "echo", "type": "tool", "server": "raw", "tool": "echo", "input": {"n": 1}}
NESTED = document("nested", {"name": "each", "type": "foreach", "items": [1, 2, 3], "as": "n", "steps": [ECHO]})
APPROVAL = document("approval", ECHO, {"name": "ask", "type": "approval", "message": "May I?"})


async def test_runs_steps_and_calls_are_counted_as_they_ended(tmp_path: Path) -> None:
    async with opened(tmp_path, [chain("plain", "echo", "echo"), FAILING, NESTED]) as place:
        for _ in range(3):
            await place.run("plain")
        await place.run("failing")
        await place.run("nested")
        seen = await place.scrape()
    assert seen.value("callsheet_runs_accepted_total", scenario="plain") == 3
    assert seen.value("callsheet_runs_total", scenario="plain", status="success") == 3
    assert seen.value("callsheet_runs_total", scenario="failing", status="failed") == 1
    assert seen.value("callsheet_run_errors_total", code="ToolError") == 1
    assert seen.value("callsheet_run_duration_seconds_count", scenario="plain") == 3
    assert 0 < (seen.value("callsheet_run_duration_seconds_sum", scenario="plain") or 0) < 60
    assert seen.value("callsheet_steps_total", scenario="plain", type="tool", status="success") == 6
    assert seen.value("callsheet_steps_total", scenario="failing", type="tool", status="failed") == 1
    assert seen.value("callsheet_steps_total", scenario="nested", type="foreach", status="success") == 1
    assert seen.value("callsheet_steps_total", scenario="nested", type="tool", status="success") == 3
    assert seen.value("callsheet_step_retries_total", scenario="failing", type="tool") == 2
    counts = "callsheet_tool_call_duration_seconds_count"
    assert seen.value(counts, server="raw", tool="echo", outcome="success") == 9
    assert seen.value(counts, server="raw", tool="fail", outcome="failed") == 3
    assert seen.total("callsheet_runs_unfinished") == 0


async def test_a_histogram_has_buckets_that_grow_to_its_count(tmp_path: Path) -> None:
    async with opened(tmp_path, [chain("plain", "echo")]) as place:
        await place.run("plain")
        seen = await place.scrape()
    buckets = sorted(
        (float(dict(labels)["le"]), value)
        for (name, labels), value in seen.samples.items()
        if name == "callsheet_journal_commit_duration_seconds_bucket"
    )
    assert [value for _, value in buckets] == sorted(value for _, value in buckets)
    assert buckets[-1] == (math.inf, seen.value("callsheet_journal_commit_duration_seconds_count"))
    changes = seen.value("callsheet_journal_commit_batch_size_sum") or 0
    assert changes >= 3  # the run, its step, its end
    assert buckets[-1][1] <= changes


async def test_a_run_that_waits_is_unfinished_and_its_steps_are_known_when_it_goes_on(tmp_path: Path) -> None:
    async with opened(tmp_path, [APPROVAL]) as place:
        answer = await place.client.post("/api/runs", json={"scenario_id": "approval", "input": {}})
        run_id = RunId(answer.json()["run_id"])
        async with asyncio.timeout(20):
            async for records in place.system.runs.follow(run_id, 0):
                if records[-1].type == "run_waiting":
                    break
        seen = await place.scrape()
        assert seen.value("callsheet_runs_unfinished", status="waiting") == 1
        assert seen.value("callsheet_runs_unfinished", status="running") == 0
        assert seen.total("callsheet_runs_total") == 0
    # Another process goes on with it.
    async with opened(tmp_path, [], furnished=True) as place:
        answered = await place.client.post(f"/api/runs/{run_id}/steps/ask/answer", json={"approved": True})
        assert answered.is_success, answered.text
        await place.end_of(run_id)
        # Counted once it is known what ended, which has to be read here: a moment after everybody can see the end.
        async with asyncio.timeout(20):
            while (seen := await place.scrape()).total("callsheet_runs_total") == 0:
                pass
    assert seen.value("callsheet_steps_total", scenario="approval", type="approval", status="success") == 1
    assert seen.value("callsheet_steps_total", scenario="approval", type="tool", status="success") is None
    assert seen.value("callsheet_runs_total", scenario="approval", status="success") == 1
    assert seen.total("callsheet_runs_accepted_total") == 0


async def test_tool_servers_are_up_or_down(tmp_path: Path) -> None:
    servers = {"raw": program(RAW), "dead": program(RAW, "--start", "exit")}
    async with opened(tmp_path, [], servers) as place:
        await place.system.tools.list()
        seen = await place.scrape()
    assert seen.value("callsheet_tool_server_up", server="raw") == 1
    assert seen.value("callsheet_tool_server_up", server="dead") == 0


async def test_no_caller_and_no_scenario_can_invent_labels(tmp_path: Path) -> None:
    unknown = [chain(f"unknown_{number}", f"made_up_{number}") for number in range(3)]
    async with opened(tmp_path, unknown) as place:
        for number in range(3):
            await place.run(f"unknown_{number}")
            await place.client.get(f"/api/runs/{number}")
            await place.client.get(f"/nowhere/{number}")
            await place.client.request(f"VERB{number}", "/api/runs")
        seen = await place.scrape()
    calls = {labels for name, labels in seen.samples if name == "callsheet_tool_call_duration_seconds_count"}
    assert calls == {frozenset({("server", "raw"), ("tool", "other"), ("outcome", "failed")})}
    routes = {dict(labels)["route"] for name, labels in seen.samples if name == "callsheet_http_requests_total"}
    assert routes == {"/api/runs", "/api/runs/{run_id}", "other"}
    methods = {dict(labels)["method"] for name, labels in seen.samples if name == "callsheet_http_requests_total"}
    assert methods == {"GET", "POST", "other"}


async def test_the_server_of_a_call_that_names_none_is_found(tmp_path: Path) -> None:
    servers = {"raw": program(RAW), "there": program(RAW, "--name", "there")}
    async with opened(tmp_path, [chain("homeless", "only_there", server=None)], servers) as place:
        await place.run("homeless")
        await place.run("homeless")
        seen = await place.scrape()
    assert seen.total("callsheet_tool_call_duration_seconds_count", server="there", tool="only_there") == 2


async def test_two_systems_of_one_process_count_for_themselves(tmp_path: Path) -> None:
    async with opened(tmp_path / "a", [chain("plain", "echo")]) as a, opened(tmp_path / "b", []) as b:
        await a.run("plain")
        assert (await a.scrape()).total("callsheet_runs_total") == 1
        assert (await b.scrape()).total("callsheet_runs_total") == 0


async def test_prometheus_can_ask_for_openmetrics_and_nothing_that_a_header_says_breaks_it(tmp_path: Path) -> None:
    async with opened(tmp_path, []) as place:
        accepted = "application/openmetrics-text; version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
        answer = await place.client.get("/metrics", headers={"Accept": accepted})
        assert answer.headers["content-type"].startswith("application/openmetrics-text")
        assert answer.text.endswith("# EOF\n")
        for odd in ("text/plain; version=x", ";;=,", "application/openmetrics-text; version=\x01"):
            answer = await place.client.get("/metrics", headers={"Accept": odd})
            assert answer.status_code == 200


async def test_the_loops_lag_is_sampled_again_and_again() -> None:
    samples: list[float] = []
    enough = asyncio.Event()

    def late(seconds: float) -> None:
        samples.append(seconds)
        if len(samples) == 2:
            enough.set()

    async with asyncio.timeout(20):
        with sampling(late):
            await enough.wait()
    assert all(0 <= seconds < 20 for seconds in samples)


async def test_who_may_not_see_every_run_may_not_see_metrics_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    restricted = replace(LOCAL, scenarios=Patterns(("news_*",)))
    monkeypatch.setattr("callsheet.api.middleware.callers.LOCAL", restricted)
    async with House().client() as client:
        assert (await client.get("/metrics")).status_code == 403


async def test_a_process_that_counts_nothing_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path, [], metrics=False) as place:
        assert (await place.client.get("/metrics")).status_code == 404
