"""What every store of triggers does: the suite of the TriggerStore port over its adapters."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from callsheet.access.mandate import NOBODY, Mandate
from callsheet.access.patterns import Patterns
from callsheet.errors.kinds import Conflict
from callsheet.errors.triggers import TriggerConflict, TriggerInvalid, TriggerRevisionRequired
from callsheet.journal.memory_triggers import MemoryTriggerStore
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.trigger_store import open_triggers
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.runs.events import Revision, RunId, TriggerKind
from callsheet.runs.revisions import Expected, Outcome, Presence
from callsheet.runs.triggers.slots import Decision, ScheduleState, Slot
from callsheet.runs.triggers.store import MAX_TRIGGERS, SavedTrigger, TriggerSaved, TriggerStore
from callsheet.scenario.codec import digest
from callsheet.scenario.json import Json, JsonObject
from tests.support.events import NOON, after_noon

RUN = RunId("76d6903c-f520-4a40-b0fc-8fed3f7955d2")
SLOT = Slot(schedule="often", at=NOON, decision=Decision.STARTING, run_id=RUN, decided_at=after_noon(0.125))


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[TriggerStore]:
    """An empty store of each kind."""
    if request.param == "memory":
        yield MemoryTriggerStore()
    elif request.param == "postgres":
        async with open_triggers(Address.parse(request.getfixturevalue("postgres_url"))) as opened:
            yield opened
    else:
        async with SqliteJournal.open(tmp_path / "data" / "journal.db") as opened:
            yield opened.triggers


def saved(name: str = "often", kind: TriggerKind = TriggerKind.SCHEDULE, **fields: Json) -> SavedTrigger:
    document: JsonObject = {"name": name, **fields}
    return SavedTrigger(
        kind=kind, name=name, revision=Revision(digest(document)), saved_at=after_noon(0.125), document=document
    )


async def put(store: TriggerStore, new: SavedTrigger, expected: Expected = Presence.UNSAID) -> TriggerSaved:
    return await store.save(new, expected)


async def test_an_empty_store_has_nothing(store: TriggerStore) -> None:
    assert await store.saved(TriggerKind.SCHEDULE) == {}
    assert await store.find(TriggerKind.HOOK, "often") is None
    assert await store.states() == {}
    assert list(await store.open_slots()) == []
    assert await store.claimed("often", NOON) == set()
    assert list(await store.slots("often", 10)) == []
    assert await store.last_run("often") is None
    assert not await store.delete(TriggerKind.HOOK, "often", Presence.UNSAID)


async def test_what_was_saved_is_there_as_it_was_by_kind_and_name(store: TriggerStore) -> None:
    schedule, hook = saved(text="Ünïcøde ✓", n=[1.5, None]), saved(kind=TriggerKind.HOOK)
    first = saved("early")
    for each in (schedule, hook, first):
        assert await put(store, each) == TriggerSaved(outcome=Outcome.CREATED, current=each)
    assert list((await store.saved(TriggerKind.SCHEDULE)).items()) == [("early", first), ("often", schedule)]
    assert await store.find(TriggerKind.HOOK, "often") == hook


async def test_what_was_saved_keeps_its_mandate_until_it_is_changed(store: TriggerStore) -> None:
    mandate = Mandate(owner="key:ada", tools=Patterns(("news/*",)), scenarios=Patterns(()))
    first = replace(saved(n=1), mandate=mandate)
    await put(store, first)
    assert await store.find(TriggerKind.SCHEDULE, "often") == first
    assert (await put(store, saved(n=1), Presence.PRESENT)).current.mandate == mandate
    await put(store, saved(n=2), Presence.PRESENT)
    assert (await store.saved(TriggerKind.SCHEDULE))["often"].mandate == NOBODY


async def test_a_change_needs_the_revision_that_it_was_made_from(store: TriggerStore) -> None:
    one, two, three = saved(n=1), saved(n=2), saved(n=3)
    await put(store, one)
    with pytest.raises(TriggerRevisionRequired):
        await put(store, two)
    with pytest.raises(TriggerConflict) as conflict:
        await put(store, two, frozenset({three.revision}))
    assert conflict.value.current == one.revision
    with pytest.raises(TriggerConflict):
        await put(store, two, Presence.ABSENT)
    assert (await put(store, two, frozenset({one.revision}))).outcome is Outcome.CHANGED
    assert (await put(store, two, frozenset({one.revision}))).outcome is Outcome.UNCHANGED
    assert (await put(store, three, Presence.PRESENT)).outcome is Outcome.CHANGED
    with pytest.raises(TriggerConflict):
        await put(store, saved("other"), Presence.PRESENT)


async def test_of_many_who_change_one_revision_one_succeeds(store: TriggerStore) -> None:
    first = saved(n=0)
    await put(store, first)
    changes = [put(store, saved(n=n), frozenset({first.revision})) for n in range(1, 9)]
    results = await asyncio.gather(*changes, return_exceptions=True)
    assert sum(isinstance(each, TriggerSaved) for each in results) == 1
    assert sum(isinstance(each, TriggerConflict) for each in results) == 7


async def test_a_document_that_is_too_large_is_refused(store: TriggerStore) -> None:
    with pytest.raises(TriggerInvalid):
        await put(store, saved(text="x" * 300_000))


async def test_there_is_a_limit_to_how_many_are_saved(store: TriggerStore) -> None:
    await asyncio.gather(*(put(store, saved(f"s{n}")) for n in range(MAX_TRIGGERS)))
    with pytest.raises(Conflict):
        await put(store, saved("one_more"))
    assert (await put(store, saved("one_more", TriggerKind.HOOK))).outcome is Outcome.CREATED


async def test_a_schedule_that_was_deleted_leaves_its_slots_and_no_state(store: TriggerStore) -> None:
    new = saved()
    await put(store, new)
    await store.observe("often", "t1", NOON)
    await store.claim(SLOT)
    with pytest.raises(TriggerConflict):
        await store.delete(TriggerKind.SCHEDULE, "often", frozenset({Revision("other")}))
    assert await store.delete(TriggerKind.SCHEDULE, "often", frozenset({new.revision}))
    assert (await store.saved(TriggerKind.SCHEDULE), await store.states()) == ({}, {})
    assert list(await store.slots("often", 10)) == [SLOT]


async def test_a_schedule_begins_when_it_is_seen_first_and_when_its_timing_changes(store: TriggerStore) -> None:
    assert await store.observe("often", "t1", after_noon(1)) == ScheduleState(timing="t1", since=after_noon(1))
    assert await store.observe("often", "t1", after_noon(9)) == ScheduleState(timing="t1", since=after_noon(1))
    assert await store.observe("often", "t2", after_noon(9)) == ScheduleState(timing="t2", since=after_noon(9))
    assert await store.states() == {"often": ScheduleState(timing="t2", since=after_noon(9))}


async def test_a_schedule_that_begins_in_the_future_begins_now(store: TriggerStore) -> None:
    await store.observe("often", "t1", after_noon(100))
    assert (await store.observe("often", "t1", after_noon(1))).since == after_noon(1)


async def test_a_schedule_that_is_resumed_begins_then_and_pausing_again_changes_nothing(store: TriggerStore) -> None:
    await store.observe("often", "t1", NOON)
    paused = ScheduleState(timing="t1", since=NOON, paused=True)
    assert await store.pause("often", after_noon(5), paused=True) == paused
    assert await store.pause("often", after_noon(6), paused=True) == paused
    assert await store.observe("often", "t1", after_noon(7)) == paused
    resumed = ScheduleState(timing="t1", since=after_noon(8))
    assert await store.pause("often", after_noon(8), paused=False) == resumed
    assert await store.pause("often", after_noon(9), paused=False) == resumed


async def test_a_schedule_that_nobody_has_seen_yet_can_be_paused(store: TriggerStore) -> None:
    await store.pause("often", NOON, paused=True)
    assert await store.observe("often", "t1", after_noon(1)) == ScheduleState(
        timing="t1", since=after_noon(1), paused=True
    )


async def test_the_first_claim_of_a_slot_counts(store: TriggerStore) -> None:
    claims = [
        store.claim(replace(SLOT, run_id=RunId(f"00000000-0000-7000-8000-{n:012}"), reason=str(n))) for n in range(8)
    ]
    results = await asyncio.gather(*claims)
    assert sorted(results) == [False] * 7 + [True]
    (slot,) = await store.slots("often", 10)
    assert slot.reason == str(results.index(True))


async def test_a_decision_changes_only_from_what_is_expected(store: TriggerStore) -> None:
    await store.claim(replace(SLOT, decision=Decision.QUEUED))
    assert not await store.settle("often", NOON, Decision.STARTING, Decision.STARTED)
    assert not await store.settle("other", NOON, Decision.QUEUED, Decision.STARTED)
    results = await asyncio.gather(*(store.settle("often", NOON, Decision.QUEUED, Decision.STARTING) for _ in range(4)))
    assert sorted(results) == [False, False, False, True]
    assert await store.settle("often", NOON, Decision.STARTING, Decision.FAILED, "Because.")
    (slot,) = await store.slots("often", 10)
    assert (slot.decision, slot.reason, slot.run_id) == (Decision.FAILED, "Because.", RUN)


async def test_characters_that_not_every_database_stores_are_replaced_in_a_reason(store: TriggerStore) -> None:
    await store.claim(replace(SLOT, decision=Decision.QUEUED, reason="a\0b"))
    assert [slot.reason for slot in await store.slots("often", 1)] == ["a\N{REPLACEMENT CHARACTER}b"]
    assert await store.settle("often", NOON, Decision.QUEUED, Decision.FAILED, "c\0\ud800")
    assert [slot.reason for slot in await store.slots("often", 1)] == ["c\N{REPLACEMENT CHARACTER}?"]


async def test_slots_are_listed_by_what_is_to_be_done_and_by_their_time(store: TriggerStore) -> None:
    moments = [NOON + timedelta(minutes=n) for n in range(5)]
    decisions = [Decision.STARTED, Decision.SKIPPED, Decision.STARTING, Decision.QUEUED, Decision.FAILED]
    for at, decision in zip(moments, decisions, strict=True):
        await store.claim(replace(SLOT, at=at, decision=decision))
    await store.claim(replace(SLOT, schedule="other", at=NOON, decision=Decision.QUEUED))
    opened = [(slot.schedule, slot.at) for slot in await store.open_slots()]
    assert opened == [("other", NOON), ("often", moments[2]), ("often", moments[3])]
    assert [slot.at for slot in await store.slots("often", 2)] == [moments[4], moments[3]]
    assert [slot.at for slot in await store.slots("often", 9, before=moments[2])] == [moments[1], moments[0]]
    assert await store.claimed("often", moments[2]) == {moments[3], moments[4]}
    last = await store.last_run("often")
    assert last is not None
    assert last.at == moments[2]


async def test_old_slots_are_forgotten_but_not_those_that_something_is_to_be_done_for(store: TriggerStore) -> None:
    moments = [NOON + timedelta(minutes=n) for n in range(4)]
    decisions = [Decision.QUEUED, Decision.STARTED, Decision.STARTED, Decision.SKIPPED]
    for at, decision in zip(moments, decisions, strict=True):
        await store.claim(replace(SLOT, at=at, decision=decision))
    await store.prune(moments[2])
    assert [slot.at for slot in await store.slots("often", 9)] == [moments[3], moments[2], moments[0]]


async def test_what_was_decided_is_there_after_the_store_was_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with SqliteJournal.open(path) as opened:
        await opened.triggers.save(saved(), Presence.UNSAID)
        await opened.triggers.claim(SLOT)
        await opened.triggers.pause("often", NOON, paused=True)
    async with SqliteJournal.open(path) as opened:
        assert list(await opened.triggers.open_slots()) == [SLOT]
        assert (await opened.triggers.states())["often"].paused
        assert list(await opened.triggers.saved(TriggerKind.SCHEDULE)) == ["often"]
