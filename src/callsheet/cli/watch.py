"""A command that is at work as long as a run: it shows the run, asks what its steps ask, and ends it on Ctrl-C."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from functools import partial

from callsheet.cli.asking import AskingView
from callsheet.cli.failures import INTERRUPTED, say
from callsheet.cli.following import follow
from callsheet.cli.interrupts import interrupts
from callsheet.cli.labels import Labels
from callsheet.cli.live import LiveView
from callsheet.cli.outcome import tell
from callsheet.cli.run_access import RunsAccess
from callsheet.cli.screen import write_json
from callsheet.cli.terminal import person
from callsheet.cli.views import View, watching
from callsheet.runs.events import RunId, RunStatus
from callsheet.runs.state import RunState


async def watch(
    runs: RunsAccess, begin: Callable[[], Awaitable[RunId]], labels: Labels, *, timeout: float | None, json: bool
) -> int:
    """Begin a run and watch it to its end; the exit status. Ctrl-C cancels it, once more leaves it as it is.

    Args:
        runs: who executes it.
        begin: begins it, or makes it go on.
        labels: of its scenario.
        timeout: seconds after which it is cancelled; None for never.
        json: show its events, and nothing else, as lines of JSON.
    """
    with interrupts() as presses:
        run_id = await begin()
        async with _asking(runs, run_id, labels, json=json) as view:
            following = asyncio.create_task(follow(runs.follow(run_id), view))
            try:
                interrupted = await _attend(runs, run_id, following, presses, timeout)
            finally:
                following.cancel()
                await asyncio.wait({following})
    if following.cancelled():
        say(f"Run {run_id} was left as it is; whoever opens the data folder next ends it: 'callsheet serve'.")
        return INTERRUPTED
    state = following.result()
    if state.status is RunStatus.SUCCESS and not json:
        write_json(state.output)
    status = tell(state, labels)
    return INTERRUPTED if interrupted and state.status is RunStatus.CANCELLED else status


@asynccontextmanager
async def _asking(runs: RunsAccess, run_id: RunId, labels: Labels, *, json: bool) -> AsyncGenerator[View]:
    """The view on the run; a person at a terminal is also asked what its steps ask."""
    asked = person()
    with watching(labels, json=json) as view:
        if json or asked is None:
            yield view
            return
        paused = view.paused if isinstance(view, LiveView) else nullcontext
        over = AskingView(view, asked, partial(runs.answer, run_id), runs.knows_caller, paused)
        asking = asyncio.create_task(over.asking())
        try:
            yield over
        finally:
            asking.cancel()
            await asyncio.wait({asking})


async def _attend(
    runs: RunsAccess,
    run_id: RunId,
    following: asyncio.Task[RunState],
    presses: asyncio.Queue[None],
    timeout: float | None,
) -> bool:
    """Wait until the run has ended, cancel it on Ctrl-C and after `timeout`, let go on the next Ctrl-C.

    Returns:
        Whether there was a Ctrl-C.
    """
    ended, pressed = await _wait(following, presses, timeout)
    if ended:
        return pressed
    if pressed:
        say("Cancelling the run. Ctrl-C again leaves it as it is.")
    else:
        say(f"The run takes longer than {timeout:g} s: cancelling it.")
    await runs.cancel(run_id)
    ended, again = await _wait(following, presses, None)
    if not ended:
        following.cancel()
        await runs.leave()
    return pressed or again


async def _wait(
    following: asyncio.Task[RunState], presses: asyncio.Queue[None], timeout: float | None
) -> tuple[bool, bool]:
    """Wait for the run's end, a Ctrl-C, or `timeout` seconds: whether it ended, whether there was a Ctrl-C."""
    press = asyncio.create_task(presses.get())
    await asyncio.wait({following, press}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    pressed = press.done()
    press.cancel()
    return following.done(), pressed
