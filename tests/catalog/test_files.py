"""A folder as a catalog: what is a document, what changes on disk do, and what a look at it costs."""

import asyncio
import json
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from callsheet.catalog.files import FileCatalog
from callsheet.catalog.scan import Snapshot, scan
from callsheet.errors.scenarios import ScenarioNotFound
from tests.support.scenarios import scenario

LONG_AGO = 1_500_000_000


def write(path: Path, scenario_id: str, name: str = "Any") -> None:
    path.write_text(json.dumps(scenario(scenario_id=scenario_id, name=name)), encoding="utf-8")


async def ids(catalog: FileCatalog) -> list[str]:
    return [entry.scenario_id for entry in await catalog.list()]


async def test_only_the_documents_of_the_folder_itself_are_listed(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    (folder / "below").mkdir(parents=True)
    (folder / "folder.json").mkdir()
    for name in ("a.json", "b.yaml", "c.yml", "d.JSON", ".hidden.json", "e.txt", "f.json~", "below/g.json"):
        write(folder / name, Path(name).stem.strip("."))
    assert await ids(FileCatalog(folder)) == ["a", "b", "c", "d"]


async def test_a_link_inside_the_folder_is_followed_and_one_that_leads_out_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    (folder / "..data").mkdir(parents=True)  # how a cluster mounts files, and swaps them
    write(folder / "..data/mounted.json", "mounted")
    write(tmp_path / "outside.json", "outside")
    (folder / "mounted.json").symlink_to("..data/mounted.json")
    (folder / "outside.json").symlink_to("../outside.json")
    (folder / "broken.json").symlink_to("nowhere.json")
    catalog = FileCatalog(folder)
    assert await ids(catalog) == ["broken", "mounted"]
    assert "cannot be read" in (await catalog.get("broken")).problems[0].message
    write(folder / "..data/mounted.json", "mounted", "Swapped")
    entry = await catalog.get("mounted")
    assert entry.scenario is not None
    assert entry.scenario.name == "Swapped"


async def test_a_folder_may_be_missing_and_appear_and_vanish(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    catalog = FileCatalog(folder)
    assert await ids(catalog) == []
    with pytest.raises(ScenarioNotFound, match="later"):
        await catalog.get("a")
    folder.mkdir()
    write(folder / "a.json", "a")
    assert (await catalog.get("a")).scenario is not None
    (folder / "a.json").unlink()
    folder.rmdir()
    with pytest.raises(ScenarioNotFound):
        await catalog.get("a")


async def test_a_folder_that_is_none_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "scenarios"
    path.write_text("not a folder", encoding="utf-8")
    (entry,) = await FileCatalog(path).list()
    assert (entry.scenario_id, entry.scenario) == ("scenarios", None)
    assert "The folder cannot be read" in entry.problems[0].message


async def test_what_is_no_regular_file_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path / "a.json", "a")
    os.mkfifo(tmp_path / "pipe.json")
    os.mkfifo(tmp_path / "hidden")
    (tmp_path / "link.json").symlink_to("hidden")
    async with asyncio.timeout(5):
        assert await ids(FileCatalog(tmp_path)) == ["a", "link"]


@contextmanager
def unprivileged() -> Generator[None]:
    """The superuser reads everything, so be somebody else for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def unreadable() -> Generator[Path]:
    """A folder with a document that its owner alone could read; pytest's own folders nobody else may enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        write(folder / "a.json", "a")
        (folder / "a.json").chmod(0)
        yield folder


async def test_a_file_that_may_not_be_read_is_reported(unreadable: Path) -> None:
    with unprivileged():
        (entry,) = await FileCatalog(unreadable).list()
    assert "Permission denied" in entry.problems[0].message


async def test_a_name_that_is_no_text_is_listed_as_one(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.json")).write_bytes(b"{")
    (entry,) = await FileCatalog(tmp_path).list()
    assert entry.scenario_id == "caf\ufffd"
    assert (await FileCatalog(tmp_path).get("caf\ufffd")).source.encode().decode() == entry.source


async def test_there_is_a_bound_to_the_files_that_are_read(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path / f"{number}.json", f"s{number}")
    catalog = FileCatalog(tmp_path, max_files=3)
    entries = await catalog.list()
    assert [entry.scenario_id for entry in entries if entry.scenario] == ["s0", "s1", "s2"]
    assert [entry.problems[0].message for entry in entries if not entry.scenario] == [
        "The folder has more than 3 documents; the rest is not read."
    ]


def age(path: Path, stamp: int = LONG_AGO) -> None:
    os.utime(path, (stamp, stamp))


AT_ONCE = 0.0
"""Files count as settled as soon as they are written."""


def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write(tmp_path / f"{name}.json", name)
    first = scan(tmp_path, Snapshot(), settle=AT_ONCE)
    write(tmp_path / "b.json", "b", "Changed")
    (tmp_path / "c.json").unlink()
    second = scan(tmp_path, first, settle=AT_ONCE)
    assert second.files["a.json"] is first.files["a.json"]
    assert second.files["b.json"] is not first.files["b.json"]
    assert sorted(second.entries) == ["a", "b"]


async def test_a_known_document_is_answered_without_another_look_at_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "a.json", "a")
    catalog = FileCatalog(tmp_path, settle=AT_ONCE)
    entry = await catalog.get("a")
    assert await catalog.get("a") is entry
    assert (await catalog.list())[0] is entry


def test_a_file_read_within_the_tick_of_its_clock_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write(path, "a", "One")
    first = scan(tmp_path, Snapshot())
    assert first.files["a.json"].stamp is None
    again = scan(tmp_path, first)
    assert again.files["a.json"].made is first.files["a.json"].made, "the same bytes are not parsed again"


@pytest.mark.parametrize("how", ["in place with the old times", "replaced with the old times", "touched"])
def test_a_change_that_keeps_size_and_times_is_seen(tmp_path: Path, how: str) -> None:
    path = tmp_path / "a.json"
    write(path, "a", "One")
    age(path)
    first = scan(tmp_path, Snapshot(), settle=AT_ONCE)
    if how == "replaced with the old times":
        write(tmp_path / "new", "a", "Two")
        age(tmp_path / "new")
        (tmp_path / "new").replace(path)
    elif how == "touched":
        age(path, LONG_AGO + 1)
    else:
        before = path.stat().st_ctime_ns
        while path.stat().st_ctime_ns == before:  # the clock of the file system ticks every few milliseconds
            write(path, "a", "Two")
            age(path)
    entry = scan(tmp_path, first, settle=AT_ONCE).entries["a"].entry
    assert entry.scenario is not None
    assert entry.scenario.name == ("One" if how == "touched" else "Two")


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.json", "a", "One")
    real = os.fstat
    calls: list[int] = []

    def fstat(descriptor: int) -> os.stat_result:
        calls.append(descriptor)
        if len(calls) == 2:  # after reading
            write(tmp_path / "a.json", "a", "Another")
        return real(descriptor)

    monkeypatch.setattr(os, "fstat", fstat)
    first = scan(tmp_path, Snapshot(), settle=AT_ONCE)
    monkeypatch.undo()
    assert first.files["a.json"].stamp is None
    entry = scan(tmp_path, first, settle=AT_ONCE).entries["a"].entry
    assert entry.scenario is not None
    assert entry.scenario.name == "Another"


async def test_many_callers_share_one_look_that_began_after_they_came(tmp_path: Path) -> None:
    for number in range(20):
        write(tmp_path / f"{number}.json", f"s{number}")
    catalog = FileCatalog(tmp_path)
    results = await asyncio.gather(*(catalog.get(f"s{number}") for number in range(20) for _ in range(5)))
    assert {entry.scenario_id for entry in results} == {f"s{number}" for number in range(20)}
    assert catalog.looks <= 2


async def test_a_caller_who_leaves_does_not_spoil_the_others_look(tmp_path: Path) -> None:
    write(tmp_path / "a.json", "a")
    catalog = FileCatalog(tmp_path)
    impatient = asyncio.create_task(catalog.get("a"))
    patient = asyncio.create_task(catalog.get("a"))
    await asyncio.sleep(0)
    impatient.cancel()
    async with asyncio.timeout(5):
        assert (await patient).scenario_id == "a"
    assert impatient.cancelled()


async def test_a_writer_at_work_never_makes_a_reader_fail(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    documents = [json.dumps(scenario(scenario_id="a", name=name * 50)) for name in ("One", "Two")]
    path.write_text(documents[0], encoding="utf-8")
    catalog = FileCatalog(tmp_path)
    done = asyncio.Event()

    def rewrite() -> None:
        for number in range(60):
            text = documents[number % 2]
            with path.open("w", encoding="utf-8") as file:
                file.write(text[:100])
                file.flush()
                file.write(text[100:])

    async def read() -> set[str]:
        seen: set[str] = set()
        while not done.is_set():
            (entry,) = await catalog.list()
            assert entry.scenario is not None or entry.problems
            seen.add(entry.scenario_id)
        return seen

    reader = asyncio.create_task(read())
    await asyncio.to_thread(rewrite)
    done.set()
    async with asyncio.timeout(10):
        assert await reader == {"a"}
    assert (await catalog.get("a")).scenario is not None
