"""What every catalog does: the suite of the Catalog port over its adapters."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from callsheet.catalog.combined import CombinedCatalog
from callsheet.catalog.files import FileCatalog
from callsheet.catalog.memory import MemoryCatalog
from callsheet.catalog.memory_revisions import MemoryRevisions
from callsheet.catalog.saved import SavedCatalog
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.runs.ports import Catalog, CatalogEntry
from callsheet.scenario.codec import digest
from callsheet.scenario.json import JsonObject
from tests.support.scenarios import SEED, from_, scenario, step


@dataclass(frozen=True, slots=True)
class Shelf:
    """A catalog, and how its documents come and go."""

    catalog: Catalog
    write: Callable[[str, bytes], None]
    remove: Callable[[str], None]

    def put(self, name: str, document: JsonObject) -> None:
        """Write a document as JSON."""
        self.write(name, json.dumps(document, indent=1).encode())

    async def ids(self) -> list[str]:
        """The ids in the catalog's order."""
        return [entry.scenario_id for entry in await self.catalog.list()]


@pytest.fixture(params=["files", "memory", "combined"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    """An empty catalog of each kind."""
    if request.param == "memory":
        catalog = MemoryCatalog()
        return Shelf(catalog, catalog.put, catalog.remove)

    def write(name: str, data: bytes) -> None:
        (tmp_path / name).write_bytes(data)

    files = FileCatalog(tmp_path)
    catalog = files if request.param == "files" else CombinedCatalog(files, SavedCatalog(MemoryRevisions()))
    return Shelf(catalog, write, lambda name: (tmp_path / name).unlink())


def named(scenario_id: str, name: str = "Any") -> JsonObject:
    return scenario(scenario_id=scenario_id, name=name)


def messages(entry: CatalogEntry) -> str:
    return " ".join(problem.message for problem in entry.problems)


async def test_an_empty_catalog_has_nothing(shelf: Shelf) -> None:
    assert await shelf.ids() == []
    with pytest.raises(ScenarioNotFound, match="Unknown scenario_id: x"):
        await shelf.catalog.get("x")


async def test_a_document_is_found_under_its_own_id_as_it_was_written(shelf: Shelf) -> None:
    shelf.put("any_name.json", SEED)
    entry = await shelf.catalog.get("news_source_discovery_v1")
    assert entry.document == SEED
    assert entry.scenario is not None
    assert entry.problems == ()
    assert entry.revision == digest(SEED)
    assert entry.source.endswith("/any_name.json")
    assert await shelf.catalog.list() == [entry]


async def test_both_syntaxes_are_read_and_mean_the_same_revision(shelf: Shelf) -> None:
    shelf.put("a.json", SEED)
    in_json = await shelf.catalog.get("news_source_discovery_v1")
    shelf.remove("a.json")
    shelf.write("a.yml", json.dumps(SEED).encode())
    assert (await shelf.catalog.get("news_source_discovery_v1")).revision == in_json.revision


async def test_the_list_is_ordered_by_id(shelf: Shelf) -> None:
    for name, scenario_id in (("1.json", "c"), ("2.yaml", "a"), ("3.json", "b")):
        shelf.put(name, named(scenario_id))
    assert await shelf.ids() == ["a", "b", "c"]


async def test_what_was_changed_added_or_removed_is_seen_at_once(shelf: Shelf) -> None:
    shelf.put("a.json", named("a", "One"))
    first = await shelf.catalog.get("a")
    shelf.put("a.json", named("a", "Two"))  # the same size, and most likely the same tick of the file system's clock
    second = await shelf.catalog.get("a")
    assert (second.scenario and second.scenario.name, second.revision == first.revision) == ("Two", False)
    shelf.put("b.json", named("b"))
    assert (await shelf.catalog.get("b")).scenario_id == "b"
    shelf.put("b.json", named("renamed"))
    assert await shelf.ids() == ["a", "renamed"]
    with pytest.raises(ScenarioNotFound):
        await shelf.catalog.get("b")
    shelf.remove("a.json")
    with pytest.raises(ScenarioNotFound):
        await shelf.catalog.get("a")
    assert await shelf.ids() == ["renamed"]


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"", 1, "broken"),
        (b'{\n "a": 1,\n', 3, "broken"),
        (b'{"a": 1,\n"a": 2}', 2, "twice"),
        (b"\xff\xfe", 1, "UTF-8"),
        (b"[1]", 1, "JSON object"),
        (b"[" * 300_000, 1, "262144"),
    ],
)
async def test_a_broken_document_is_reported_and_hides_no_other(
    shelf: Shelf, data: bytes, line: int, says: str
) -> None:
    shelf.put("good.json", named("good"))
    shelf.write("bad.json", data)
    bad, good = await shelf.catalog.list()
    assert (bad.scenario_id, bad.scenario, bad.document, bad.revision) == ("bad", None, None, "")
    assert bad.source.endswith("/bad.json")
    assert bad.problems[0].line == line
    assert says in messages(bad)
    assert good.scenario is not None
    assert await shelf.catalog.get("bad") == bad


