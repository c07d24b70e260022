"""What every store of saved scenarios does: the suite of the Revisions port over its adapters."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from functools import partial
from pathlib import Path

import pytest

from callsheet.catalog.file_revisions import FileRevisions
from callsheet.catalog.memory_revisions import MemoryRevisions
from callsheet.errors.kinds import Conflict
from callsheet.errors.scenarios import RevisionConflict, RevisionRequired, ScenarioInvalid
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.connections import Patience
from callsheet.journal.postgres.readers import Readers
from callsheet.journal.postgres.revisions import PostgresRevisions
from callsheet.runs.events import Revision
from callsheet.runs.revisions import Expected, Outcome, Presence, Revisions, Saved, SavedRevision
from callsheet.scenario.codec import digest
from callsheet.scenario.json import JsonObject
from tests.support.events import NOON, after_noon
from tests.support.scenarios import scenario

Build = Callable[..., Revisions]


@pytest.fixture(params=["files", "memory", "postgres"])
async def build(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Build]:
    """Makes an empty store of each kind, with the given limits."""
    if request.param == "memory":
        yield MemoryRevisions
    elif request.param == "files":
        yield partial(FileRevisions, tmp_path / "data" / "scenarios")
    else:
        address = Address.parse(request.getfixturevalue("postgres_url"))
        readers = Readers(address, Patience(), connections=2)
        yield partial(PostgresRevisions, address, readers)
        await readers.close()


@pytest.fixture
def store(build: Build) -> Revisions:
    """An empty store of each kind."""
    return build()


def document(name: str = "One", scenario_id: str = "mine") -> JsonObject:
    return scenario(scenario_id=scenario_id, name=name)


def at(revision: str) -> Expected:
    return frozenset({Revision(revision)})


async def put(store: Revisions, name: str, expected: Expected = Presence.UNSAID, scenario_id: str = "mine") -> Saved:
    return await store.save(scenario_id, document(name, scenario_id), expected, NOON)


async def test_an_empty_store_has_nothing(store: Revisions) -> None:
    assert await store.latest("mine") is None
    assert await store.get("mine", 1) is None
    assert await store.list("mine", 10) == []
    assert await store.current() == {}


async def test_what_was_saved_is_there_as_it_was(store: Revisions) -> None:
    given: JsonObject = {"name": "Ünïcøde ✓", "x-b": 1, "a": [1.5, None, {"z": 0, "y": 2**62}]}
    saved = await store.save("mine", given, Presence.UNSAID, after_noon(0.000123))
    revision = SavedRevision(
        scenario_id="mine", number=1, revision=Revision(digest(given)), saved_at=after_noon(0.000123), document=given
    )
    assert saved == Saved(outcome=Outcome.CREATED, current=revision)
    found = await store.get("mine", 1)
    assert found == await store.latest("mine") == revision
    assert isinstance(found, SavedRevision)
    assert list(found.document) == list(given)
    assert await store.current() == {"mine": revision}
    [row] = await store.list("mine", 10)
    assert (row.number, row.revision, row.saved_at) == (1, revision.revision, revision.saved_at)


async def test_revisions_are_numbered_and_the_last_is_the_current_one(store: Revisions) -> None:
    first = (await put(store, "One")).current
    second = (await put(store, "Two", at(first.revision))).current
    again = await put(store, "One", at(second.revision))
    assert (again.outcome, again.current.number, again.current.revision) == (Outcome.CHANGED, 3, first.revision)
    assert [row.number for row in await store.list("mine", 10)] == [3, 2, 1]
    assert [row.number for row in await store.list("mine", 1)] == [3]
    assert [row.number for row in await store.list("mine", 5, before=3)] == [2, 1]
    assert await store.get("mine", 2) == second
    assert await store.latest("mine") == again.current
    assert await store.get("mine", 4) is None
    assert await store.get("mine", 0) is None


async def test_scenarios_do_not_know_each_other_and_come_in_the_order_of_their_ids(store: Revisions) -> None:
    for scenario_id in ("b", "a", "c-1"):
        await put(store, "One", scenario_id=scenario_id)
    assert list(await store.current()) == ["a", "b", "c-1"]
    assert [row.number for row in await store.list("c-1", 10)] == [1]


async def test_the_same_content_is_no_new_revision_whatever_was_expected(store: Revisions) -> None:
    first = (await put(store, "One")).current
    for expected in (Presence.UNSAID, Presence.PRESENT, at(first.revision), at("older")):
        assert await put(store, "One", expected) == Saved(outcome=Outcome.UNCHANGED, current=first)
    assert len(await store.list("mine", 10)) == 1


async def test_another_order_of_the_keys_is_the_same_content(store: Revisions) -> None:
    first = (await put(store, "One")).current
    turned = dict(reversed(document("One").items()))
    assert (await store.save("mine", turned, Presence.UNSAID, NOON)).current == first


async def test_what_exists_is_not_changed_by_somebody_who_does_not_say_what_they_changed(store: Revisions) -> None:
    first = (await put(store, "One")).current
    with pytest.raises(RevisionRequired, match="If-Match"):
        await put(store, "Two")
    assert await store.latest("mine") == first


@pytest.mark.parametrize("expected", [at("older"), Presence.ABSENT])
async def test_somebody_elses_change_is_not_undone(store: Revisions, expected: Expected) -> None:
    first = (await put(store, "One")).current
    with pytest.raises(RevisionConflict) as caught:
        await put(store, "Two", expected)
    assert caught.value.current == first.revision
    assert await store.latest("mine") == first


@pytest.mark.parametrize("expected", [at("older"), Presence.PRESENT])
async def test_what_was_never_there_cannot_be_changed(store: Revisions, expected: Expected) -> None:
    with pytest.raises(RevisionConflict) as caught:
        await put(store, "One", expected)
    assert caught.value.current is None
    assert await store.current() == {}


async def test_any_of_several_expected_revisions_will_do(store: Revisions) -> None:
    first = (await put(store, "One")).current
    changed = await put(store, "Two", frozenset({Revision("older"), first.revision}))
    assert changed.outcome is Outcome.CHANGED
    assert (await put(store, "Three", Presence.PRESENT)).current.number == 3


async def test_of_many_who_change_one_revision_at_once_exactly_one_succeeds(store: Revisions) -> None:
    first = (await put(store, "Base")).current
    results = await asyncio.gather(
        *(put(store, f"Change {number}", at(first.revision)) for number in range(20)), return_exceptions=True
    )
    [saved] = [result for result in results if isinstance(result, Saved)]
    refused = [result for result in results if isinstance(result, RevisionConflict)]
    assert len(refused) == 19
    assert await store.latest("mine") == saved.current
    assert [row.number for row in await store.list("mine", 10)] == [2, 1]


async def test_of_many_who_create_at_once_exactly_one_succeeds(store: Revisions) -> None:
    results = await asyncio.gather(
        *(put(store, f"Name {number}", Presence.ABSENT) for number in range(10)), return_exceptions=True
    )
    assert sum(isinstance(result, Saved) for result in results) == 1


async def test_everybody_who_overwrites_whatever_is_there_gets_a_number(store: Revisions) -> None:
    await put(store, "Base")
    saves = await asyncio.gather(*(put(store, f"Change {number}", Presence.PRESENT) for number in range(10)))
    assert sorted(saved.current.number for saved in saves) == list(range(2, 12))


@pytest.mark.parametrize("scenario_id", ["", "..", "../up", "a/b", "A", ".hidden", "a\0", "x" * 129, "ä"])
async def test_what_is_no_id_is_never_a_path(store: Revisions, scenario_id: str) -> None:
    with pytest.raises(ScenarioInvalid):
        await put(store, "One", scenario_id=scenario_id)
    assert await store.latest(scenario_id) is None
    assert await store.get(scenario_id, 1) is None
    assert await store.list(scenario_id, 10) == []


async def test_a_document_over_256_kib_is_refused(store: Revisions) -> None:
    with pytest.raises(ScenarioInvalid, match="262144"):
        await put(store, "x" * 256 * 1024)
    assert await store.current() == {}


async def test_scenarios_and_revisions_are_bounded(build: Build) -> None:
    store = build(max_scenarios=2, max_revisions=3)
    await put(store, "One", scenario_id="a")
    await put(store, "One", scenario_id="b")
    with pytest.raises(Conflict, match="2 saved scenarios, the most"):
        await put(store, "One", scenario_id="c")
    await put(store, "Two", Presence.PRESENT, "a")
    await put(store, "Three", Presence.PRESENT, "a")
    with pytest.raises(Conflict, match="'a' has 3 revisions, the most"):
        await put(store, "Four", Presence.PRESENT, "a")
    assert (await put(store, "Three", scenario_id="a")).outcome is Outcome.UNCHANGED
    assert list(await store.current()) == ["a", "b"]
