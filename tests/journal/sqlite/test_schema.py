"""The database's form: made by migrations, whatever the version one comes from."""

import sqlite3
import sys
from pathlib import Path

import pytest

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.sqlite import migrate as migrations_module
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.journal.sqlite.listing import PageQuery
from callsheet.journal.sqlite.migrate import MIGRATIONS, migrate
from callsheet.journal.sqlite.moves import ADVANCE
from callsheet.journal.sqlite.parked import DUE, NEXT
from callsheet.journal.sqlite.readonly import ReadOnlyJournal
from callsheet.journal.sqlite.schema import SCHEMA_VERSION, open_for_writing
from callsheet.runs.codec import decode
from callsheet.runs.events import RunId, RunStatus
from callsheet.runs.ports import RunFilter
from tests.journal.old_ends import ENDS_OF_OLD, OldEnd
from tests.support.events import NOON, after_noon, answer, due_ids, run_started, run_waiting, step_started


def schema(path: Path) -> set[tuple[str, str]]:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {(name, sql) for name, sql in found if not name.startswith(("_yoyo", "yoyo"))}


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return number


def spoil(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def migrate_to(last: int, path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a database as that version of it made it."""
    folder.mkdir()
    for file in sorted(MIGRATIONS.glob("*.sql"))[:last]:
        (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(migrations_module, "MIGRATIONS", folder)
        migrate(path)


def test_the_migrations_are_numbered_up_to_the_current_version() -> None:
    numbers = [int(file.name.split("_")[0]) for file in sorted(MIGRATIONS.glob("*.sql"))]
    assert numbers == list(range(1, SCHEMA_VERSION + 1))


@pytest.mark.parametrize("start", range(SCHEMA_VERSION))
def test_a_database_of_any_version_ends_as_one_made_from_scratch(
    start: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch, grown = tmp_path / "scratch.db", tmp_path / "grown.db"
    open_for_writing(scratch).close()
    migrate_to(start, grown, tmp_path / "old migrations", monkeypatch)
    assert version(grown) == start
    open_for_writing(grown).close()
    assert version(grown) == version(scratch) == SCHEMA_VERSION
    assert schema(grown) == schema(scratch)


def test_a_migration_that_fails_leaves_the_version_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, broken = tmp_path / "journal.db", tmp_path / "broken"
    open_for_writing(path).close()
    before = schema(path)
    broken.mkdir()
    for file in MIGRATIONS.glob("*.sql"):
        (broken / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    following = broken / f"{SCHEMA_VERSION + 1:04}_next.sql"
    following.write_text("CREATE TABLE more (id INTEGER); INSERT INTO nowhere VALUES (1);", encoding="utf-8")
    monkeypatch.setattr(migrations_module, "MIGRATIONS", broken)
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(path)
    assert (schema(path), version(path)) == (before, SCHEMA_VERSION)
    following.write_text(f"CREATE TABLE more (id INTEGER); PRAGMA user_version = {SCHEMA_VERSION + 1};")
    migrate(path)
    assert version(path) == SCHEMA_VERSION + 1
    assert "more" in dict(schema(path))


def test_a_process_that_died_while_migrating_does_not_block_the_next(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    spoil(
        path,
        "CREATE TABLE yoyo_lock (locked INT DEFAULT 1, ctime TIMESTAMP, pid INT NOT NULL, PRIMARY KEY (locked))",
        "INSERT INTO yoyo_lock VALUES (1, '2026-01-01T00:00:00', 1)",
    )
    open_for_writing(path).close()
    assert version(path) == SCHEMA_VERSION


async def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    open_for_writing(path).close()
    spoil(path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(JournalUnavailable, match="newer"):
        open_for_writing(path)
    with pytest.raises(JournalUnavailable, match="newer"):
        async with ReadOnlyJournal.open(path):
            pytest.fail("it was opened")


async def test_a_journal_of_an_older_version_is_not_migrated_by_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    spoil(path, "CREATE TABLE old (id INTEGER)")
    with pytest.raises(JournalUnavailable, match="Start the server once"):
        async with ReadOnlyJournal.open(path):
            pytest.fail("it was opened")
    assert version(path) == 0


def test_the_database_tells_no_name_of_a_person_or_machine(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    open_for_writing(path).close()
    connection = sqlite3.connect(path)
    assert set(connection.execute("SELECT username, hostname FROM _yoyo_log")) == {("", "")}
    connection.close()


def test_the_connection_flushes_every_commit(tmp_path: Path) -> None:
    connection = open_for_writing(tmp_path / "journal.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    connection.close()


def test_an_up_to_date_database_is_opened_without_yoyo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.db"
    open_for_writing(path).close()
    # None in sys.modules makes an import fail.
    monkeypatch.setitem(sys.modules, "callsheet.journal.sqlite.migrate", None)
    open_for_writing(path).close()
    with pytest.raises(ImportError):
        open_for_writing(tmp_path / "new.db")


def test_parked_runs_that_are_not_due_are_not_looked_at(tmp_path: Path) -> None:
    connection = open_for_writing(tmp_path / "journal.db")
    for statement, indexes in (
        (DUE, ["runs_by_status (status=?)", "runs_by_due (due_at>? AND due_at<?)", "runs_woken"]),
        (NEXT, ["runs_by_due (due_at>?)"]),
    ):
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", {"now": "2026"})]
        # Beside the look at each run that was found.
        reads = [line.split("INDEX ")[-1] for line in plan if " runs" in line and "PRIMARY KEY" not in line]
        assert sorted(reads) == sorted(indexes)
    connection.close()


def test_an_append_to_a_run_at_work_changes_no_index(tmp_path: Path) -> None:
    connection = open_for_writing(tmp_path / "journal.db")
    codes = {row[1] for row in connection.execute(f"EXPLAIN {ADVANCE}", (2, "run", 1))}
    assert "Insert" in codes
    assert not codes & {"IdxInsert", "IdxDelete"}
    connection.close()


def fill_as_the_first_version(path: Path) -> None:
    """A run at work, one that was not begun, and a finished one."""
    connection = sqlite3.connect(path)
    for number, status in enumerate(("running", "queued", "success"), 1):
        finished_at = "2026-04-24T12:00:00.000+00:00" if status == "success" else None
        connection.execute(
            "INSERT INTO runs (run_id, scenario_id, revision, status, started_at, finished_at, last_seq)"
            " VALUES (?, 'news', 'rev-1', ?, '2026-04-24T12:00:00.000+00:00', ?, 1)",
            (status, status, finished_at),
        )
        started = (
            f'{{"type":"run_started","run_id":"{status}","scenario_id":"news",'
            '"started_at":"2026-04-24T12:00:00.000+00:00","revision":"rev-1","input":{}}'
        )
        connection.execute("INSERT INTO events VALUES (?, 1, 'run_started', ?)", (number, started.encode()))
    connection.commit()
    connection.close()


async def test_a_journal_of_the_first_version_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.db"
    migrate_to(1, path, tmp_path / "first", monkeypatch)
    fill_as_the_first_version(path)
    running = RunId("running")
    async with SqliteJournal.open(path) as journal:
        assert await due_ids(journal, NOON) == ["running", "queued"]
        started = decode((await journal.read(running))[0])
        assert started == run_started(running)
        await journal.append(running, 1, [step_started(running), run_waiting(running, until=after_noon(5))])
        assert await due_ids(journal, NOON) == ["queued"]
        assert await journal.next_due(NOON) == after_noon(5)
        await journal.deliver(running, 2, answer())
        assert await due_ids(journal, NOON) == ["running", "queued"]
        assert (await journal.summary(RunId("success"))).parent_run_id is None


async def test_runs_that_ended_before_there_were_error_codes_are_found_by_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.db"
    migrate_to(8, path, tmp_path / "eighth", monkeypatch)
    spoil(path, *(statement for end in ENDS_OF_OLD for statement in statements_of(end)))
    async with SqliteJournal.open(path) as journal:
        rows = (await journal.runs(RunFilter(), 100)).runs
        assert {row.run_id: row.error_code for row in rows} == {end.run_id: end.code for end in ENDS_OF_OLD}
        found = await journal.runs(RunFilter(error_code=frozenset({"Timeout"})), 100)
        assert [row.run_id for row in found.runs] == ["late"]


def statements_of(end: OldEnd) -> tuple[str, str]:
    return (
        "INSERT INTO runs (number, run_id, scenario_id, revision, status, started_at, finished_at, last_seq)"
        f" VALUES ({end.number}, '{end.run_id}', 'news', 'r', '{end.status}', '2026-04-24T12:00:00.000+00:00',"
        " '2026-04-24T12:00:00.000+00:00', 2)",
        f"INSERT INTO events VALUES ({end.number}, 2, 'run_finished', x'{end.data.hex()}')",
    )


@pytest.mark.parametrize(
    ("where", "index", "parts"),
    [
        (RunFilter(error_code=frozenset({"Timeout"}), status=frozenset({RunStatus.FAILED})), "runs_by_error_code", 1),
        (RunFilter(error_code=frozenset({"Timeout", "Internal"}), scenario_id="news"), "runs_by_error_code", 2),
        (RunFilter(error_code=frozenset({"Timeout", "Internal"}), owner="key:ci"), "runs_by_owner", 1),
    ],
)
def test_the_runs_of_a_code_are_found_by_its_index(tmp_path: Path, where: RunFilter, index: str, parts: int) -> None:
    connection = open_for_writing(tmp_path / "journal.db")
    query = PageQuery.parse(where, 10, None)
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query.statement()}", query.values)]
    assert [line.split("INDEX ")[1].split(" (")[0] for line in plan if " runs " in line] == [index] * parts
    connection.close()


def test_the_lists_walk_their_indexes(tmp_path: Path) -> None:
    connection = open_for_writing(tmp_path / "journal.db")
    for where in ("", "WHERE scenario_id = 'a'", "WHERE status = 'failed'", "WHERE started_at > 'a'"):
        statement = f"SELECT * FROM runs {where} ORDER BY started_at DESC, number DESC LIMIT 10"
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}"))
        assert "USING INDEX" in plan
        assert "TEMP B-TREE" not in plan
    connection.close()
