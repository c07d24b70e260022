"""`python -m benches [NAME…] [--quick] [--json FILE]`: runs benchmarks and prints what they found."""

import argparse
import asyncio
import os
import platform
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import orjson

from benches import (
    access,
    attacks,
    calls,
    dispatch,
    flat,
    fleet,
    foreach,
    half_open,
    interpreter,
    latency,
    lint,
    load,
    parked,
    pickup,
    redaction,
    replicas,
    service,
    slow_server,
    startup,
    stats,
    submit,
    telemetry,
    ui,
    ui_setup,
)
from benches.findings import Finding

Measure: TypeAlias = Callable[..., Coroutine[None, None, list[Finding]]]

BENCHMARKS: Final[dict[str, tuple[str, Measure]]] = {
    "interpreter": ("The interpreter over the SQLite journal, with tools of its own process", interpreter.measure),
    "telemetry": ("The same with metrics, and without", telemetry.measure),
    "foreach": ("A foreach of many items over the SQLite journal, with tools of its own process", foreach.measure),
    "redaction": ("Looking for secrets, against writing JSON", redaction.measure),
    "parked": ("Runs that wait", parked.measure),
    "lint": ("Checking scenarios, and loading a catalog", lint.measure),
    "service": ("Ten steps through the whole service, against the bare mcp client", service.measure),
    "submit": ("POST /api/runs, against a bare route", submit.measure),
    "access": ("Requests with an API key, against those of a service that asks nobody", access.measure),
    "latency": ("From a tool's answer to a subscriber in another process", latency.measure),
    "fleet": ("Ten steps on SQLite and on a fleet over PostgreSQL, against DBOS", fleet.measure),
    "dispatch": ("From an accepted run to its first step", dispatch.measure),
    "pickup": ("Runs that a crash left unfinished", pickup.measure),
    "replicas": ("From a worker to a subscriber of another replica", replicas.measure),
    "stats": ("A report over 100,000 events, against reading and decoding them", stats.measure),
    "flat": ("Memory over 100,000 runs", flat.measure),
    "startup": ("Starting", startup.measure),
    "calls": ("Calls of tools, against the bare mcp client", calls.measure),
    "slow_server": ("One slow tool server among five", slow_server.measure),
    "ui": ("The web UI out of the wheel, in Chromium", ui.measure),
    "ui_setup": ("From a fresh clone to the web UI", ui_setup.measure),
    "load": ("A thousand subscribers, 200 stalled, and ten times too many submissions", load.measure),
    "half_open": ("A thousand connections that never become requests", half_open.measure),
    "attacks": ("What stops expressions and schemas that try to take all time or memory", attacks.measure),
}

BY_NAME_ONLY: Final = frozenset({"flat", "load", "ui_setup"})
"""Benchmarks that take so long that they run only when they are named."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmarks that the command line names, or all that do not take too long."""
    besides = f"all but {', '.join(sorted(BY_NAME_ONLY))}"
    parser = argparse.ArgumentParser(prog="python -m benches", description="Compare ratios only: machines drift.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; {besides} by default")
    parser.add_argument("--quick", action="store_true", help="three small blocks: to see that it works, not how fast")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    default = [name for name in BENCHMARKS if name not in BY_NAME_ONLY]
    found = {name: _run(name, quick=options.quick) for name in options.names or default}
    if options.json is not None:
        options.json.write_bytes(orjson.dumps(_report(found), option=orjson.OPT_INDENT_2))


def _run(name: str, *, quick: bool) -> list[Finding]:
    title, measure = BENCHMARKS[name]
    print(f"\n{name}: {title}", flush=True)
    begun = time.perf_counter()
    findings = asyncio.run(measure(quick=quick))
    for finding in findings:
        print(finding.line(), flush=True)
    print(f"  took {time.perf_counter() - begun:.0f} s; load of the machine {os.getloadavg()[0]:.1f}", flush=True)
    return findings


def _report(found: dict[str, list[Finding]]) -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "benchmarks": {name: [finding.fields() for finding in findings] for name, findings in found.items()},
    }


if __name__ == "__main__":
    main()
