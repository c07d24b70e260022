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


class Cell:
    """The count of one set of labels; `n += 1` counts one."""

    __slots__ = ("n",)

    def __init__(self) -> None:
        self.n = 0


class Tally(Collector):
    """A counter; see `prometheus_client.Counter` for the arguments."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str], *, registry: CollectorRegistry) -> None:
        self._name, self._meaning, self._labels = name, meaning, tuple(labels)
        self._cells: dict[tuple[str, ...], Cell] = {}
        registry.register(self)

    def count(self, *labels: str) -> None:
        """Count one."""
        self.cell(*labels).n += 1

    def cell(self, *labels: str) -> Cell:
        """What counts for these labels, for who keeps it instead of looking it up each time."""
        return self._cells.setdefault(labels, Cell())

    def collect(self) -> Iterator[Metric]:
        """See `Collector`."""
        family = CounterMetricFamily(self._name, self._meaning, labels=self._labels)
        for labels, cell in self._cells.copy().items():
            family.add_metric(labels, cell.n)
        yield family


class Row:
    """The observations of one set of labels."""

    __slots__ = ("_bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Take one observation."""
        self.counts[bisect_left(self._bounds, value)] += 1
        self.total += value


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
        self._rows: dict[tuple[str, ...], Row] = {}
        if not labels:
            self.row(())
        registry.register(self)

    def observe(self, value: float, labels: tuple[str, ...] = ()) -> None:
        """Take one observation."""
        self.row(labels).observe(value)

    def row(self, labels: tuple[str, ...]) -> Row:
        """What takes the observations of these labels, for who keeps it instead of looking it up each time."""
        row = self._rows.get(labels)
        if row is None:
            row = self._rows[labels] = Row(self._bounds)
        return row

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
