"""A thousand subscribers, two hundred of them stalled, and ten times as many submissions as the service can execute.

`callsheet serve` is a process, the subscribers another, those who submit a third; all on this machine. What is judged
comes from outside of the service: each subscriber's own record, and the journal read afterwards.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benches.findings import Finding, Target, at_least, at_most
from benches.samples import percentile, spread
from tests.support.crowd.scene import Outcome, Size, capacity, play, scenarios, servers
from tests.support.service import serving

WHOLE: Final = Size(watched=40, run_streams=400, feed_streams=400, stalled=200, rate=0, seconds=60)
QUICK: Final = Size(watched=10, run_streams=40, feed_streams=40, stalled=20, rate=0, seconds=5)
TIMES: Final = 10
QUEUED: Final = 1_000
"""How many runs may wait: so that some are refused, and what was accepted ends soon enough."""
MIB: Final = 2**20


async def measure(*, quick: bool) -> list[Finding]:
    """One round."""
    size = QUICK if quick else WHOLE
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        settings = {"max_queued_runs": 100 if quick else QUEUED}
        documents = scenarios(size)
        with serving(Path(name) / "service", scenarios=documents, servers=servers(), settings=settings) as service:
            rate = await capacity(service)
            outcome = await play(service, replace(size, rate=TIMES * rate))
    return [_one("runs that it executes with nothing else to do", "1/s", rate), *_findings(outcome)]


def _findings(outcome: Outcome) -> list[Finding]:
    flood, watching = outcome.flood, outcome.watching
    codes = [_one(f"submissions answered with {code}", "", count) for code, count in sorted(flood["answers"].items())]
    cut: Sequence[float] = watching["cut_after"] or [0.0]
    wrong = sum(watching["faults"].values()) + outcome.unlike + watching["missing"] + watching["incomplete"]
    return [
        *codes,
        _one("submissions not sent, for each connection waited", "", flood["held"]),
        _one("refusals without Retry-After", "", flood["impatient"], at_most(0)),
        _one("time to an answer, p99", "s", percentile(flood["latencies"], 99)),
        _one("accepted runs that did not end", "", outcome.accepted - outcome.ended, at_most(0)),
        _one("from the last submission to the end of all runs", "s", outcome.drained_in),
        _one("healthy subscribers that saw something else than there was", "", wrong, at_most(0)),
        *_ages("events of a run", watching["run_ages"]),
        *_ages("status of all runs", watching["feed_ages"]),
        _one("how late the subscribers' process itself was, p99", "s", watching["lag"]["p99"]),
        _one("stalled subscribers that were cut", "", len(watching["cut_after"])),
        _one("the same: from their beginning, the last", "s", max(cut)),
        *(_one(f"resident memory {when}", "MiB", size / MIB, _limit(when)) for when, size in outcome.memory.items()),
        _one("descriptors more at the end", "", outcome.descriptors[1] - outcome.descriptors[0]),
    ]


def _ages(name: str, ages: dict[str, Any]) -> list[Finding]:
    return [
        _one(f"{name}: age when they came, p50", "s", ages["p50"]),
        _one(f"{name}: age when they came, p99", "s", ages["p99"], at_most(1)),
        _one(f"{name}: how many", "", ages["count"], at_least(1)),
    ]


def _limit(when: str) -> Target | None:
    return at_most(512) if when == "peak" else None


def _one(name: str, unit: str, value: float, target: Target | None = None) -> Finding:
    return Finding(name=name, unit=unit, spread=spread([float(value)]), target=target)
