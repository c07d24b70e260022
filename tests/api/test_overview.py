"""`GET /api/events`."""

import asyncio
import gc
from collections.abc import Collection, Mapping

import httpx2
import pytest

from callsheet.api.options import ApiOptions
from callsheet.api.sse import ABORT
from callsheet.errors.journal import JournalUnavailable
from callsheet.runs.codec import encode
from callsheet.runs.events import RunId, RunStatus, RunSummary
from tests.api.asgi import exchange
from tests.api.house import NEWS, House, Watched, problems_of
from tests.api.overviews import Overview, watching
from tests.api.readers import read_naively, read_strictly
from tests.support.events import (
    new_id,
    new_run,
    run_finished,
    run_waiting,
    step_finished,
    step_started,
    steps,
)


async def finish(house: House, run_id: RunId) -> None:
    last_seq = (await house.journal.summary(run_id)).last_seq
    await house.journal.append(run_id, last_seq, [run_finished(run_id)])


class TestStatus:
    async def test_it_begins_with_ready_and_the_other_streams_headers(self, house: House) -> None:
        async with exchange(house.app, "GET", "/api/events") as stream:
            status, headers = await stream.start()
            first = await stream.chunk()

        assert status == 200
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["cache-control"] == "no-cache"
        assert headers["x-accel-buffering"] == "no"
        assert first == b'event: ready\ndata: {"type":"ready"}\nretry: 2000\n\n'

    async def test_every_new_run_and_change_of_status_comes_with_the_row(self, house: House) -> None:
        async with watching(house) as overview:
            run_id = await house.run()
            created = await overview.next()
            await house.journal.append(run_id, 1, [step_started(run_id)])
            running = await overview.next()
            await house.journal.append(run_id, 2, [step_finished(run_id), run_waiting(run_id)])
            waiting = await overview.next()
            await house.journal.append(run_id, 4, [run_finished(run_id, RunStatus.FAILED, message="No.")])
            failed = await overview.next()

        assert (created.type, created.id) == ("run_status", "")
        assert created.data == {
            "type": "run_status",
            "run_id": run_id,
            "scenario_id": NEWS,
            "status": "queued",
            "message": "",
            "started_at": "2026-04-24T12:00:00.000+00:00",
            "finished_at": None,
            "last_seq": 1,
            "parent_run_id": None,
            "priority": 0,
            "owner": "",
            "error_code": None,
        }
        assert (running.data["status"], running.data["last_seq"]) == ("running", 2)
        assert waiting.data["status"] == "waiting"
        assert (failed.data["status"], failed.data["message"]) == ("failed", "No.")
        assert failed.data["finished_at"] == "2026-04-24T12:00:00.000+00:00"

    async def test_events_that_change_no_status_are_not_told(self, house: House) -> None:
        run_id = await house.run(*steps(run := new_id(), 1))
        assert run_id == run
        async with watching(house) as overview:
            await house.journal.append(run_id, 3, steps(run_id, 1))
            await finish(house, run_id)
            assert (await overview.next()).data["status"] == "success"

    async def test_what_is_listed_after_ready_and_the_stream_are_everything(self, house: House) -> None:
        async def write(count: int) -> None:
            for _ in range(count):
                run_id = await house.run()
                await house.journal.append(run_id, 1, [step_started(run_id), run_finished(run_id)])

        async def watch(done: asyncio.Event) -> dict[str, str]:
            async with watching(house) as overview, house.client() as client:
                rows = (await client.get("/api/runs?limit=200")).json()["runs"]
                known = {row["run_id"]: row["status"] for row in rows}
                await done.wait()
                last = (await house.journal.create(new_run())).run_id
                for seen in await overview.status(last, "queued"):
                    known[seen.data["run_id"]] = seen.data["status"]
                return {run_id: status for run_id, status in known.items() if status != "queued"}

        done = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            writers = [group.create_task(write(15)) for _ in range(4)]
            watchers = [group.create_task(watch(done)) for _ in range(5)]
            await asyncio.wait(writers)
            done.set()
        for watcher in watchers:
            assert list(watcher.result().values()) == ["success"] * 60

    async def test_a_removed_run_is_told(self, house: House) -> None:
        run_id = await house.run(run_finished(run := new_id()))
        assert run_id == run
        async with watching(house) as overview:
            await house.journal.delete(run_id)
            seen = await overview.next()
        assert (seen.type, seen.data) == ("run_deleted", {"type": "run_deleted", "run_id": run_id})

    async def test_a_reader_that_was_away_gets_the_latest_of_each_run_and_no_backlog(self, house: House) -> None:
        async with watching(house) as slow, watching(house) as quick:
            slow.stream.reading.clear()
            run_id = await house.run()
            await quick.status(run_id, "queued")
            for seq in range(1, 41, 2):
                await house.journal.append(run_id, seq, [step_started(run_id)])
                await house.journal.append(run_id, seq + 1, [run_waiting(run_id)])
            await finish(house, run_id)
            other = await house.run()
            await quick.status(other, "queued")
            slow.stream.reading.set()
            seen = await slow.status(other, "queued")
        told = [event.data["status"] for event in seen if event.data["run_id"] == run_id]
        assert told[-1] == "success"
        assert len(told) <= 3  # what was being sent, and the latest

    async def test_all_watchers_share_one_reader_of_the_journal(self) -> None:
        journal = Counting()
        house = House(journal=journal)
        async with watching(house) as one, watching(house) as two, watching(house) as three:
            run_id = await house.run()
            for overview in (one, two, three):
                await overview.status(run_id, "queued")
            assert journal.asked == [[run_id]]


