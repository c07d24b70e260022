"""Counters and histograms for what happens with every step: the library's take locks, and a microsecond or two.

Written on the event loop alone; a scrape reads in a thread what is complete at any moment.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector


class Tally(Collector):
    """A counter; see `prometheus_client.Counter` for the arguments."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str], *, registry: CollectorRegistry) -> None:
        self._name, self._meaning, self._labels = name, meaning, tuple(labels)
        self._counts: dict[tuple[str, ...], int] = {}
        registry.register(self)

    def count(self, *labels: str) -> None:
        """Count one."""
        self._counts[labels] = self._counts.get(labels, 0) + 1

    def collect(self) -> Iterator[Metric]:
        """See `Collector`."""
        family = CounterMetricFamily(self._name, self._meaning, labels=self._labels)
        for labels, count in self._counts.copy().items():
            family.add_metric(labels, count)
        yield family


class _Row:
    """The observations of one set of labels."""

    __slots__ = ("counts", "total")

    def __init__(self, buckets: int) -> None:
        self.counts = [0] * buckets
        self.total = 0.0


class Spread(Collector):
    """A histogram; see `prometheus_client.Histogram` for the arguments. `buckets` leaves out the infinite one."""

    def __init__(
        self,
        name: str,
        meaning: str,
        labels: Sequence[str] = (),
        *,
        buckets: Sequence[float],
        registry: CollectorRegistry,
    ) -> None:
        self._name, self._meaning, self._labels = name, meaning, tuple(labels)
        self._bounds = tuple(map(float, buckets))
        self._rows: dict[tuple[str, ...], _Row] = {}
        if not labels:
            self._rows[()] = _Row(len(buckets) + 1)
        registry.register(self)

    def observe(self, value: float, labels: tuple[str, ...] = ()) -> None:
        """Take one observation."""
        row = self._rows.get(labels)
        if row is None:
            row = self._rows[labels] = _Row(len(self._bounds) + 1)
        row.counts[bisect_left(self._bounds, value)] += 1
        row.total += value

    def collect(self) -> Iterator[Metric]:
        """See `Collector`."""
        family = HistogramMetricFamily(self._name, self._meaning, labels=self._labels)
        names = [*map(str, self._bounds), "+Inf"]
        for labels, row in self._rows.copy().items():
            sums = accumulate(row.counts)
            family.add_metric(
                labels, [(name, float(count)) for name, count in zip(names, sums, strict=True)], row.total
            )
        yield family
