"""`python -m tests.support.crowd watch|flood JSON`: one part of the crowd; prints JSON lines.

`watch` prints `{"ready": true}` when all streams are open, and its report at the end of its standard input, which has
the accepted runs as a JSON list. `flood` prints its report.
"""

import asyncio
import sys
import time
from array import array
from contextlib import suppress
from typing import Any, Final

import orjson

from tests.support.crowd.flood import Flood
from tests.support.crowd.stalled import Stalled
from tests.support.crowd.streams import Decoder, FeedStream, RunStream, Stream, merged

_WAIT: Final = 60.0
_BATCH: Final = 50


async def watch(plan: dict[str, Any]) -> dict[str, Any]:
    """Open the streams of the plan, and watch until there is a list of accepted runs on standard input."""
    decoder, names = Decoder(), dict[str, int]()
    runs = [RunStream(run_id, decoder) for run_id in plan["runs"]]
    feeds = [FeedStream(decoder, names) for _ in range(plan["feeds"])]
    await _open([*runs, *feeds], plan["port"])
    stalled = Stalled(plan["port"])
    await asyncio.to_thread(stalled.begin, plan["stalled"])
    watching = asyncio.create_task(stalled.watch())
    lags = array("f")
    lagging = asyncio.create_task(_lag(lags))
    _say({"ready": True})
    accepted: list[str] = orjson.loads(await asyncio.to_thread(sys.stdin.buffer.readline))
    missing = await _ends(feeds, accepted)
    incomplete = await _completed(runs)
    await _cut(stalled)
    for task in (watching, lagging):
        task.cancel()
    report = {
        "digests": [[one.run_id, one.last, one.digest] for one in runs],
        "incomplete": incomplete,
        "missing": missing,
        "refetched": sum(one.refetched for one in feeds),
        "faults": merged([one.faults for one in (*runs, *feeds)]),
        "cut_off": sum(one.ended.is_set() for one in feeds),
        "run_ages": _ages(runs),
        "feed_ages": _ages(feeds),
        "cut_after": sorted(stalled.cut_after),
        "not_cut": stalled.left,
        "lag": _ages_of(lags),
    }
    stalled.close()
    for one in (*runs, *feeds):
        one.transport.close()
    return report


async def _open(streams: list[Stream], port: int) -> None:
    loop = asyncio.get_running_loop()
    for start in range(0, len(streams), _BATCH):
        batch = streams[start : start + _BATCH]
        for one in batch:
            await loop.create_connection(lambda one=one: one, "127.0.0.1", port)
        async with asyncio.timeout(_WAIT):
            await asyncio.gather(*(one.open.wait() for one in batch))


async def _ends(feeds: list[FeedStream], accepted: list[str]) -> int:
    """How many ends of runs were not seen by how many feeds, after some time to get them."""
    until = time.monotonic() + 20.0
    while missing := sum(not feed.saw_end(run_id) for feed in feeds if not feed.refetched for run_id in accepted):
        if time.monotonic() > until:
            break
        await asyncio.sleep(0.5)
    return missing


async def _completed(runs: list[RunStream]) -> int:
    """How many streams of runs did not end as they should."""
    try:
        async with asyncio.timeout(20.0):
            await asyncio.gather(*(one.ended.wait() for one in runs))
    except TimeoutError:
        pass
    return sum(not one.complete for one in runs)


async def _cut(stalled: Stalled) -> None:
    """Wait until those are cut whose run had more to say than the kernel keeps for them; some time at most."""
    with suppress(TimeoutError):
        async with asyncio.timeout(30.0):
            await stalled.half.wait()


async def _lag(lags: "array[float]") -> None:
    """How late this process itself is: what it measures cannot be better."""
    while True:
        due = time.monotonic() + 0.1
        await asyncio.sleep(0.1)
        lags.append(max(time.monotonic() - due, 0.0))


def _ages(streams: list[Any]) -> dict[str, float]:
    whole = array("f")
    for one in streams:
        whole.extend(one.ages)
    return _ages_of(whole)


def _ages_of(values: "array[float]") -> dict[str, float]:
    if not values:
        return {"count": 0, "p50": 0.0, "p99": 0.0, "max": 0.0}
    ordered = sorted(values)
    last = len(ordered) - 1
    at = {"p50": ordered[round(last * 0.5)], "p99": ordered[round(last * 0.99)], "max": ordered[last]}
    return {"count": len(ordered), **at}


async def flood(plan: dict[str, Any]) -> dict[str, Any]:
    """Submit as the plan says."""
    one = Flood(plan["port"], orjson.dumps(plan["submission"]))
    await one.send(plan["rate"], plan["seconds"])
    return one.report()


def _say(fields: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(fields) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    _say(asyncio.run({"watch": watch, "flood": flood}[sys.argv[1]](orjson.loads(sys.argv[2]))))
