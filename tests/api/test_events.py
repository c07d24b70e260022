"""`GET /api/runs/{run_id}/events`."""

import asyncio
import gc
import json
from collections.abc import Sequence
from contextlib import aclosing

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsheet.api.options import ApiOptions
from callsheet.api.sse import ABORT, chunks, event_stream
from callsheet.errors.journal import JournalUnavailable
from callsheet.runs.codec import encode
from callsheet.runs.events import Record, RunError, RunFinished, RunId, RunStatus
from tests.api.asgi import exchange
from tests.api.house import House, Watched
from tests.api.readers import read_naively, read_strictly
from tests.support.events import NOON, new_id, run_finished, step_finished, step_started, steps


async def finished_run(house: House, count: int = 2) -> RunId:
    """A run with `count` steps: 2 + 2 x `count` events."""
    run_id = new_id()
    await house.run(*(steps(run_id, count) or []), run_finished(run_id))
    return run_id


async def test_a_late_subscriber_gets_every_event_in_order_and_then_the_end(
    house: House, client: httpx2.AsyncClient
) -> None:
    run_id = await finished_run(house, 1)
    response = await client.get(f"/api/runs/{run_id}/events")

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-accel-buffering"] == "no"
    assert "content-encoding" not in response.headers
    seen = read_strictly(response.content)
    assert [event.type for event in seen.events] == ["run_started", "step_started", "step_finished", "run_finished"]
    assert [event.id for event in seen.events] == ["1", "2", "3", "4"]
    assert [event.data["type"] for event in seen.events] == [event.type for event in seen.events]


async def test_events_have_the_seeds_fields_first_and_its_form(house: House, client: httpx2.AsyncClient) -> None:
    run_id = await finished_run(house, 1)
    response = await client.get(f"/api/runs/{run_id}/events")
    started, step, ended, finished = (list(event.data) for event in read_strictly(response.content).events)

    assert started[:4] == ["type", "run_id", "scenario_id", "started_at"]
    assert step[:5] == ["type", "run_id", "step_name", "index", "started_at"]
    assert ended[:8] == ["type", "run_id", "step_name", "index", "status", "started_at", "finished_at", "message"]
    assert finished[:5] == ["type", "run_id", "status", "finished_at", "message"]
    assert response.content.startswith(f'event: run_started\ndata: {{"type":"run_started","run_id":"{run_id}"'.encode())


async def test_a_client_written_from_the_seeds_example_reads_the_same_as_a_strict_one(
    house: House, client: httpx2.AsyncClient
) -> None:
    run_id = await finished_run(house)
    content = (await client.get(f"/api/runs/{run_id}/events")).content

    strict = read_strictly(content)
    assert [(event.type, event.data) for event in read_naively(content)] == [
        (event.type, event.data) for event in strict.events
    ]
    assert strict.retry == [2000]


@pytest.mark.parametrize("last", [1, 3, 5])
@pytest.mark.parametrize("way", ["header", "query"])
async def test_resumes_after_the_last_event_that_was_seen(
    house: House, client: httpx2.AsyncClient, last: int, way: str
) -> None:
    run_id = await finished_run(house)
    url = f"/api/runs/{run_id}/events"
    if way == "header":
        response = await client.get(url, headers={"Last-Event-ID": str(last)})
    else:
        response = await client.get(url, params={"after": str(last)})

    assert [event.id for event in read_strictly(response.content).events] == [str(n) for n in range(last + 1, 7)]


async def test_the_header_of_a_reconnecting_browser_wins_over_the_url_it_began_with(
    house: House, client: httpx2.AsyncClient
) -> None:
    run_id = await finished_run(house)
    response = await client.get(f"/api/runs/{run_id}/events?after=1", headers={"Last-Event-ID": "5"})

    assert [event.id for event in read_strictly(response.content).events] == ["6"]


@pytest.mark.parametrize("last", ["6", "7", "999999"])
async def test_204_when_the_run_is_finished_and_nothing_is_left(
    house: House, client: httpx2.AsyncClient, last: str
) -> None:
    run_id = await finished_run(house)
    response = await client.get(f"/api/runs/{run_id}/events", headers={"Last-Event-ID": last})

    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("bad", ["-1", "+1", "1.5", "x", "", "1e3", "0x1", "٣", "9" * 400, "1 2", "\xb2"])
