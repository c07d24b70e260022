"""Ten echo steps through the whole service and a real stdio tool server, against the SDK's client alone.

The service without its HTTP side runs beside them, so that one sees where the cost lies.
"""

import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, TypeAlias

from benches.documents import STEPS, chain, write_folder
from benches.findings import Finding, at_least, at_most
from benches.pairing import Load, Side, alternate, difference, each, ratio
from benches.samples import Sample
from benches.sides.commands import ROOT, driven
from benches.sides.served import served

SERVERS: Final = ROOT / "tests" / "support" / "servers"
TOOL_SERVERS: Final = {"raw": "raw.py", "SDK": "echo.py"}
THROUGHPUT: Final = {"raw": 0.65, "SDK": 0.9}
RUNS: Final = {"raw": (20, 120), "SDK": (12, 60)}
"""How many runs a block has, one and fifty at a time: each takes about half a second."""

Samples: TypeAlias = dict[str, list[Sample]]


async def measure(*, quick: bool) -> list[Finding]:
    """Both tool servers, at 1 and at 50 runs at a time."""
    findings: list[Finding] = []
    for name, file in TOOL_SERVERS.items():
        command = [sys.executable, str(SERVERS / file)]
        async with AsyncExitStack() as stack:
            sides = await _sides(stack, command)
            few, many = RUNS[name]
            blocks = 3 if quick else 10
            findings += one_at_a_time(name, await alternate(sides, Load(runs=few, concurrency=1, blocks=blocks)))
            findings += fifty_at_a_time(name, await alternate(sides, Load(runs=many, concurrency=50, blocks=blocks)))
    return findings


async def _sides(stack: AsyncExitStack, command: Sequence[str]) -> dict[str, Side]:
    folders: list[Path] = []
    for _ in range(2):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callsheet-bench-")))
        write_folder(folder, chain(), list(command))
        folders.append(folder)
    return {
        "bare": await stack.enter_async_context(driven("benches.sides.bare", *command)),
        "inside": await stack.enter_async_context(driven("benches.sides.inside", str(folders[0]))),
        "served": await stack.enter_async_context(served(folders[1])),
    }


def one_at_a_time(server: str, samples: Samples) -> list[Finding]:
    """Latency: what a single caller notices."""
    findings = [
        Finding(
            name=f"{server}, 1 at a time: p50 of a run, {side} against bare",
            unit="x",
            spread=ratio(samples[side], samples["bare"], lambda sample: sample.p50),
            target=at_most(2.5) if side == "served" else None,
        )
        for side in ("served", "inside")
    ]
    return findings + [
        Finding(
            name=f"{server}, 1 at a time: p50 of a run, {side}",
            unit="ms",
            spread=each(samples[side], lambda sample: sample.p50 * 1000),
        )
        for side in samples
    ]


def fifty_at_a_time(server: str, samples: Samples) -> list[Finding]:
    """Throughput, and what it costs."""
    findings: list[Finding] = []
    for side in ("served", "inside"):
        ours, bare, whole = samples[side], samples["bare"], side == "served"
        findings += [
            Finding(
                name=f"{server}, 50 at a time: throughput, {side} against bare",
                unit="x",
                spread=ratio(ours, bare, lambda sample: sample.rate),
                target=at_least(THROUGHPUT[server]) if whole else None,
            ),
            Finding(
                name=f"{server}, 50 at a time: processor time added per step, {side}",
                unit="ms",
                spread=difference(ours, bare, lambda sample: sample.cpu_per_run / STEPS * 1000),
                target=at_most(0.2) if whole else None,
            ),
        ]
    for side, of_side in samples.items():
        findings += [
            Finding(
                name=f"{server}, 50 at a time: runs per second, {side}",
                unit="1/s",
                spread=each(of_side, lambda sample: sample.rate),
            ),
            Finding(
                name=f"{server}, 50 at a time: processor time per step, {side}",
                unit="ms",
                spread=each(of_side, lambda sample: sample.cpu_per_run / STEPS * 1000),
            ),
        ]
    return findings
