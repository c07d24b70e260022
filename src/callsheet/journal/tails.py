"""The latest records of the runs at work, in memory, so that followers cost no queries."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from callsheet.runs.events import Record, RunId

RECORD_COST: Final = 150
"""Bytes that one record takes beside its data: the objects of CPython, measured with `sys.getsizeof`."""

TAIL_COST: Final = 600
"""Bytes that one tail takes beside its records."""


@dataclass(slots=True)
class _Tail:
    """A run's records from some seq up to its last, without a gap. Mutable: it grows with the run."""

    last_seq: int
    records: list[Record] = field(default_factory=list[Record])
    cost: int = TAIL_COST

    @property
    def first_seq(self) -> int:
        return self.last_seq + 1 - len(self.records)

    def extend(self, records: Sequence[Record], limit: int) -> None:
        self.records.extend(records)
        self.last_seq = records[-1].seq
        self.cost += _cost(records)
        if self.cost > limit:
            self._shorten(limit // 2)

    def _shorten(self, limit: int) -> None:
        # Down to half, so that the next records of a long run do not each move the whole list.
        surplus = 0
        for record in self.records:
            if self.cost <= limit:
                break
            self.cost -= RECORD_COST + len(record.data)
            surplus += 1
        del self.records[:surplus]


class Tails:
    """Tails by run, the least recently used ones dropped first. Lives on one event loop.

    Args:
        max_bytes: for all tails together.
        max_bytes_per_run: for one tail; its older records are dropped.
    """

    def __init__(self, *, max_bytes: int, max_bytes_per_run: int) -> None:
        self._tails: OrderedDict[RunId, _Tail] = OrderedDict()
        self._max_bytes = max_bytes
        self._max_bytes_per_run = min(max_bytes, max_bytes_per_run)
        self._bytes = 0

    @property
    def size(self) -> int:
        """Bytes held now, as far as they are counted."""
        return self._bytes

    def last_seq(self, run_id: RunId) -> int | None:
        """The run's last seq; None when the run is not in memory."""
        tail = self._tails.get(run_id)
        return None if tail is None else tail.last_seq

    def read(self, run_id: RunId, after: int, limit: int | None) -> Sequence[Record] | None:
        """What `Journal.read` answers; None when memory does not reach back to `after`."""
        tail = self._tails.get(run_id)
        if tail is None or after + 1 < tail.first_seq:
            return None
        self._tails.move_to_end(run_id)
        start = after + 1 - tail.first_seq
        return tail.records[start : None if limit is None else start + limit]

    def remember(self, run_id: RunId, last_seq: int) -> None:
        """Hold an empty tail for a run that was looked up, unless more is known by now."""
        known = self.last_seq(run_id)
        if known is None or known < last_seq:
            self._replace(run_id, _Tail(last_seq=last_seq))

    def extend(self, run_id: RunId, records: Sequence[Record]) -> None:
        """Take in what was just committed. Records that are known already change nothing."""
        if not records:
            return
        tail = self._tails.get(run_id)
        if tail is not None and records[-1].seq <= tail.last_seq:
            return
        if tail is None or records[0].seq != tail.last_seq + 1:
            tail = self._replace(run_id, _Tail(last_seq=records[0].seq - 1))
        before = tail.cost
        tail.extend(records, self._max_bytes_per_run)
        self._bytes += tail.cost - before
        self._tails.move_to_end(run_id)
        self._evict()

    def forget(self, run_id: RunId) -> None:
        """Hold nothing of a run that was removed."""
        tail = self._tails.pop(run_id, None)
        self._bytes -= 0 if tail is None else tail.cost

    def _replace(self, run_id: RunId, tail: _Tail) -> _Tail:
        previous = self._tails.pop(run_id, None)
        self._tails[run_id] = tail
        self._bytes += tail.cost - (0 if previous is None else previous.cost)
        self._evict()
        return tail

    def _evict(self) -> None:
        while self._bytes > self._max_bytes and len(self._tails) > 1:
            _, tail = self._tails.popitem(last=False)
            self._bytes -= tail.cost


def _cost(records: Sequence[Record]) -> int:
    return sum((len(record.data) for record in records), RECORD_COST * len(records))
