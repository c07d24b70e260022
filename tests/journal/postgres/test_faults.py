"""What a database can do to the journal: vanish, hang, fill up, refuse. Nothing that was promised is lost."""

import asyncio
import os
import signal
import threading
from collections.abc import Generator

import psycopg
import pytest

from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.runs import RunOwnershipLost
from callsheet.journal.postgres.connections import Patience
from callsheet.journal.postgres.journal import PostgresJournal, PostgresOptions
from callsheet.journal.postgres.migrate import upgrade
from callsheet.runs.events import RunId
from callsheet.runs.ports import RunFilter
from tests.support.events import answer, new_id, new_run, step_started
from tests.support.postgres import PostgresServer, postgres_server
from tests.support.wire import Wire

SHORT = PostgresOptions(patience=Patience(statement=1.0, lock=0.5, idle=0.5, learning=1.0))


@pytest.fixture
def own() -> Generator[PostgresServer]:
    """A server that this test may stop."""
    with postgres_server() as server:
        yield server


class Writers:
    """Runs that are written until `stop`, each going on after a failure where the journal really is."""

    def __init__(self, journal: PostgresJournal) -> None:
        self.acknowledged: dict[RunId, int] = {}
        self.stop = False
        self.refused = 0
        self._journal = journal
        self._progress = asyncio.Condition()

    async def write(self) -> None:
        run_id = new_id()
        while not self.stop:
            try:
                if run_id not in self.acknowledged:
                    await self._journal.create(new_run(run_id, key=run_id))
                    self.acknowledged[run_id] = 1
                seq = self.acknowledged[run_id]
                await self._journal.append(run_id, seq, [step_started(run_id, f"s{seq}")])
                self.acknowledged[run_id] = seq + 1
            except JournalUnavailable:
                self.refused += 1
                continue
            except RunOwnershipLost:
                # The commit whose outcome was not known had been made.
                self.acknowledged[run_id] += 1
            async with self._progress:
                self._progress.notify_all()

    async def have_written(self, more: int) -> None:
        goal = sum(self.acknowledged.values()) + more
        async with self._progress:
            await self._progress.wait_for(lambda: sum(self.acknowledged.values()) >= goal)


@pytest.mark.timeout(180)
async def test_a_crash_of_the_database_loses_nothing_that_was_acknowledged(own: PostgresServer) -> None:
    url = own.prepared("journal", upgrade)
    async with PostgresJournal.open(url) as journal:
        writers = Writers(journal)
        async with asyncio.timeout(120), asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(writers.write())
            for _ in range(3):
                await writers.have_written(40)
                await asyncio.to_thread(own.restart_immediate)
            await writers.have_written(40)
            writers.stop = True
        for run_id, seq in writers.acknowledged.items():
            assert [record.seq for record in await journal.read(run_id)] == list(range(1, seq + 1))
        async with asyncio.timeout(30):
            await journal.listening.wait()


@pytest.mark.timeout(180)
async def test_while_the_database_is_down_everything_says_so_and_then_goes_on(own: PostgresServer) -> None:
    url = own.prepared("journal", upgrade)
    async with PostgresJournal.open(url) as journal:
        run_id = (await journal.create(new_run())).run_id
        await asyncio.to_thread(own.stop)
        for asked in (journal.check(), journal.summary(run_id), journal.append(run_id, 1, [step_started(run_id)])):
            with pytest.raises(JournalUnavailable, match="Is PostgreSQL running there"):
                await asked
        await asyncio.to_thread(own.start)
        await journal.check()
        await journal.append(run_id, 1, [step_started(run_id)])
        assert (await journal.summary(run_id)).last_seq == 2


@pytest.mark.parametrize("when", ["before the commit", "in the commit"])
async def test_a_commit_whose_connection_is_ended_is_found_out(postgres_url: str, when: str) -> None:
    """A trigger ends the connection of the transaction that fires it, at once or when the transaction commits."""
    timing = "INITIALLY IMMEDIATE" if when == "before the commit" else "INITIALLY DEFERRED"
    async with PostgresJournal.open(postgres_url) as journal:
        run_id = (await journal.create(new_run())).run_id
        with psycopg.connect(postgres_url, autocommit=True) as control:
            control.execute(
                "CREATE FUNCTION end_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF nextval('ends') <= 2 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL;"
                " END $$"
            )
            control.execute("CREATE SEQUENCE ends")
            control.execute(
                "CREATE CONSTRAINT TRIGGER ending AFTER INSERT ON callsheet.events"
                f" DEFERRABLE {timing} FOR EACH ROW EXECUTE FUNCTION end_it()"  # pyright: ignore[reportArgumentType]
            )
            try:
                await journal.append(run_id, 1, [step_started(run_id)])
            finally:
                control.execute("DROP TRIGGER ending ON callsheet.events")
                control.execute("DROP FUNCTION end_it")
                control.execute("DROP SEQUENCE ends")
        assert [record.seq for record in await journal.read(run_id)] == [1, 2]


