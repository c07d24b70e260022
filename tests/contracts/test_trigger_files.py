"""The contract of the `TriggerFiles` port: what its adapters have in common."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from callsheet.catalog.memory_triggers import MemoryTriggerFiles
from callsheet.catalog.trigger_files import FolderTriggers
from callsheet.runs.events import TriggerKind
from callsheet.runs.triggers.entries import TriggerFiles
from callsheet.scenario.json import Json, JsonObject

SCHEDULE, HOOK = TriggerKind.SCHEDULE, TriggerKind.HOOK


class House:
    """Files that can be written and removed, whatever they are."""

    def __init__(
        self, files: TriggerFiles, put: Callable[[str, bytes], object], remove: Callable[[str], object]
    ) -> None:
        self.files = files
        self._put = put
        self.remove = remove

    def put(self, name: str, document: JsonObject | bytes) -> None:
        self._put(name, document if isinstance(document, bytes) else json.dumps(document).encode())

    async def names(self, kind: TriggerKind = SCHEDULE) -> list[str]:
        return [entry.name for entry in await self.files.list(kind)]


@pytest.fixture(params=["memory", "folder"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    if request.param == "memory":
        memory = MemoryTriggerFiles()
        return House(memory, memory.put, memory.remove)
    folder = tmp_path / "memory"
    folder.mkdir()
    files = FolderTriggers(folder)
    return House(
        files,
        lambda name, data: (folder / name).write_bytes(data),
        lambda name: (folder / name).unlink(missing_ok=True),
    )


def schedule(name: str = "nightly", **fields: Json) -> JsonObject:
    return {"schema_version": "1", "name": name, "scenario_id": "report", "cron": "30 2 * * *", **fields}


async def test_nothing_is_there(house: House) -> None:
    assert [list(await house.files.list(kind)) for kind in TriggerKind] == [[], []]


async def test_a_document_is_listed_by_its_own_name_under_its_kind_with_its_source(house: House) -> None:
    house.put("a.schedule.json", schedule())
    house.put("b.hook.yaml", b'schema_version: "1"\nname: push\nscenario_id: build\nsecret: PUSH\n')
    (entry,) = await house.files.list(SCHEDULE)
    assert (entry.name, entry.kind, entry.source, entry.saved_at) == (
        "nightly",
        SCHEDULE,
        "memory/a.schedule.json",
        None,
    )
    assert (entry.document, entry.problems, entry.hook) == (schedule(), (), None)
    assert entry.schedule is not None
    assert entry.revision
    (hook,) = await house.files.list(HOOK)
    assert (hook.name, hook.hook is not None) == ("push", True)


async def test_a_broken_document_is_listed_with_what_is_wrong_and_where(house: House) -> None:
    house.put("broken.schedule.yaml", b"name: [\n")
    house.put("late.schedule.yaml", b'schema_version: "1"\nname: late\nscenario_id: report\ncron: "99 2 * * *"\n')
    broken, late = await house.files.list(SCHEDULE)
    assert (broken.name, broken.document, broken.trigger, broken.problems[0].line) == ("broken", None, None, 2)
    assert (late.name, late.trigger, late.problems[0].pointer, late.problems[0].line) == ("late", None, "/cron", 4)
    assert late.document is not None


async def test_the_list_is_ordered_by_name_and_each_name_is_there_once(house: House) -> None:
    house.put("2.schedule.json", schedule("zeta"))
    house.put("1.schedule.json", schedule("zeta", cron="0 1 * * *"))
    house.put("3.schedule.json", schedule("alpha"))
    entries = await house.files.list(SCHEDULE)
    assert [entry.name for entry in entries] == ["alpha", "zeta", "zeta (2.schedule.json)"]
    first, second = entries[1:]
    assert first.schedule is not None
    assert (second.trigger, second.problems[0].code) == (None, "E101")
    assert "memory/1.schedule.json" in second.problems[0].message


async def test_what_changes_comes_and_goes_is_seen_by_the_next_list(house: House) -> None:
    house.put("a.schedule.json", schedule())
    before = await house.files.list(SCHEDULE)
    assert await house.files.list(SCHEDULE) == before
    house.put("a.schedule.json", schedule(cron="0 3 * * *"))
    after = await house.files.list(SCHEDULE)
    assert (after != before, after[0].revision != before[0].revision) == (True, True)
    house.put("b.schedule.json", schedule("other"))
    assert await house.names() == ["nightly", "other"]
    house.remove("a.schedule.json")
    assert await house.names() == ["other"]


async def test_a_schedule_and_a_hook_can_have_one_name(house: House) -> None:
    house.put("a.schedule.json", schedule("same"))
    house.put("a.hook.json", {"schema_version": "1", "name": "same", "scenario_id": "build", "secret": "PUSH"})
    assert (await house.names(), await house.names(HOOK)) == (["same"], ["same"])
