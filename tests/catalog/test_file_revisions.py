"""Saved scenarios on disk: kills, other processes, damage, full disks."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from callsheet.catalog.file_revisions import FileRevisions
from callsheet.catalog.revision_files import sweep
from callsheet.errors.kinds import Unavailable
from callsheet.runs.revisions import DamagedRevision, Presence, Revisions, Saved, SavedRevision
from tests.support.events import NOON
from tests.support.scenarios import scenario

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where scenarios are saved; it does not exist yet."""
    return tmp_path / "data" / "scenarios"


async def put(store: Revisions, name: str) -> Saved:
    return await store.save("mine", scenario(scenario_id="mine", name=name), Presence.PRESENT, NOON)


async def create(store: Revisions, scenario_id: str = "mine", name: str = "One") -> SavedRevision:
    document = scenario(scenario_id=scenario_id, name=name)
    return (await store.save(scenario_id, document, Presence.ABSENT, NOON)).current


def name_of(found: SavedRevision | DamagedRevision | None) -> object:
    assert isinstance(found, SavedRevision), found
    return found.document["name"]


async def test_a_revision_is_a_file_that_people_can_read_and_others_cannot(root: Path) -> None:
    await create(FileRevisions(root))
    file = root / "mine" / "000001.json"
    assert json.loads(file.read_text(encoding="utf-8"))["document"]["name"] == "One"
    assert [each.stat().st_mode & 0o077 for each in (root, root / "mine", file)] == [0, 0, 0]
    assert os.listdir(root / "mine") == ["000001.json"]


async def test_another_process_sees_what_was_saved_and_is_not_overtaken(root: Path) -> None:
    one, other = FileRevisions(root), FileRevisions(root)
    await create(one)
    assert name_of(await other.latest("mine")) == "One"
    await put(other, "Two")
    assert name_of(await one.latest("mine")) == "Two"
    saves = await asyncio.gather(*(put(store, f"{n}") for n, store in enumerate([one, other] * 10)))
    assert sorted(saved.current.number for saved in saves) == list(range(3, 23))
    assert name_of((await one.current())["mine"]) == name_of((await other.current())["mine"])


@pytest.mark.timeout(240)  # a hundred processes, each with syncs of its own: 5 s here, many more on a busy disk
@pytest.mark.parametrize("before", [None, "One"])
def test_a_kill_at_any_line_leaves_the_old_state_or_the_new_one(tmp_path: Path, before: str | None) -> None:
    """Each child of the program saves once, and is gone at another line of our code."""
    command = [sys.executable, "-m", "tests.catalog.killed_saves", str(tmp_path), *([before] if before else [])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(reports) > 50
    assert {report["before"] for report in reports} == {before}
    assert {report["after"] for report in reports} == {before, "Two"}
    assert {report["next"] for report in reports} == {"Three"}


async def test_what_a_kill_left_is_ignored_and_swept_when_it_is_old(root: Path) -> None:
    store = FileRevisions(root)
    await create(store)
    old, young = root / "mine" / ".old.tmp", root / "mine" / ".young.tmp"
    for file in (old, young):
        file.write_bytes(b'{"number":2,')
    os.utime(old, (1_500_000_000, 1_500_000_000))
    assert name_of(await FileRevisions(root).latest("mine")) == "One"
    assert (await put(store, "Two")).current.number == 2
    assert (old.exists(), young.exists()) == (False, True)
    sweep(root / "mine", stale=-1)
    assert sorted(os.listdir(root / "mine")) == ["000001.json", "000002.json"]


async def test_an_empty_folder_is_no_scenario(root: Path) -> None:
    (root / "mine").mkdir(parents=True)
    store = FileRevisions(root)
    assert await store.latest("mine") is None
    assert await store.current() == {}
    assert (await create(store)).number == 1


async def test_foreign_files_are_no_scenarios(root: Path) -> None:
    store = FileRevisions(root)
    await create(store)
    (root / "Notes").mkdir()
    (root / "readme.txt").write_text("hello", encoding="utf-8")
    for name in ("1.json", "0000001.json", "000001.json~", "٠٠٠٠٠٢.json"):
        (root / "mine" / name).write_text("{}", encoding="utf-8")
    assert list(await FileRevisions(root).current()) == ["mine"]
    assert [row.number for row in await store.list("mine", 10)] == [1]


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b'{"number":2}', b'{"number":2,"revision":"x","saved_at":"now","document":{}}', b"\xff"],
)
async def test_a_damaged_revision_says_so_and_hides_no_other(root: Path, damage: bytes) -> None:
    store = FileRevisions(root)
    await create(store, "good")
    await create(store)
    await put(store, "Two")
    (root / "mine" / "000002.json").write_bytes(damage)
    current = await store.current()
    assert name_of(current["good"]) == "One"
    found = current["mine"]
    assert isinstance(found, DamagedRevision)
    assert "000002.json" in found.reason
    assert await store.get("mine", 2) == found
    assert name_of(await store.get("mine", 1)) == "One"
    assert [row.number for row in await store.list("mine", 10)] == [2, 1]
    assert (await put(store, "Three")).current.number == 3
    assert name_of(await store.latest("mine")) == "Three"


async def test_a_file_that_somebody_edited_is_not_what_was_saved(root: Path) -> None:
    store = FileRevisions(root)
    await create(store)
    file = root / "mine" / "000001.json"
    file.write_text(file.read_text(encoding="utf-8").replace("One", "Owe"), encoding="utf-8")
    for reader in (store, FileRevisions(root)):
        found = await reader.latest("mine")
        assert isinstance(found, DamagedRevision)
        assert "was changed after it was saved" in found.reason


async def test_a_folder_that_was_removed_or_put_back_is_seen(root: Path) -> None:
    store = FileRevisions(root)
    await create(store)
    await put(store, "Two")
    (root / "mine" / "000002.json").unlink()
    assert name_of(await store.latest("mine")) == "One"
    (root / "mine").rename(root / "elsewhere")
    assert await store.latest("mine") is None
    assert list(await store.current()) == ["elsewhere"]


async def test_a_store_that_cannot_be_used_is_a_sentence(root: Path) -> None:
    root.parent.mkdir()
    root.parent.joinpath("scenarios").touch()
    store = FileRevisions(root)
    with pytest.raises(Unavailable, match="cannot be saved: "):
        await create(store)
    with pytest.raises(Unavailable, match="cannot be read: "):
        await store.current()


async def test_a_full_disk_is_a_sentence_and_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileRevisions(root)
    await create(store)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left on device"):
        await put(store, "Two")
    assert os.listdir(root / "mine") == ["000001.json"]
    assert name_of(await store.latest("mine")) == "One"