class Counting(Watched):
    """A journal that can be made to fail, and knows which rows were asked for together."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[RunId]] = []
        self.broken = 0

    async def summaries(self, run_ids: Collection[RunId]) -> Mapping[RunId, RunSummary | None]:
        if self.broken:
            self.broken -= 1
            raise JournalUnavailable("The database is away.")
        self.asked.append(list(run_ids))
        return await super().summaries(run_ids)


async def test_a_journal_that_was_away_for_a_moment_costs_no_change() -> None:
    journal = Counting()
    house = House(journal=journal)
    async with watching(house) as overview:
        journal.broken = 1
        run_id = await house.run()
        assert (await overview.next()).data["run_id"] == run_id


class TestFollow:
    async def test_every_event_after_seq_comes_as_in_the_runs_own_stream(
        self, house: House, client: httpx2.AsyncClient
    ) -> None:
        run_id = await house.run(*steps(run := new_id(), 2), run_finished(run))
        own = (await client.get(f"/api/runs/{run_id}/events?after=2")).content
        async with watching(house, {run_id: 2}) as overview:
            chunk = await overview.stream.chunk()

        assert [event.id for event in read_strictly(chunk).events] == [f"{run_id}:{seq}" for seq in (3, 4, 5, 6)]
        assert [(seen.type, seen.data) for seen in read_naively(chunk)] == [
            (seen.type, seen.data) for seen in read_naively(own)
        ]
        assert chunk.replace(f"{run_id}:".encode(), b"") == own.replace(b"retry: 2000\n", b"")

    async def test_large_values_are_left_out_and_others_passed_on_byte_for_byte(self, house: House) -> None:
        run = new_id()
        small = step_finished(run, output={"text": "ü\u2028✓"})
        await house.run(step_started(run, data="x" * 70_000), small)
        async with watching(house, {run: 1}) as overview:
            chunk = await overview.stream.chunk()
        started, _ = read_strictly(chunk).events
        assert (started.data["input"], started.data["omitted"]) == (None, {"input": 70_002})
        assert b"\ndata: " + encode(small)[1] + b"\n" in chunk

    async def test_nothing_is_lost_doubled_or_reordered_of_several_runs_between_replay_and_tail(
        self, house: House
    ) -> None:
        runs = [await house.run() for _ in range(4)]

        async def write(run_id: RunId) -> None:
            for seq, event in enumerate([*steps(run_id, 80), run_finished(run_id)], start=1):
                await house.journal.append(run_id, seq, [event])

        async def follow(after: int) -> dict[str, list[int]]:
            while (await house.journal.summary(runs[0])).last_seq < after:
                await house.journal.wait(runs[0], after - 1)
            async with watching(house, dict.fromkeys(runs, 0) | {runs[0]: after}) as overview:
                return await followed(overview, runs)

        async with asyncio.TaskGroup() as group:
            followers = [(after, group.create_task(follow(after))) for after in range(0, 160, 20)]
            for run_id in runs:
                group.create_task(write(run_id))

        for after, follower in followers:
            assert follower.result() == {
                run_id: list(range((after if run_id == runs[0] else 0) + 1, 163)) for run_id in runs
            }

    async def test_a_long_replay_leaves_the_others_their_turns(self, house: House) -> None:
        long = await house.run(*steps(run := new_id(), 2_000))
        assert long == run
        short = await house.run()
        async with watching(house, {long: 0, short: 0}) as overview:
            before = await overview.until(lambda seen: seen.id == f"{short}:1")
            await house.journal.append(short, 1, [step_started(short)])
            between = await overview.until(lambda seen: seen.id == f"{short}:2")
            rest = await overview.until(lambda seen: seen.id == f"{long}:4001")
        assert len(before) < 200
        assert len(between) < 1_000
        assert len(rest) > 1_000

    async def test_a_run_that_is_over_and_replayed_is_quiet_and_the_stream_stays(self, house: House) -> None:
        run_id = await house.run(run_finished(run := new_id()))
        assert run_id == run
        for after in (0, 1, 2):
            async with watching(house, {run_id: after}) as overview:
                assert [(await overview.next()).id for _ in range(2 - after)] == [
                    f"{run_id}:{seq}" for seq in range(after + 1, 3)
                ]
                other = await house.run()
                assert (await overview.next()).data["run_id"] == other

    @pytest.mark.parametrize("after", ["", "50", "-1", "x", "٣", "9" * 400])
    async def test_a_seq_that_no_event_has_means_a_full_replay(self, house: House, after: str) -> None:
        run_id = await house.run(step_started(run := new_id()))
        assert run_id == run
        query = f"follow={run_id}:{after}" if after else f"follow={run_id}"
        async with exchange(house.app, "GET", "/api/events", query=query.encode()) as stream:
            await stream.start()
            await stream.chunk()
            assert [seen.id for seen in read_strictly(await stream.chunk()).events] == [f"{run_id}:1", f"{run_id}:2"]

    async def test_the_id_that_a_browser_sends_wins_over_the_url_it_began_with(self, house: House) -> None:
        one, two = new_id(), new_id()
        await house.run(*steps(one, 1))
        await house.run(*steps(two, 1))
        async with watching(house, {one: 0, two: 2}, last=f"{one}:2") as overview:
            assert [(await overview.next()).id for _ in range(2)] == [f"{one}:3", f"{two}:3"]

    @pytest.mark.parametrize("last", ["7", "x:y", "", ":", "0b9d2c1e-8d2f-4c57-9a70-3f0c6a1f2b11:3"])
    async def test_an_id_of_another_run_changes_nothing(self, house: House, last: str) -> None:
        run_id = await house.run(*steps(run := new_id(), 1))
        assert run_id == run
        async with watching(house, {run_id: 2}, last=last) as overview:
            assert (await overview.next()).id == f"{run_id}:3"

    async def test_an_unknown_run_is_404_before_any_byte(self, house: House, client: httpx2.AsyncClient) -> None:
        known, unknown = await house.run(), new_id()
        for name in (str(unknown), "nonsense"):
            response = await client.get("/api/events", params={"follow": [f"{known}:0", f"{name}:0"]})
            assert (response.status_code, response.json()["code"]) == (404, "run.not_found")
            assert response.json()["detail"] == f"Unknown run_id: {name}"

    async def test_more_than_100_runs_are_refused(self, house: House, client: httpx2.AsyncClient) -> None:
        runs = [await house.run() for _ in range(101)]
        response = await client.get("/api/events", params={"follow": [f"{run_id}:0" for run_id in runs]})
        assert (response.status_code, response.json()["code"]) == (422, "request.invalid")
        assert problems_of(response)[0]["pointer"] == "/follow"
        async with watching(house, dict.fromkeys(runs[:100], 0)) as overview:
            assert len({(await overview.next()).id for _ in range(100)}) == 100

    async def test_a_run_that_is_removed_before_it_was_read_is_unfollowed(self, house: House) -> None:
        run_id = await house.run(*steps(run := new_id(), 3_000), run_finished(run))
        assert run_id == run
        async with watching(house, {run_id: 0}) as overview:
            overview.stream.reading.clear()
            await house.journal.delete(run_id)
            overview.stream.reading.set()
            seen = (await overview.until(lambda seen: seen.type == "unfollowed"))[-1]
        assert seen.data["run_id"] == run_id
        assert seen.data["code"] == "run.not_found"


async def followed(overview: Overview, runs: list[RunId]) -> dict[str, list[int]]:
    """The seqs that come of each of the runs until all of them have ended."""
    seqs: dict[str, list[int]] = {run_id: [] for run_id in runs}
    ended = 0
    while ended < len(runs):
        seen = await overview.next()
        if seen.id and seen.type != "run_status":
            run_id, _, seq = seen.id.partition(":")
            seqs[run_id].append(int(seq))
            ended += seen.type == "run_finished"
    return seqs


class TestLeaving:
    async def test_a_client_that_leaves_frees_everything_without_gc(self, house: House) -> None:
        run_id = await house.run()
        before = len(asyncio.all_tasks())
        gc.disable()
        try:
            async with watching(house, {run_id: 0}) as overview:
                await overview.next()
                async with asyncio.timeout(5):
                    await house.journal.someone_waits.wait()
            assert house.journal.waiting == 0
            async with watching(house):  # those who stay are still served
                pass
        finally:
            gc.enable()
        # One task stays: the library's, which watches for the end of the process for all streams.
        assert len(asyncio.all_tasks()) <= before + 1

    async def test_a_subscriber_that_does_not_read_is_cut_and_its_connection_dropped(self) -> None:
        house = House(options=ApiOptions(send_timeout=0.05))
        dropped = asyncio.Event()
        async with exchange(house.app, "GET", "/api/events", scope={ABORT: dropped.set}) as stream:
            await stream.start()
            await stream.chunk()
            stream.reading.clear()
            await house.run()
            async with asyncio.timeout(5):
                await dropped.wait()
                await stream.task

    async def test_a_silent_stream_is_kept_open_by_comments(self) -> None:
        house = House(options=ApiOptions(ping=0.01))
        async with exchange(house.app, "GET", "/api/events") as stream:
            await stream.start()
            await stream.chunk()
            assert (await stream.chunk()).startswith(b": ")

    async def test_a_stopping_service_ends_its_streams_cleanly(self, house: House) -> None:
        run_id = await house.run()
        async with watching(house, {run_id: 1}) as overview:
            house.draining.start()
            last = await overview.stream.next()
            assert (last["body"], last["more_body"]) == (b"", False)

    async def test_a_stream_that_comes_while_the_service_stops_ends_at_once(self, house: House) -> None:
        house.draining.start()
        async with exchange(house.app, "GET", "/api/events") as stream:
            assert (await stream.start())[0] == 200
            assert await stream.rest() == b""

    async def test_head_opens_no_stream(self, client: httpx2.AsyncClient) -> None:
        assert (await client.head("/api/events")).status_code == 405