async def test_a_bad_id_means_a_full_replay(house: House, client: httpx2.AsyncClient, bad: str) -> None:
    run_id = await finished_run(house)
    url = f"/api/runs/{run_id}/events"
    by_header = await client.get(url, headers=[(b"last-event-id", bad.encode())])
    by_query = await client.get(url, params={"after": bad})

    assert len(read_strictly(by_header.content).events) == 6
    assert len(read_strictly(by_query.content).events) == 6


async def test_an_id_that_the_journal_never_gave_out_means_a_full_replay_of_an_open_run(house: House) -> None:
    run_id = await house.run()
    async with exchange(house.app, "GET", f"/api/runs/{run_id}/events", query=b"after=50") as stream:
        assert (await stream.start())[0] == 200
        assert [event.id for event in read_strictly(await stream.chunk()).events] == ["1"]


async def test_a_live_subscriber_sees_each_event_when_it_is_written(house: House) -> None:
    run_id = await house.run()
    async with exchange(house.app, "GET", f"/api/runs/{run_id}/events") as stream:
        await stream.start()
        assert b"event: run_started\n" in await stream.chunk()
        await house.journal.append(run_id, 1, [step_started(run_id)])
        assert b"event: step_started\n" in await stream.chunk()
        await house.journal.append(run_id, 2, [step_finished(run_id), run_finished(run_id)])
        assert [event.id for event in read_strictly(await stream.chunk()).events] == ["3", "4"]
        assert await stream.chunk() == b""


async def test_no_event_is_lost_doubled_or_reordered_between_replay_and_tail(house: House) -> None:
    run_id = await house.run()

    async def write() -> None:
        for seq, event in enumerate([*steps(run_id, 100), run_finished(run_id)], start=1):
            await house.journal.append(run_id, seq, [event])

    async def subscribe(after: int) -> list[int]:
        while (await house.journal.summary(run_id)).last_seq < after:
            await house.journal.wait(run_id, after - 1)
        async with exchange(house.app, "GET", f"/api/runs/{run_id}/events", query=b"after=%d" % after) as stream:
            await stream.start()
            return [int(event.id) for event in read_strictly(await stream.rest()).events]

    async with asyncio.TaskGroup() as group:
        subscribers = [(after, group.create_task(subscribe(after))) for after in range(0, 200, 10)]
        group.create_task(write())

    for after, subscriber in subscribers:
        assert subscriber.result() == list(range(after + 1, 203))


