"""Traces, as the SDK's own exporter in memory got them."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from callsheet.errors.service import ConfigurationInvalid
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.events import RunId, StepPath
from callsheet.telemetry.journal import ObservedJournal
from callsheet.telemetry.runs import RunsAtWork
from callsheet.telemetry.spans import ChosenIds, Spans, nanoseconds
from callsheet.telemetry.trace_ids import span_around, span_of_run, span_of_step, trace_of
from callsheet.telemetry.traces import Traced
from tests.mcp_endpoint.house import LEGACY, MODERN, run_id_of
from tests.support.events import NOON, new_run, step_finished, step_retrying, step_started
from tests.telemetry.house import chain, document, opened

ECHO = {"name": "echo", "type": "tool", "server": "raw", "tool": "echo", "input": {"secret": "s3cr3t-value"}}
NESTED = document(
    "nested",
    {"name": "each", "type": "foreach", "items": [1, 2], "as": "n", "steps": [ECHO]},
    {
        "name": "pair",
        "type": "parallel",
        "branches": {"left": [{**ECHO, "name": "a"}], "right": [{**ECHO, "name": "b"}]},
    },
)
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    """What was written so far."""
    return InMemorySpanExporter()


def named(spans: Sequence[ReadableSpan], name: str) -> list[ReadableSpan]:
    return [span for span in spans if span.name == name]


def span_id(span: ReadableSpan) -> int:
    assert span.context is not None
    return span.context.span_id


def attribute(span: ReadableSpan, name: str) -> object:
    return (span.attributes or {}).get(name)


async def test_a_run_its_steps_and_their_calls_are_one_trace(tmp_path: Path, exporter: InMemorySpanExporter) -> None:
    async with opened(tmp_path, [NESTED], spans=SimpleSpanProcessor(exporter)) as place:
        run_id = RunId(await place.run("nested"))
    spans = [
        span for span in exporter.get_finished_spans() if span.context and span.context.trace_id == trace_of(run_id)
    ]
    (run,) = named(spans, "run nested")
    assert run.parent is None
    assert span_id(run) == span_of_run(run_id)
    by_path = {attribute(span, "callsheet.step_path"): span for span in spans if span.name.startswith("step ")}
    assert set(by_path) == {"each", "each[0].echo", "each[1].echo", "pair", "pair.left.a", "pair.right.b"}
    for path, span in by_path.items():
        outer = run if path in {"each", "pair"} else by_path["each" if str(path).startswith("each") else "pair"]
        assert span.parent is not None
        assert span.parent.span_id == span_id(outer)
        assert (run.start_time or 0) <= (span.start_time or 0) <= (span.end_time or 0)
    calls = named(spans, "tools/call echo")
    assert len(calls) == 4
    assert {call.parent.span_id for call in calls if call.parent} == {
        span_id(span) for path, span in by_path.items() if path not in {"each", "pair"}
    }
    for call in calls:
        assert call.kind is SpanKind.CLIENT
        assert attribute(call, "mcp.method.name") == "tools/call"
        assert attribute(call, "gen_ai.tool.name") == "echo"
        assert attribute(call, "callsheet.tool_server") == "raw"


async def test_no_span_holds_what_a_step_took_or_gave(tmp_path: Path, exporter: InMemorySpanExporter) -> None:
    async with opened(tmp_path, [NESTED], spans=SimpleSpanProcessor(exporter)) as place:
        await place.run("nested")
    assert len(exporter.get_finished_spans()) > 10
    assert not any("s3cr3t" in span.to_json() for span in exporter.get_finished_spans())


async def test_the_tool_server_is_told_the_span_of_its_call(tmp_path: Path, exporter: InMemorySpanExporter) -> None:
    async with opened(tmp_path, [chain("told", "meta")], spans=SimpleSpanProcessor(exporter)) as place:
        run_id = RunId(await place.run("told"))
        state = await place.system.runs.state(run_id)
    (call,) = named(exporter.get_finished_spans(), "tools/call meta")
    assert isinstance(state.output, dict)
    assert state.output["traceparent"] == f"00-{trace_of(run_id):032x}-{span_id(call):016x}-01"


async def test_what_failed_says_so_by_its_code_alone(tmp_path: Path, exporter: InMemorySpanExporter) -> None:
    failing = chain("failing", "fail", input={"message": "s3cr3t-value"})
    async with opened(tmp_path, [failing], spans=SimpleSpanProcessor(exporter)) as place:
        await place.run("failing")
    spans = exporter.get_finished_spans()
    for name, kind in (("run failing", "ToolError"), ("step fail_0", "ToolError"), ("tools/call fail", "tool_error")):
        (span,) = named(spans, name)
        assert span.status.status_code is StatusCode.ERROR
        assert attribute(span, "error.type") == kind
        assert span.status.description is None
    assert not any("s3cr3t" in span.to_json() for span in spans)


async def test_each_of_several_attempts_is_a_span_in_its_step(tmp_path: Path, exporter: InMemorySpanExporter) -> None:
    again = {"max_attempts": 3, "initial_interval": "1ms"}
    tried = chain("tried", "fail", input={"message": "s3cr3t-value"}, retry=again)
    async with opened(tmp_path, [tried], spans=SimpleSpanProcessor(exporter)) as place:
        await place.run("tried")
    spans = exporter.get_finished_spans()
    (step,) = named(spans, "step fail_0")
    attempts = named(spans, "attempt fail_0")
    assert [attribute(each, "callsheet.attempt") for each in attempts] == [1, 2, 3]
    assert [attribute(each, "error.type") for each in attempts] == ["ToolError"] * 3
    assert {each.parent.span_id for each in attempts if each.parent} == {span_id(step)}
    ends = [step.start_time or 0, *(moment or 0 for each in attempts for moment in (each.start_time, each.end_time))]
    assert ends == sorted(ends)
    assert ends[-1] == step.end_time
    calls = named(spans, "tools/call fail")
    assert {call.parent.span_id for call in calls if call.parent} == {span_id(step)}
    assert not any("s3cr3t" in span.to_json() for span in spans)


async def test_an_attempt_that_died_with_its_process_is_a_span_of_the_one_that_goes_on(
    exporter: InMemorySpanExporter,
) -> None:
    ids, inner = ChosenIds(), MemoryJournal()
    provider = TracerProvider(id_generator=ids)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    watches = [Traced(Spans(provider, ids, "1"))]
    run_id = (await inner.create(new_run())).run_id
    await inner.append(run_id, 1, [step_started(run_id)])
    cut = step_retrying(run_id, at=NOON + timedelta(seconds=5), delay=2, code="OutcomeUnknown", interrupted=True)
    await ObservedJournal(inner, RunsAtWork(watches), watches).append(run_id, 2, [cut])
    done = step_finished(run_id, attempts=2, finished_at=NOON + timedelta(seconds=9))
    await ObservedJournal(inner, RunsAtWork(watches), watches).append(run_id, 3, [done])
    first, second = named(exporter.get_finished_spans(), "attempt search")
    assert [attribute(each, "error.type") for each in (first, second)] == ["OutcomeUnknown", None]
    seconds = [nanoseconds(NOON + timedelta(seconds=each)) for each in (0, 5, 7, 9)]
    assert [first.start_time, first.end_time, second.start_time, second.end_time] == seconds
    assert {each.parent.span_id for each in (first, second) if each.parent} == {
        span_of_step(run_id, StepPath("search"))
    }


async def test_an_attempt_that_was_cancelled_before_it_began_has_no_span(exporter: InMemorySpanExporter) -> None:
    ids, inner = ChosenIds(), MemoryJournal()
    provider = TracerProvider(id_generator=ids)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    watches = [Traced(Spans(provider, ids, "1"))]
    journal = ObservedJournal(inner, RunsAtWork(watches), watches)
    run_id = (await journal.create(new_run())).run_id
    await journal.append(run_id, 1, [step_started(run_id), step_retrying(run_id, at=NOON, delay=60)])
    await journal.append(run_id, 3, [step_finished(run_id, attempts=2, finished_at=NOON + timedelta(seconds=1))])
    assert len(named(exporter.get_finished_spans(), "attempt search")) == 1


async def test_a_callers_trace_and_the_runs_know_each_other(tmp_path: Path, exporter: InMemorySpanExporter) -> None:
    async with opened(tmp_path, [chain("plain", "echo")], spans=SimpleSpanProcessor(exporter)) as place:
        answer = await place.client.post(
            "/api/runs", json={"scenario_id": "plain", "input": {}}, headers={"traceparent": TRACEPARENT}
        )
        run_id = RunId(answer.json()["run_id"])
        await place.end_of(run_id)
    spans = exporter.get_finished_spans()
    (request,) = named(spans, "POST /api/runs")
    assert request.context is not None
    assert request.parent is not None
    assert f"{request.context.trace_id:032x}" == TRACEPARENT[3:35]
    assert f"{request.parent.span_id:016x}" == TRACEPARENT[36:52]
    (accepted,) = named(spans, "accept plain")
    assert accepted.parent is not None
    assert accepted.parent.span_id == span_of_run(run_id)
    assert [link.context.span_id for link in accepted.links] == [span_id(request)]


@pytest.mark.parametrize(
    "broken", ["", "x", "00-" + "0" * 32 + "-b7ad6b7169203331-01", TRACEPARENT + "0", "ff" + TRACEPARENT[2:]]
)
async def test_a_broken_traceparent_is_none(tmp_path: Path, exporter: InMemorySpanExporter, broken: str) -> None:
    async with opened(tmp_path, [], spans=SimpleSpanProcessor(exporter)) as place:
        answer = await place.client.get("/api/runs", headers={"traceparent": broken})
        assert answer.status_code == 200
    assert exporter.get_finished_spans() == ()


@pytest.mark.parametrize("era", [LEGACY, MODERN])
@pytest.mark.parametrize("tool", ["plain", "callsheet_start"])
async def test_a_run_is_linked_to_the_span_that_an_mcp_client_names(
    tmp_path: Path, exporter: InMemorySpanExporter, era: str, tool: str
) -> None:
    arguments = {} if tool == "plain" else {"scenario_id": "plain"}
    async with opened(tmp_path, [chain("plain", "echo")], spans=SimpleSpanProcessor(exporter)) as place:
        endpoint = await place.endpoint()
        async with Client(endpoint.server, mode=era, cache=None) as client:
            for given in (TRACEPARENT, "x" * 10_000, 7, TRACEPARENT + "0"):
                meta: Any = {"traceparent": given}
                result = await client.call_tool(tool, arguments, meta=meta)
                assert not result.is_error
                await place.end_of(run_id_of(result))
    first, *others = named(exporter.get_finished_spans(), "accept plain")
    assert first.context is not None
    assert first.context.trace_id != int(TRACEPARENT[3:35], 16)
    assert [f"{link.context.trace_id:032x}-{link.context.span_id:016x}" for link in first.links] == [TRACEPARENT[3:52]]
    assert [list(each.links) for each in others] == [[], [], []]


async def test_a_run_that_goes_on_in_another_process_stays_one_trace(
    tmp_path: Path, exporter: InMemorySpanExporter
) -> None:
    waiting = document(
        "waiting", ECHO, {"name": "ask", "type": "approval", "message": "May I?"}, {**ECHO, "name": "last"}
    )
    async with opened(tmp_path, [waiting], spans=SimpleSpanProcessor(exporter)) as place:
        answer = await place.client.post("/api/runs", json={"scenario_id": "waiting", "input": {}})
        run_id = RunId(answer.json()["run_id"])
        async with asyncio.timeout(20):
            async for records in place.system.runs.follow(run_id, 0):
                if records[-1].type == "run_waiting":
                    break
    second = InMemorySpanExporter()
    async with opened(tmp_path, [], furnished=True, spans=SimpleSpanProcessor(second)) as place:
        await place.client.post(f"/api/runs/{run_id}/steps/ask/answer", json={"approved": True})
        await place.end_of(run_id)
    first = {
        span.name
        for span in exporter.get_finished_spans()
        if span.context and span.context.trace_id == trace_of(run_id)
    }
    assert first == {"accept waiting", "step echo", "tools/call echo"}
    rest = [span for span in second.get_finished_spans() if span.context and span.context.trace_id == trace_of(run_id)]
    assert {span.name for span in rest} == {"step ask", "step last", "tools/call echo", "run waiting"}
    (run,) = named(rest, "run waiting")
    (echo,) = named(exporter.get_finished_spans(), "step echo")
    assert echo.parent is not None
    assert echo.parent.span_id == span_id(run)
    assert (run.start_time or 0) <= (echo.start_time or 0)


async def test_without_opentelemetry_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exporter: InMemorySpanExporter
) -> None:
    monkeypatch.setitem(sys.modules, "callsheet.telemetry.otlp", None)
    with pytest.raises(ConfigurationInvalid, match=r"pip install 'callsheet\[otel\]'"):
        async with opened(tmp_path, [], spans=SimpleSpanProcessor(exporter)):
            pass


def test_ids_follow_from_the_place_alone_and_differ() -> None:
    a, b = RunId("a"), RunId("b")
    steps = {StepPath("each"), StepPath("each[1].inner")}
    assert trace_of(a) != trace_of(b)
    assert span_of_step(a, StepPath("x")) not in {span_of_step(b, StepPath("x")), span_of_run(a)}
    assert span_around(a, StepPath("each[1].inner@2.leaf"), steps) == span_of_step(a, StepPath("each[1].inner"))
    assert span_around(a, StepPath("each[2].leaf"), steps) == span_of_step(a, StepPath("each"))
    assert span_around(a, StepPath("alone"), steps) == span_of_run(a)


def test_half_of_all_traces_are_in_each_half_of_what_a_sampler_looks_at() -> None:
    low = sum(trace_of(RunId(str(number))) & (2**64 - 1) < 2**63 for number in range(2000))
    assert 850 < low < 1150
