"""The log's fields: of the request, the run, the step and the call on whose behalf something was written."""

import json
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from callsheet.cli.logs import logs_on_stderr
from callsheet.runs.events import RunId
from callsheet.telemetry.trace_ids import trace_of
from tests.support.service import program
from tests.telemetry.house import RAW, chain, opened

WARNS = {"raw": program(RAW, outputValidation="warn")}
"""What does not fit a tool's output schema is logged: the nearest line to a tool call that there is."""


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line)["record"] for line in text.splitlines()]


async def test_a_line_knows_its_run_step_and_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with logs_on_stderr("INFO"):
        async with opened(tmp_path, [chain("odd", "mismatch")], WARNS) as place:
            run_id = await place.run("odd")
    (line,) = [each for each in records(capsys.readouterr().err) if "callsheet.tools" in each["name"]]
    assert line["extra"] == {
        "run_id": run_id,
        "scenario_id": "odd",
        "step_path": "mismatch_0",
        "tool": "mismatch",
        "server": "raw",
    }


async def test_a_line_knows_its_trace_where_there_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spans = SimpleSpanProcessor(InMemorySpanExporter())
    with logs_on_stderr("INFO"):
        async with opened(tmp_path, [chain("odd", "mismatch")], WARNS, spans=spans) as place:
            run_id = RunId(await place.run("odd"))
    (line,) = [each for each in records(capsys.readouterr().err) if "callsheet.tools" in each["name"]]
    assert line["extra"]["trace_id"] == f"{trace_of(run_id):032x}"


async def test_each_request_leaves_a_line_with_its_name_and_no_query(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logs_on_stderr("DEBUG"):
        async with opened(tmp_path, []) as place:
            named = await place.client.get("/api/runs?q=s3cr3t", headers={"X-Request-Id": "from-a-proxy.1"})
            forged = await place.client.post("/api/runs", json={}, headers={"X-Request-Id": 'no"name'})
    lines = [each for each in records(capsys.readouterr().err) if "requests" in each["name"]]
    read, changed = lines
    assert (named.headers["x-request-id"], read["extra"]["request_id"]) == ("from-a-proxy.1", "from-a-proxy.1")
    assert forged.headers["x-request-id"] == changed["extra"]["request_id"] != 'no"name'
    assert (read["level"]["name"], changed["level"]["name"]) == ("DEBUG", "INFO")
    assert (read["message"], read["extra"]["route"]) == ("GET /api/runs 200", "/api/runs")
    assert changed["extra"]["status"] == 422
    assert changed["extra"]["caller"] == "local"
    assert "s3cr3t" not in str(lines)


async def test_a_run_leaves_a_line_at_its_end_and_one_for_each_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logs_on_stderr("DEBUG"):
        async with opened(tmp_path, [chain("odd", "mismatch")], WARNS) as place:
            run_id = await place.run("odd")
    written = [each for each in records(capsys.readouterr().err) if each["name"] == "callsheet.telemetry.logged"]
    assert {each["extra"]["run_id"] for each in written} == {run_id}
    assert [(each["level"]["name"], each["message"]) for each in written] == [
        ("DEBUG", "The run is accepted."),
        ("DEBUG", "The step mismatch_0 ended: success."),
        ("INFO", "The run ended: success."),
    ]
    assert written[1]["extra"]["step_path"] == "mismatch_0"
    assert written[-1]["extra"]["duration_ms"] > 0


async def test_a_refused_caller_is_in_the_log_with_an_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logs_on_stderr("INFO"):
        async with opened(tmp_path, []) as place:
            await place.client.get("/api/runs", headers={"Host": "evil.example"})
    (line,) = [each for each in records(capsys.readouterr().err) if "requests" in each["name"]]
    assert (line["message"], line["extra"]["source"]) == ("GET /api/runs 421", "127.0.0.1")


async def test_a_path_cannot_forge_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with logs_on_stderr("DEBUG"):
        async with opened(tmp_path, []) as place:
            await place.client.get("/api/runs/%0A%7B%22record%22%3A1%7D%1b[2J")
    text = capsys.readouterr().err
    assert "\x1b" not in text
    assert all("time" in record for record in records(text))