class TestLargeValues:
    async def test_are_left_out_and_named_by_their_size(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = new_id()
        large = "x" * 70_000
        error = RunError(code="ToolError", message="No.", data=large)
        finished = RunFinished(
            run_id=run_id, status=RunStatus.FAILED, finished_at=NOON, message="No.", output="small", error=error
        )
        await house.run(step_started(run_id, data=large), step_finished(run_id, output=[large]), finished)
        _, started, ended, last = read_strictly((await client.get(f"/api/runs/{run_id}/events")).content).events

        assert (started.data["input"], started.data["omitted"]) == (None, {"input": 70_002})
        assert (ended.data["output"], ended.data["omitted"]) == (None, {"output": 70_004})
        assert (last.data["output"], last.data["error"]["data"]) == ("small", None)
        assert last.data["omitted"] == {"error.data": 70_002}
        assert list(ended.data)[-1] == "omitted"

    async def test_other_events_are_passed_on_byte_for_byte(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = new_id()
        finished = step_finished(run_id, output={"text": "ü\u2028✓" * 1_000})
        await house.run(step_started(run_id), finished, run_finished(run_id))

        assert b"\ndata: " + encode(finished)[1] + b"\n" in (await client.get(f"/api/runs/{run_id}/events")).content


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=10,
)


@settings(max_examples=50, deadline=None)
@given(outputs=st.lists(_JSON, max_size=8))
def test_what_was_journaled_is_what_both_readers_read(outputs: list[object]) -> None:
    records = [
        Record(seq, *encode(step_finished(new_id(), output=json.loads(json.dumps(output)))))
        for seq, output in enumerate(outputs, start=1)
    ]
    sent = b"".join(chunks(records, retry=True))

    assert [event.data["output"] for event in read_strictly(sent).events] == outputs
    assert [event.data["output"] for event in read_naively(sent)] == outputs


def test_a_batch_is_one_chunk_while_it_is_small_and_never_more_than_64_kib() -> None:
    small = [Record(seq, *encode(step_finished(new_id()))) for seq in range(1, 101)]
    large = [Record(seq, *encode(step_finished(new_id(), output="x" * 60_000))) for seq in range(1, 11)]

    assert len(list(chunks(small, retry=True))) == 1
    assert len(list(chunks(large, retry=False))) == 10


class TestLeaving:
    async def test_a_client_that_leaves_frees_its_follower_without_gc(self, house: House) -> None:
        run_id = await house.run()
        before = len(asyncio.all_tasks())
        gc.disable()
        try:
            async with exchange(house.app, "GET", f"/api/runs/{run_id}/events") as stream:
                await stream.start()
                await stream.chunk()
                async with asyncio.timeout(5):
                    await house.journal.someone_waits.wait()
            assert house.journal.waiting == 0
        finally:
            gc.enable()
        # One task stays: the library's, which watches for the end of the process for all streams.
        assert len(asyncio.all_tasks()) <= before + 1

    async def test_a_subscriber_that_does_not_read_is_cut_and_its_connection_dropped(self) -> None:
        house = House(options=ApiOptions(send_timeout=0.05))
        run_id = await house.run()
        dropped = asyncio.Event()
        path = f"/api/runs/{run_id}/events"
        async with exchange(house.app, "GET", path, scope={ABORT: dropped.set}) as stream:
            await stream.start()
            await stream.chunk()
            stream.reading.clear()
            await house.journal.append(run_id, 1, [step_started(run_id)])
            async with asyncio.timeout(5):
                await dropped.wait()
                await stream.task
        assert house.journal.waiting == 0

    async def test_a_silent_stream_is_kept_open_by_comments(self) -> None:
        house = House(options=ApiOptions(ping=0.01))
        run_id = await house.run()
        async with exchange(house.app, "GET", f"/api/runs/{run_id}/events") as stream:
            await stream.start()
            await stream.chunk()
            comment = await stream.chunk()
        assert comment.startswith(b": ")
        assert comment.endswith(b"\n\n")
        assert read_strictly(comment).events == []


async def test_a_stopping_service_ends_its_streams_cleanly(house: House) -> None:
    run_id = await house.run()
    async with exchange(house.app, "GET", f"/api/runs/{run_id}/events") as stream:
        await stream.start()
        await stream.chunk()
        house.draining.start()
        last = await stream.next()
        assert (last["body"], last["more_body"]) == (b"", False)


async def test_a_stream_that_comes_while_the_service_stops_ends_at_once(house: House) -> None:
    run_id = await house.run()
    house.draining.start()
    async with exchange(house.app, "GET", f"/api/runs/{run_id}/events") as stream:
        assert (await stream.start())[0] == 200
        assert await stream.rest() == b""


class Flaky(Watched):
    """A journal that can be made to fail."""

    broken = False

    async def read(self, run_id: RunId, after: int = 0, limit: int | None = None) -> Sequence[Record]:
        if self.broken:
            raise JournalUnavailable("The database is away.")
        return await super().read(run_id, after, limit)


async def test_a_journal_that_fails_in_the_middle_ends_the_stream_so_that_the_client_comes_back() -> None:
    journal = Flaky()
    house = House(journal=journal)
    run_id = await house.run()
    async with exchange(house.app, "GET", f"/api/runs/{run_id}/events") as stream:
        await stream.start()
        await stream.chunk()
        journal.broken = True
        await journal.append(run_id, 1, [step_started(run_id)])
        assert await stream.rest() == b""


async def test_head_opens_no_stream(house: House, client: httpx2.AsyncClient) -> None:
    run_id = await house.run()

    assert (await client.head(f"/api/runs/{run_id}/events")).status_code == 405


async def test_closing_the_generator_closes_the_follower(house: House) -> None:
    run_id = await house.run()
    async with aclosing(event_stream(house.runs, run_id, 0, house.draining)) as stream:
        await anext(stream)
    assert house.journal.waiting == 0
