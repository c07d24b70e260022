"""The targets of the web UI: what it loads, when it shows, how smooth it is with 500 steps.

The pages come out of the built wheel, into Chromium without a window, from a real service. Its 500 steps are more than
a scenario may have: the document stands in the journal alone. From an event to the painted node is counted from the
event's own timestamp, made right before it is committed, to the end of the frame in which the node changed: commit,
stream, worker, tab and painting are all in it, by one clock.
"""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser

from benches.findings import Finding, Target, at_least, at_most
from benches.samples import percentile, spread
from benches.sides.browser import (
    Paced,
    ages,
    browsing,
    first_paint,
    frames_during,
    graph_of,
    loaded,
    moving,
    paced,
    reader,
)
from benches.sides.commands import ROOT

CALM, BUSY = 40, 200
"""Events per second."""

FIRST_LOAD, RUN_PAGE, EDITOR = 200, 450, 280
"""kB, compressed."""


async def measure(*, quick: bool) -> list[Finding]:
    """Sizes once, times and frames in several rounds."""
    rounds = 1 if quick else 5
    async with paced() as service, browsing() as browser:
        findings = await _sizes(browser, service)
        findings.append(_finding("first paint of /", "ms", await _paints(browser, service.url, rounds), at_most(1_000)))
        findings += await _live(browser, service, rounds)
    return [*findings, await _layout(), *(ratio for each in findings if (ratio := _share(each)))]


async def _sizes(browser: Browser, service: Paced) -> list[Finding]:
    run_id = await service.ask("run")
    first = await loaded(browser, service.url, "/", "Waiting for people")
    run = await loaded(browser, service.url, f"/runs/{run_id}", "step_0_0")
    editor = await loaded(browser, service.url, "/scenarios/chain/edit", "Problems")
    on_top = {name: size for name, size in editor.items() if name not in run}
    sizes = (
        ("first load, scripts and styles", first, FIRST_LOAD),
        ("page of a run, in all", run, RUN_PAGE),
        ("editor, on top of that", on_top, EDITOR),
    )
    found = [_finding(name, "kB", [sum(files.values()) / 1000], at_most(most)) for name, files, most in sizes]
    styles = sum(size for name, size in first.items() if name.endswith(".css"))
    return [*found, _finding("first load, of which styles", "kB", [styles / 1000])]


async def _paints(browser: Browser, url: str, rounds: int) -> list[float]:
    return [await first_paint(browser, url) for _ in range(rounds + 1)][1:]


async def _live(browser: Browser, service: Paced, rounds: int) -> list[Finding]:
    pans: list[float] = []
    zooms: list[float] = []
    calm: list[float] = []
    busy: list[float] = []
    rates: list[float] = []
    for _ in range(rounds):
        async with reader(browser, service.url) as context:
            run_id = await service.ask("run")
            page = await graph_of(context, run_id)
            await service.ask(f"pace {run_id} {CALM}")
            calm.append(percentile(await ages(page, service.url, run_id), 95))
            moved = await moving(page)
            pans.append(moved["pan"])
            zooms.append(moved["zoom"])
        async with reader(browser, service.url) as context:
            run_id = await service.ask("run")
            page = await graph_of(context, run_id)
            work = asyncio.ensure_future(service.ask(f"pace {run_id} {BUSY}"))
            busy.append(await frames_during(page, work))
            rates.append(900 / float(work.result()))
    return [
        _finding(f"event to painted node, {CALM} events/s, p95", "ms", calm, at_most(50)),
        _finding("frames while 500 steps are dragged", "1/s", pans, at_least(50)),
        _finding("frames while 500 steps are zoomed", "1/s", zooms, at_least(50)),
        _finding(f"frames at {BUSY} events/s, 500 steps", "1/s", busy, at_least(50)),
        _finding("events that came meanwhile", "1/s", rates),
    ]


async def _layout() -> Finding:
    """By vitest, in Node; the browser has the same engine."""
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        report = Path(name) / "layout.json"
        npm = ("hatch_build.py", "--npm", "exec", "--", "vitest", "bench", "--run", "--outputJson", str(report))
        process = await asyncio.create_subprocess_exec(
            str(ROOT / ".venv" / "bin" / "python"),
            *npm,
            "src/graph/layout.bench.ts",
            cwd=ROOT,
            stdout=asyncio.subprocess.DEVNULL,
        )
        if await process.wait():
            raise RuntimeError("vitest failed.")
        (file,) = json.loads(report.read_text(encoding="utf-8"))["files"]
    (measured,) = file["groups"][0]["benchmarks"]
    return _finding("layout of 500 steps", "ms", [measured["median"]], at_most(300))


def _finding(name: str, unit: str, values: Sequence[float], target: Target | None = None) -> Finding:
    return Finding(name=name, unit=unit, spread=spread(values), target=target)


def _share(finding: Finding) -> Finding | None:
    """How much of its limit a figure takes; of frames, how many times what is asked for there are."""
    if finding.target is None:
        return None
    share = finding.spread.median / finding.target.value
    return _finding(f"{finding.name}, against its target", "x", [share])