async def test_a_document_with_a_bad_reference_keeps_its_id_and_its_text(shelf: Shelf) -> None:
    document = scenario(step(input={"x": from_("steps.gone.output")}), scenario_id="mine")
    shelf.put("file.json", document)
    entry = await shelf.catalog.get("mine")
    assert (entry.document, entry.scenario, entry.revision) == (document, None, digest(document))
    assert [problem.code for problem in entry.problems] == ["E130"]
    assert entry.problems[0].line > 1


async def test_a_document_whose_id_is_none_is_listed_by_its_stem(shelf: Shelf) -> None:
    for name, wrong in (("one.json", "Not An Id"), ("two.json", 5), ("three.json", None)):
        shelf.put(name, scenario(scenario_id=wrong))
    assert await shelf.ids() == ["one", "three", "two"]
    assert all(entry.scenario is None for entry in await shelf.catalog.list())


async def test_the_old_version_is_not_kept_once_the_document_is_broken(shelf: Shelf) -> None:
    shelf.put("a.json", named("mine"))
    assert (await shelf.catalog.get("mine")).scenario is not None
    shelf.write("a.json", b'{"scenario_id": "mine", ')
    with pytest.raises(ScenarioNotFound):
        await shelf.catalog.get("mine")
    assert (await shelf.catalog.get("a")).scenario is None
    shelf.put("a.json", scenario(scenario_id="mine", surprise=1))
    assert (await shelf.catalog.get("mine")).scenario is None
    shelf.put("a.json", named("mine"))
    assert (await shelf.catalog.get("mine")).scenario is not None


async def test_of_two_documents_with_one_id_the_first_by_file_name_keeps_it(shelf: Shelf) -> None:
    shelf.put("b.json", named("same", "Second"))
    shelf.put("a.json", named("same", "First"))
    entry = await shelf.catalog.get("same")
    assert entry.scenario is not None
    assert entry.scenario.name == "First"
    other = await shelf.catalog.get("b")
    assert other.scenario is None
    assert (other.problems[0].code, other.problems[0].pointer, other.problems[0].line) == ("E101", "/scenario_id", 3)
    assert "b.json" in messages(other)
    assert "a.json" in messages(other)
    shelf.remove("a.json")
    entry = await shelf.catalog.get("same")
    assert entry.scenario is not None
    assert entry.scenario.name == "Second"
    assert await shelf.ids() == ["same"]


async def test_nobody_loses_an_id_to_a_file_that_is_only_called_like_it(shelf: Shelf) -> None:
    shelf.write("news.json", b"{")
    shelf.write("news.yaml", b"- 1")
    shelf.put("other.json", named("news"))
    assert await shelf.ids() == ["news", "news (news.json)", "news (news.yaml)"]
    assert (await shelf.catalog.get("news")).scenario is not None
    assert (await shelf.catalog.get("news (news.yaml)")).source.endswith("/news.yaml")


@pytest.mark.parametrize("asked", ["news_sorces", "NEWS_SOURCES", "news_source"])
async def test_a_similar_id_is_suggested(shelf: Shelf, asked: str) -> None:
    shelf.put("a.json", named("news_sources"))
    shelf.put("b.json", named("something_else"))
    with pytest.raises(ScenarioNotFound) as caught:
        await shelf.catalog.get(asked)
    if asked.islower():
        assert str(caught.value) == f"Unknown scenario_id: {asked}. Did you mean 'news_sources'?"
    else:
        assert str(caught.value).startswith(f"Unknown scenario_id: {asked}. There is no such scenario in ")


@pytest.mark.parametrize("asked", ["", "../a", "a/b", "\0", "x" * 100_000, "ä" * 128, "a.json"])
async def test_any_text_may_be_asked_for(shelf: Shelf, asked: str) -> None:
    shelf.put("a.json", named("a"))
    with pytest.raises(ScenarioNotFound) as caught:
        await shelf.catalog.get(asked)
    assert len(str(caught.value)) < 1_000
