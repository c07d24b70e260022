"""What a process tells of itself, put together: who watches, and the decorators through which they see."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from callsheet.errors.service import ConfigurationInvalid
from callsheet.runs.journal import Journal
from callsheet.runs.tools import Tools
from callsheet.telemetry.journal import ObservedJournal
from callsheet.telemetry.logged import LoggedRuns
from callsheet.telemetry.requests import RequestObserver
from callsheet.telemetry.runs import Execute, RunsAtWork
from callsheet.telemetry.tools import ObservedTools
from callsheet.telemetry.watching import Watch

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

    from callsheet.telemetry.scrape import Metrics
    from callsheet.telemetry.traces import Traced

Scrape: TypeAlias = Callable[[str], Awaitable[tuple[bytes, str]]]
"""Answers a scrape: takes the `Accept` header, gives the text and its media type."""

CausedBy: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""Links the runs that are accepted within the block to the span that a foreign `traceparent` names, if it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a process tells of itself beside its log.

    Attributes:
        metrics: whether anything is counted.
        spans: takes the spans of traces, a `SpanProcessor` of OpenTelemetry; by default they go to a collector.
    """

    metrics: bool = False
    spans: object = None


NOTHING: Final = Wanted()
"""Nobody scrapes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """The decorated ports of one system.

    Attributes:
        journal: everything that became durable through it is told.
        tools: every call through it is told.
        requests: is told of HTTP.
        metrics: None where nobody scrapes.
        caused_by: links runs to the span on whose account they begin.
    """

    journal: Journal
    tools: Tools
    requests: RequestObserver
    runs: RunsAtWork
    metrics: "Metrics | None"
    caused_by: CausedBy

    def around(self, execute: Execute) -> Execute:
        """`execute`, with the run being known to be at work while it lasts."""
        return self.runs.around(execute)

    def committed(self, changes: int, seconds: float) -> None:
        """The journal committed so many changes at once, in so many seconds."""
        if self.metrics is not None:
            self.metrics.counted.committed(changes, seconds)

    def scrape(self, queued: Callable[[], int], running: Callable[[], int], lost: Callable[[], int]) -> Scrape | None:
        """What answers `/metrics`; None where nobody scrapes.

        Args:
            queued: how many runs wait for room in this process.
            running: how many runs are at work in this process.
            lost: how many outcomes could not be written into the audit log.
        """
        if self.metrics is None:
            return None
        from callsheet.telemetry.scrape import Looked  # noqa: PLC0415 - see `_metrics`

        looked = Looked(journal=self.journal, tools=self.tools, queued=queued, running=running, lost=lost)
        return self.metrics.over(looked)


@asynccontextmanager
async def open_telemetry(
    journal: Journal, tools: Tools, *, version: str, wanted: Wanted, traces: bool
) -> AsyncGenerator[Telemetry]:
    """See what happens in one system.

    Args:
        journal: the journal, which is decorated.
        tools: the tool servers, which are decorated.
        version: of the product.
        wanted: what is told beside the log.
        traces: whether spans are written, which needs the extra `otel`.

    Raises:
        ConfigurationInvalid: `traces` is asked for, and OpenTelemetry is not installed.
    """
    watches: list[Watch] = [LoggedRuns()]
    requests = RequestObserver()
    async with AsyncExitStack() as stack:
        counted = _metrics(tools, version) if wanted.metrics else None
        if counted is not None:
            watches.append(counted.counted)
            requests.add(counted.requests)
            stack.enter_context(counted.sampled())
        caused_by: CausedBy = _unlinked
        if traces:
            traced = await stack.enter_async_context(_tracing(version, wanted.spans))
            watches.append(traced)
            requests.add(traced.requests)
            caused_by = traced.requests.caused_by
        runs = RunsAtWork(watches)
        yield Telemetry(
            journal=ObservedJournal(journal, runs, watches),
            tools=ObservedTools(tools, watches),
            requests=requests,
            runs=runs,
            metrics=counted,
            caused_by=caused_by,
        )


def _unlinked(traceparent: str) -> AbstractContextManager[None]:
    """Nobody traces."""
    return nullcontext()


def _metrics(tools: Tools, version: str) -> "Metrics":
    # Not on top: a command that ends with its own run is not scraped, and need not wait for this.
    from callsheet.telemetry.scrape import Metrics  # noqa: PLC0415

    return Metrics(tools, version)


def _tracing(version: str, processor: object) -> AbstractAsyncContextManager["Traced"]:
    try:
        from callsheet.telemetry.otlp import tracing  # noqa: PLC0415 - an extra, and many lines of import
    except ImportError as exc:
        raise ConfigurationInvalid(
            "The setting 'traces' is 'otlp', and OpenTelemetry is not installed: pip install 'callsheet[otel]'."
        ) from exc
    return tracing(version, cast("SpanProcessor | None", processor))
