"""Where spans go: to a collector, over OTLP. The only file that needs the extra `otel`, with `spans` and `traces`."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Final

from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

from callsheet.telemetry.spans import ChosenIds, Spans
from callsheet.telemetry.traces import Traced

_GOODBYE: Final = 5.0
"""Seconds that the last spans may take to a collector that may be away."""


@asynccontextmanager
async def tracing(version: str, processor: SpanProcessor | None = None) -> AsyncGenerator[Traced]:
    """Write spans until the block ends; then send what is left, for some seconds at most.

    The standard variables say where to and how: `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_HEADERS`,
    `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER` and the others.

    Args:
        version: of the product.
        processor: takes the spans; by default they are sent in batches, by a thread.
    """
    ids = ChosenIds()
    provider = TracerProvider(resource=_resource(version), id_generator=ids, shutdown_on_exit=False)
    provider.add_span_processor(processor or _batches())
    try:
        yield Traced(Spans(provider, ids, version))
    finally:
        await _shut_down(provider)


def _batches() -> SpanProcessor:
    # Not on top: tests bring a processor of their own, and need no exporter.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    return BatchSpanProcessor(OTLPSpanExporter())


def _resource(version: str) -> Resource:
    known = Resource.create({"service.version": version})
    named = str(known.attributes.get(SERVICE_NAME, ""))
    return known.merge(Resource({SERVICE_NAME: "callsheet"})) if named.startswith("unknown_service") else known


async def _shut_down(provider: TracerProvider) -> None:
    """In a thread that nobody waits for when the process ends: a collector that is away may take its time."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def work() -> None:
        provider.shutdown()
        with suppress(RuntimeError):  # the loop is closed by now
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=work, name="callsheet-traces", daemon=True).start()
    with suppress(TimeoutError):
        async with asyncio.timeout(_GOODBYE):
            await done.wait()
