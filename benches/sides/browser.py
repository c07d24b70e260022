"""The built wheel in Chromium: what its pages load, when they show, and how they keep up with a run."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from benches.documents import chain, write_folder
from benches.sides.commands import ROOT
from tests.e2e.ui.chromium import FLAGS, executable
from tests.support.wheel import installed

PACED: Final = Path(__file__).with_name("paced.py")
LEAVES: Final = 450
_PATIENCE: Final = 60_000

_LOADED: Final = """
() => Object.fromEntries(performance.getEntriesByType("resource").filter(({ name }) => /[.](js|css)$/.test(name))
  .map(({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize]))
"""
_FIRST_PAINT: Final = """
() => new Promise((found) => new PerformanceObserver((list) => {
  const entry = list.getEntriesByName("first-contentful-paint")[0];
  if (entry) found(entry.startTime);
}).observe({ type: "paint", buffered: true }))
"""
_WATCH: Final = """
() => {
  window.painted = {};
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => { for (const name of data) window.painted[name] ??= Date.now(); };
  // A message comes after a frame: what changes while one is made is painted with it, else with the next one.
  let making = false;
  const made = new MessageChannel();
  made.port1.onmessage = () => { making = false; };
  const frame = () => { making = true; made.port2.postMessage(null); requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  const graph = document.querySelector(".react-flow");
  new MutationObserver((changes) => {
    const names = changes.filter(({ target }) => target.dataset.look === "running")
      .map(({ target }) => target.querySelector("[data-node]")?.dataset.node);
    if (making) port2.postMessage(names);
    else requestAnimationFrame(() => port2.postMessage(names));
  }).observe(graph, { attributes: true, attributeFilter: ["data-look"], subtree: true });
}
"""
_COUNT: Final = """
() => {
  window.frames_ = [];
  const count = (now) => { window.frames_.push(now); window.counting = requestAnimationFrame(count); };
  window.counting = requestAnimationFrame(count);
}
"""
_COUNTED: Final = """
() => {
  cancelAnimationFrame(window.counting);
  const frames = window.frames_;
  return (frames.length - 1) * 1000 / (frames.at(-1) - frames[0]);
}
"""
_VIEW: Final = "() => document.querySelector('.react-flow__viewport').style.transform"


class Paced:
    """`benches.sides.paced` in another process."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self._process = process
        self.url = url

    async def ask(self, line: str) -> str:
        """Its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        return await said(self._process)


async def said(process: asyncio.subprocess.Process) -> str:
    """The next line of its standard output.

    Raises:
        RuntimeError: it ended instead.
    """
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError("The service ended.")
    return line.decode().strip()


@asynccontextmanager
async def paced() -> AsyncGenerator[Paced]:
    """The service, out of the wheel of this checkout, which is built and installed for it."""
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        place = Path(name)
        python = (await asyncio.to_thread(installed, place / "wheel")).parent / "python"
        house = place / "house"
        house.mkdir()
        write_folder(house, chain(), [sys.executable, str(ROOT / "tests" / "support" / "servers" / "raw.py")])
        process = await asyncio.create_subprocess_exec(
            python,
            PACED,
            house,
            cwd=house,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            yield Paced(process, await said(process))
        finally:
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()


@asynccontextmanager
async def browsing() -> AsyncGenerator[Browser]:
    """Chromium, without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def reader(browser: Browser, url: str) -> AsyncGenerator[BrowserContext]:
    """A reader whose cache is empty."""
    context = await browser.new_context(base_url=url, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(_PATIENCE)
    try:
        yield context
    finally:
        await context.close()


async def loaded(browser: Browser, url: str, address: str, text: str) -> Mapping[str, int]:
    """The scripts and styles that a page needs until it shows `text`, with their bytes on the wire."""
    async with reader(browser, url) as context:
        page = await context.new_page()
        await page.goto(address)
        await page.get_by_role("main").get_by_text(text).first.wait_for()
        await page.evaluate("() => new Promise((done) => setTimeout(done, 500))")  # what is loaded when idle
        return await page.evaluate(_LOADED)


async def first_paint(browser: Browser, url: str) -> float:
    """Milliseconds from the beginning of the navigation to the first content of `/`."""
    async with reader(browser, url) as context:
        page = await context.new_page()
        await page.goto("/")
        return await page.evaluate(_FIRST_PAINT)


async def graph_of(context: BrowserContext, run_id: str) -> Page:
    """The page of a run, once its graph is there."""
    page = await context.new_page()
    await page.goto(f"/runs/{run_id}")
    await page.locator(f"[data-node='step_{49}_{8}']").wait_for(state="attached")
    await page.evaluate(_WATCH)
    return page


async def moving(page: Page) -> dict[str, float]:
    """Frames per second while the graph is dragged about, and while it is zoomed.

    Raises:
        RuntimeError: it did not move.
    """
    box = await page.locator(".react-flow").bounding_box()
    assert box is not None
    x, y = box["x"] + 40, box["y"] + box["height"] - 60
    before = await page.evaluate(_VIEW)
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.evaluate(_COUNT)
    for step in range(120):
        await page.mouse.move(x + step * 4 % 300, y - step * 3 % 200)
    panned = await page.evaluate(_COUNTED)
    await page.mouse.up()
    middle = await page.evaluate(_VIEW)
    await page.evaluate(_COUNT)
    for step in range(120):
        await page.mouse.wheel(0, -60 if step % 40 < 20 else 60)
    zoomed = await page.evaluate(_COUNTED)
    if before == middle or middle == await page.evaluate(_VIEW):
        raise RuntimeError("The graph did not move.")
    return {"pan": panned, "zoom": zoomed}


async def frames_during(page: Page, work: asyncio.Future[str]) -> float:
    """Frames per second until `work` is done."""
    await page.evaluate(_COUNT)
    await work
    return await page.evaluate(_COUNTED)


async def ages(page: Page, url: str, run_id: str) -> Sequence[float]:
    """Milliseconds from each beginning of a step, by its timestamp, to the end of the frame that shows it."""
    await page.wait_for_function(f"() => Object.keys(window.painted).length >= {LEAVES}")
    painted: dict[str, int] = await page.evaluate("() => window.painted")
    state: Any = await page.evaluate(
        "(address) => fetch(address).then((answer) => answer.json())", f"/api/runs/{run_id}"
    )
    begun = {step["node_id"]: step["started_at"] for step in state["steps"]}
    times: dict[str, int] = await page.evaluate(
        "(all) => Object.fromEntries(Object.entries(all).map(([name, at]) => [name, Date.parse(at)]))", begun
    )
    return [painted[name] - at for name, at in times.items() if name in painted]