async def test_a_commit_that_was_made_though_its_answer_was_lost_counts(
    postgres_url: str, postgres: PostgresServer
) -> None:
    """The commit waits for a lock of ours; the wire is cut, and then it may go on."""
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 7"
    async with (
        Wire.to(postgres.port) as wire,
        PostgresJournal.open(postgres_url.replace(f":{postgres.port}/", f":{wire.port}/")) as journal,
        await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as control,
    ):
        run_id = (await journal.create(new_run())).run_id
        await control.execute(
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END $$"
        )
        await control.execute(
            "CREATE CONSTRAINT TRIGGER slowly AFTER INSERT ON callsheet.events"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()"
        )
        await control.execute("SELECT pg_advisory_lock(7)")
        try:
            appending = asyncio.create_task(journal.append(run_id, 1, [step_started(run_id)]))
            async with asyncio.timeout(30):
                while await (await control.execute(waits)).fetchone() != (1,):
                    pass
                wire.cut()
                await control.execute("SELECT pg_advisory_unlock(7)")
                await appending
        finally:
            await control.execute("DROP TRIGGER slowly ON callsheet.events")
            await control.execute("DROP FUNCTION slow")
        assert [record.seq for record in await journal.read(run_id)] == [1, 2]


async def test_a_full_disk_refuses_whole_batches_and_passes(postgres_url: str) -> None:
    async with PostgresJournal.open(postgres_url) as journal:
        run_id = (await journal.create(new_run())).run_id
        with psycopg.connect(postgres_url, autocommit=True) as control:
            control.execute(
                "CREATE FUNCTION full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"
            )
            control.execute(
                "CREATE TRIGGER fills BEFORE INSERT ON callsheet.events FOR EACH ROW EXECUTE FUNCTION full()"
            )
            try:
                results = await asyncio.gather(
                    journal.append(run_id, 1, [step_started(run_id)]), journal.create(new_run()), return_exceptions=True
                )
            finally:
                control.execute("DROP TRIGGER fills ON callsheet.events")
                control.execute("DROP FUNCTION full")
        for result in results:
            assert isinstance(result, JournalUnavailable)
            assert "is full. Free some space" in result.message
        await journal.append(run_id, 1, [step_started(run_id)])
        assert len((await journal.runs(RunFilter(), 10)).runs) == 1


@pytest.mark.timeout(120)
async def test_a_database_that_hangs_is_given_up_in_time(own: PostgresServer) -> None:
    url = own.prepared("journal", upgrade)
    async with PostgresJournal.open(url, SHORT) as journal:
        run_id = (await journal.create(new_run())).run_id
        await journal.summary(run_id)
        with psycopg.connect(url) as control:
            rows = control.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'callsheet' AND datname = current_database()"
            ).fetchall()
        postmaster = int((own.folder / "data" / "postmaster.pid").read_text().split()[0])
        pids = [postmaster, *(pid for (pid,) in rows)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            async with asyncio.timeout(60):
                results = await asyncio.gather(
                    journal.append(run_id, 1, [step_started(run_id)]), journal.summary(run_id), return_exceptions=True
                )
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        assert [type(result) for result in results] == [JournalUnavailable, JournalUnavailable]
        async with asyncio.timeout(60):
            while (row := await journal.summary(run_id)).last_seq < 2:
                try:
                    await journal.append(run_id, row.last_seq, [step_started(run_id)])
                except (JournalUnavailable, RunOwnershipLost):
                    continue


async def test_a_row_that_somebody_holds_delays_no_other_run_for_long(postgres_url: str) -> None:
    options = PostgresOptions(patience=Patience(lock=0.2))
    async with PostgresJournal.open(postgres_url, options) as journal:
        held, free = [(await journal.create(new_run())).run_id for _ in range(2)]
        with psycopg.connect(postgres_url) as other:
            other.execute("SELECT 1 FROM callsheet.runs WHERE run_id = %s FOR UPDATE", (held,))
            with pytest.raises(JournalUnavailable, match="is locked by another program"):
                await journal.append(held, 1, [step_started(held)])
            await journal.append(free, 1, [step_started(free)])
        await journal.append(held, 1, [step_started(held)])


async def test_what_postgresql_cannot_store_fails_alone(postgres_url: str) -> None:
    async with PostgresJournal.open(postgres_url) as journal:
        run_id = (await journal.create(new_run())).run_id
        results = await asyncio.gather(
            journal.append(run_id, 1, [step_started(run_id)]),
            journal.create(new_run(scenario_id="nul\0")),
            journal.create(new_run()),
            return_exceptions=True,
        )
        assert [isinstance(result, Exception) for result in results] == [False, True, False]
        assert (await journal.runs(RunFilter(q="\0"), 10)).runs == ()


async def test_two_damaged_counts_do_not_break_the_fence(postgres_url: str) -> None:
    async with PostgresJournal.open(postgres_url) as journal:
        run_id, other = [(await journal.create(new_run())).run_id for _ in range(2)]
        await journal.append(run_id, 1, [step_started(run_id)])
        with psycopg.connect(postgres_url, autocommit=True) as control:
            control.execute("UPDATE callsheet.runs SET last_seq = 1 WHERE run_id = %s", (run_id,))
        results = await asyncio.gather(
            journal.append(run_id, 1, [step_started(run_id)]),
            journal.append(other, 1, [step_started(other)]),
            return_exceptions=True,
        )
        assert [type(result) for result in results] == [RunOwnershipLost, type(None)]


def test_a_thread_of_the_writer_does_not_outlive_its_journal(postgres_url: str) -> None:
    async def once() -> None:
        async with PostgresJournal.open(postgres_url) as journal:
            run_id = (await journal.create(new_run())).run_id
            await journal.append(run_id, 1, [step_started(run_id)])
            await journal.deliver(run_id, 1, answer())

    before = threading.active_count()
    asyncio.run(once())
    assert threading.active_count() <= before + 1  # the loop's own executor may keep one for a while
