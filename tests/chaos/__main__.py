"""`python -m tests.chaos`: does chaos to a fleet, and fails when a promise was not kept.

It prints a seed, with which the same is tried again: what is struck, when and how; how long everything takes is not up
to it.
"""

import argparse
import asyncio
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.client import ClientFailed
from tests.chaos.evidence import Kind, Least
from tests.chaos.fleets import FLEETS
from tests.chaos.judge import Broken, Findings
from tests.chaos.process import DidNot
from tests.chaos.trial import Plan, attempt

GRACE = 60
"""Seconds after the end of the time at which this process ends itself, should it hang; its processes die with it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Try, and print a report; 1 when it failed."""
    options = _options(arguments)
    folder = Path(tempfile.mkdtemp(prefix="callsheet-chaos-"))
    plan = Plan(
        fleet=options.fleet,
        runs=options.runs,
        seconds=options.seconds,
        seed=options.seed,
        least=Least(
            kills=options.kills,
            hits=options.hits,
            freezes=options.freezes,
            terms=options.terms,
            databases=options.databases,
            takeover=options.takeover,
        ),
        folder=folder,
    )
    signal.alarm(int(options.seconds) + GRACE)
    try:
        findings = asyncio.run(attempt(plan))
    except Exception as exc:  # noqa: BLE001 - whatever it is, it happened for this seed and left these files
        sys.stdout.write(f"FAILED with --fleet {plan.fleet} --seed {plan.seed}: {_reason(exc)}\n")
        sys.stdout.write(f"Everything is in {folder}.\n")
        return 1
    finally:
        signal.alarm(0)
    sys.stdout.write(report(plan, findings))
    shutil.rmtree(folder)
    return 0


def report(plan: Plan, findings: Findings) -> str:
    """A table of what was seen."""
    takeovers = findings.takeovers or [0.0]
    lines = {
        "seed": plan.seed,
        "runs": f"{findings.runs} and {findings.children} children, none lost",
        "events": f"{findings.events}, without gaps and in order",
        "steps": f"{findings.steps} with one effect each, of {findings.calls} calls",
        "interrupted": f"{findings.interrupted} attempts, each by a strike",
        "answers": f"{findings.answers} acknowledged, and kept",
        "kills": f"{findings.kinds[Kind.KILL]}, {findings.hits} of them while {findings.at_work} calls were at work",
        "freezes": findings.kinds[Kind.FREEZE],
        "requests to end": findings.kinds[Kind.TERM],
        "takeover": f"p50 {takeovers[len(takeovers) // 2]:.2f} s, at most {takeovers[-1]:.2f} s",
    }
    if findings.kinds[Kind.DATABASE]:
        lines["restarts of the database"] = findings.kinds[Kind.DATABASE]
    return f"{plan.fleet}\n" + "".join(f"  {name:24} {value}\n" for name, value in lines.items())


def _reason(failure: BaseException) -> str:
    inner: Sequence[BaseException] = getattr(failure, "exceptions", ())
    if inner:
        return "; ".join(map(_reason, inner))
    if isinstance(failure, TimeoutError):
        return "it did not come to an end in time"
    return str(failure) if isinstance(failure, Broken | DidNot | ClientFailed) else repr(failure)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--fleet", choices=sorted(FLEETS), default="sqlite")
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=240, help="after which it has failed")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--kills", type=int, default=24)
    parser.add_argument("--hits", type=int, default=16, help="kills that must hit tool calls at work")
    parser.add_argument("--freezes", type=int, default=8)
    parser.add_argument("--terms", type=int, default=8)
    parser.add_argument("--databases", type=int, default=0, help="restarts of the database's server, where it has one")
    parser.add_argument("--takeover", type=float, default=10, help="seconds from a kill until its work goes on")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
