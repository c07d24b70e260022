"""The stream of all runs: their status as it changes, and every event of those that are followed."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Final, assert_never

import orjson
from loguru import logger

from callsheet.access.principal import Principal
from callsheet.api.draining import Draining
from callsheet.api.sse import RETRY, block, chunks, joined
from callsheet.errors.kinds import CallsheetError
from callsheet.runs.codec import timestamp
from callsheet.runs.events import RunId
from callsheet.runs.fairness import give_way
from callsheet.runs.feed import Feed, FeedItem, News, RunChanged, RunRemoved, Watcher
from callsheet.runs.following import Follows, Page, Unfollowed
from callsheet.runs.service import RunService

READY: Final = block("ready", b'{"type":"ready"}', RETRY)
"""The first event: of what is listed from now on, every change comes."""

REFETCH: Final = block("refetch", b'{"type":"refetch"}')
"""Changes were dropped: the list has to be fetched again."""


def item_block(item: FeedItem) -> bytes:
    """A change as an event of the stream; without `id`, for it is not replayed."""
    match item:
        case RunChanged(row=row):
            fields = {
                "type": "run_status",
                "run_id": row.run_id,
                "scenario_id": row.scenario_id,
                "status": row.status.value,
                "message": row.message,
                "started_at": timestamp(row.started_at),
                "finished_at": timestamp(row.finished_at) if row.finished_at else None,
                "last_seq": row.last_seq,
                "parent_run_id": row.parent_run_id,
                "priority": row.priority,
                "owner": row.owner,
                "error_code": row.error_code,
            }
            return block("run_status", orjson.dumps(fields))
        case RunRemoved(run_id=run_id):
            return block("run_deleted", orjson.dumps({"type": "run_deleted", "run_id": run_id}))
        case _:
            assert_never(item)


async def overview(
    runs: RunService, feed: Feed, caller: Principal, cursors: Mapping[RunId, int], draining: Draining
) -> AsyncGenerator[bytes]:
    """What `GET /api/events` sends; ends when the service stops, or the journal cannot be read.

    It holds one page of one run, and the latest status of each run that changed, whatever a slow reader misses.
    """
    if draining.started:
        return
    woken = asyncio.Event()
    try:
        with feed.watched(woken, caller) as watcher:
            async with runs.follow_all(cursors, woken) as follows:
                yield READY
                while (taken := await _next(watcher, follows, woken, draining)) is not None:
                    for chunk in _chunks(*taken):
                        yield chunk
                        # A socket with room takes a long replay without ever waiting.
                        await give_way()
    except CallsheetError as exc:
        # The client reconnects with its cursors and is then told, with a status, what is wrong.
        logger.warning("A stream of all runs was ended: {}", exc.message)


_Taken = tuple[News | None, Page | Unfollowed | None]


async def _next(watcher: Watcher, follows: Follows, woken: asyncio.Event, draining: Draining) -> _Taken | None:
    """The next news and the next page, one of them at least; None when the service stops."""
    with draining.interruptible():
        while True:
            # Cleared first: what comes after a look sets it again.
            woken.clear()
            taken = watcher.take(), await follows.take()
            if taken != (None, None):
                return taken
            await woken.wait()
    return None


def _chunks(news: News | None, page: Page | Unfollowed | None) -> Iterator[bytes]:
    if news is not None:
        yield from joined((REFETCH, *news.items) if news.refetch else news.items)
    match page:
        case Page():
            yield from chunks(page.records, retry=False, stream=page.run_id.encode() + b":")
        case Unfollowed():
            yield block("unfollowed", _unfollowed(page))
        case None:
            pass
        case _:
            assert_never(page)


def _unfollowed(page: Unfollowed) -> bytes:
    fields = {"type": "unfollowed", "run_id": page.run_id, "code": page.error.code, "message": page.error.message}
    return orjson.dumps(fields)
