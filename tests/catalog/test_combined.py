"""Files and saved scenarios as one catalog: who has an id, and what becomes of the other."""

import json
from pathlib import Path

import pytest

from callsheet.catalog.combined import CombinedCatalog
from callsheet.catalog.file_revisions import FileRevisions
from callsheet.catalog.files import FileCatalog
from callsheet.catalog.saved import SavedCatalog
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.runs.ports import CatalogEntry
from callsheet.runs.revisions import Presence
from callsheet.scenario.codec import digest
from callsheet.scenario.json import JsonObject
from tests.support.events import NOON
from tests.support.scenarios import scenario


class Both:
    """A combined catalog over a folder of files and a folder of saved scenarios."""

    def __init__(self, folder: Path) -> None:
        self.files = folder / "scenarios"
        self.files.mkdir()
        self.revisions = FileRevisions(folder / "data" / "scenarios")
        self.catalog = CombinedCatalog(FileCatalog(self.files), SavedCatalog(self.revisions))

    async def save(self, scenario_id: str, name: str = "Saved", **more: str) -> JsonObject:
        """Save a scenario, whatever is there."""
        expected = Presence.PRESENT if await self.revisions.latest(scenario_id) else Presence.ABSENT
        document = scenario(scenario_id=scenario_id, name=name, **more)
        await self.revisions.save(scenario_id, document, expected, NOON)
        return document

    def write(self, file: str, scenario_id: str) -> None:
        """Write a file."""
        text = json.dumps(scenario(scenario_id=scenario_id, name="File"))
        (self.files / file).write_text(text, encoding="utf-8")

    async def ids(self) -> list[str]:
        """In the catalog's order."""
        return [entry.scenario_id for entry in await self.catalog.list()]

    async def name(self, scenario_id: str) -> str:
        """Of the scenario that can be run under the id."""
        entry = await self.catalog.get(scenario_id)
        assert entry.scenario is not None, entry.problems
        return entry.scenario.name


@pytest.fixture
def both(tmp_path: Path) -> Both:
    """Nothing in either."""
    return Both(tmp_path)


async def test_files_and_saved_scenarios_are_listed_together_in_the_order_of_their_ids(both: Both) -> None:
    both.write("b.json", "b")
    await both.save("a")
    document = await both.save("c")
    assert await both.ids() == ["a", "b", "c"]
    entry = await both.catalog.get("c")
    assert (entry.document, entry.revision, entry.number) == (document, digest(document), 1)
    assert (entry.source, entry.problems) == ("saved revision 1", ())
    assert (await both.catalog.get("b")).number is None


async def test_a_new_revision_is_seen_at_once(both: Both) -> None:
    await both.save("a", "One")
    assert await both.name("a") == "One"
    await both.save("a", "Two")
    assert await both.name("a") == "Two"
    assert [entry.number for entry in await both.catalog.list()] == [2]


async def test_a_file_that_comes_later_has_the_id_and_the_saved_one_says_so(both: Both) -> None:
    await both.save("mine")
    both.write("news.json", "mine")
    assert await both.name("mine") == "File"
    assert await both.ids() == ["mine", "mine (saved)"]
    saved = await both.catalog.get("mine (saved)")
    assert saved == (await both.catalog.list())[1]
    assert (saved.scenario, saved.number) == (None, 1)
    assert saved.problems[0].code == "E101"
    assert "is taken by scenarios/news.json" in saved.problems[0].message
    (both.files / "news.json").unlink()
    assert await both.name("mine") == "Saved"
    assert await both.ids() == ["mine"]


async def test_a_file_that_is_only_called_like_a_saved_scenario_does_not_take_its_id(both: Both) -> None:
    await both.save("mine")
    (both.files / "mine.json").write_text("{", encoding="utf-8")
    assert await both.name("mine") == "Saved"
    assert await both.ids() == ["mine", "mine (mine.json)"]
    assert (await both.catalog.get("mine (mine.json)")).source == "scenarios/mine.json"


async def test_a_damaged_revision_is_listed_with_the_reason(both: Both, tmp_path: Path) -> None:
    await both.save("bad")
    await both.save("good")
    (tmp_path / "data/scenarios/bad/000001.json").write_text("{", encoding="utf-8")
    bad, good = await both.catalog.list()
    assert (bad.scenario_id, bad.document, bad.revision, good.problems) == ("bad", None, "", ())
    assert "000001.json is not a saved scenario" in bad.problems[0].message
    assert await both.catalog.get("bad") == bad


async def test_a_similar_id_is_suggested_from_both(both: Both) -> None:
    both.write("a.json", "from_a_file")
    await both.save("was_saved")
    for asked, near in (("from_file", "from_a_file"), ("was_safed", "was_saved")):
        with pytest.raises(ScenarioNotFound, match=f"Unknown scenario_id: {asked}. Did you mean '{near}'"):
            await both.catalog.get(asked)
    with pytest.raises(ScenarioNotFound, match="There is no such scenario in the folder of scenarios, and none was"):
        await both.catalog.get("else")


async def test_a_document_is_parsed_once_per_revision(both: Both) -> None:
    await both.save("a")

    async def parsed() -> CatalogEntry:
        return await both.catalog.get("a")

    assert (await parsed()).scenario is (await parsed()).scenario
    [listed] = await both.catalog.list()
    assert listed is await parsed()
