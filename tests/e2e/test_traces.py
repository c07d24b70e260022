"""Traces of a real process that is killed, as a collector gets them over OTLP."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from callsheet.runs.events import RunId
from callsheet.telemetry.trace_ids import span_of_run, trace_of
from tests.support.service import program, serving
from tests.telemetry.house import RAW, document

PATIENCE = 30.0


class Collector(ThreadingHTTPServer):
    """Takes spans over OTLP, and knows for which service and with which header they came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.spans: list[Span] = []
        self.services: set[str] = set()
        self.came = threading.Condition()

    def take(self, request: ExportTraceServiceRequest) -> None:
        with self.came:
            for resource in request.resource_spans:
                known = {each.key: each.value.string_value for each in resource.resource.attributes}
                self.services.add(known["service.name"])
                self.spans += [span for scope in resource.scope_spans for span in scope.spans]
            self.came.notify_all()

    def wait_for(self, name: str) -> Span:
        """The first span with this name."""
        ends = time.monotonic() + PATIENCE
        with self.came:
            while not (found := [span for span in self.spans if span.name == name]):
                assert self.came.wait(ends - time.monotonic()), f"{name!r} did not come"
            return found[0]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert isinstance(self.server, Collector)
        if self.path == "/v1/traces" and self.headers["x-tenant"] == "news":
            self.server.take(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def collecting() -> Generator[Collector]:
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever, daemon=True)
        thread.start()
        yield collector
        collector.shutdown()


def test_a_run_whose_process_was_killed_is_one_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    echo = {"type": "tool", "server": "raw", "tool": "echo"}
    slow = document(
        "slow", {"name": "one", **echo}, {"name": "pause", "type": "wait", "duration": "2s"}, {"name": "two", **echo}
    )
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_port}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=news")
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
        settings = {"traces": "otlp"}
        with serving(tmp_path, scenarios=[slow], servers={"raw": program(RAW)}, settings=settings) as service:
            with service.client() as client:
                run_id = RunId(client.post("/api/runs", json={"scenario_id": "slow", "input": {}}).json()["run_id"])
            first = collector.wait_for("step one")
            service.restart()
            run, last = collector.wait_for("run slow"), collector.wait_for("step two")
        assert collector.services == {"callsheet"}
    trace = trace_of(run_id).to_bytes(16, "big")
    assert {first.trace_id, last.trace_id, run.trace_id} == {trace}
    assert first.parent_span_id == last.parent_span_id == run.span_id == span_of_run(run_id).to_bytes(8, "big")
    assert run.start_time_unix_nano <= first.start_time_unix_nano < last.end_time_unix_nano <= run.end_time_unix_nano
