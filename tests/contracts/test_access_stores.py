"""What every store of keys, sessions and acts does: the suite of the ports KeyStore, SessionStore and AuditLog."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from callsheet.access.audit import Act, ActOutcome, AuditEntry, AuditFilter
from callsheet.access.keys import ApiKey
from callsheet.access.patterns import Patterns
from callsheet.access.principal import Principal
from callsheet.access.scopes import Role
from callsheet.access.sessions import Session
from callsheet.access.stores import AccessStores
from callsheet.errors.kinds import Conflict
from callsheet.journal.memory_access import memory_access
from callsheet.journal.postgres.access_store import open_access_stores
from callsheet.journal.postgres.address import Address
from callsheet.journal.sqlite.journal import SqliteJournal, SqliteOptions
from tests.support.events import NOON, after_noon

MAX_KEYS = 20
IN_AN_HOUR = after_noon(3600)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[AccessStores]:
    """Empty stores of each kind, for a few keys."""
    if request.param == "memory":
        yield memory_access(max_keys=MAX_KEYS)
    elif request.param == "postgres":
        address = Address.parse(request.getfixturevalue("postgres_url"))
        async with open_access_stores(address, max_keys=MAX_KEYS) as opened:
            yield opened
    else:
        options = SqliteOptions(max_keys=MAX_KEYS)
        async with SqliteJournal.open(tmp_path / "data" / "journal.db", options) as journal:
            yield journal.access


def key(number: int = 1, *, created_at: datetime = NOON, expires_at: datetime | None = None) -> ApiKey:
    return ApiKey(
        key_id=f"{number:012x}",
        digest=f"{number:064x}",
        name="ci",
        role=Role.OPERATOR,
        every_run=False,
        created_at=created_at,
        created_by="local",
        scenarios=Patterns(("news_*", "weather")),
        tools=Patterns(()),
        expires_at=expires_at,
    )


def session(
    digest: str = "d1",
    *,
    key_id: str | None = None,
    created_at: datetime = NOON,
    expires_at: datetime = IN_AN_HOUR,
    name: str = "Zoë ✓",
) -> Session:
    principal = Principal(
        subject="user:7",
        name=name,
        role=Role.AUTHOR,
        every_run=True,
        scenarios=Patterns(("news_*",)),
        tools=Patterns(("demo/*", "web/get")),
        key_id=key_id,
    )
    return Session(digest=digest, principal=principal, created_at=created_at, expires_at=expires_at)


def act(
    act_id: str = "a1",
    *,
    at: datetime = NOON,
    subject: str = "key:ci",
    action: str = "run.start",
    target: str = "",
    **details: str,
) -> Act:
    return Act(
        act_id=act_id,
        at=at,
        subject=subject,
        role="operator",
        source="127.0.0.1",
        action=action,
        target=target,
        details=details,
    )


def outcome(act_id: str = "a1", *, result: str = "done", target: str = "", at: datetime = NOON) -> ActOutcome:
    return ActOutcome(act_id=act_id, at=at, result=result, target=target)


async def listed(stores: AccessStores, where: AuditFilter | None = None) -> Sequence[AuditEntry]:
    return await stores.audit.list(where or AuditFilter(), 100)


async def acts_of(stores: AccessStores, where: AuditFilter) -> list[str]:
    return [entry.act.act_id for entry in await listed(stores, where)]


async def test_empty_stores_have_nothing(stores: AccessStores) -> None:
    assert list(await stores.keys.list()) == []
    assert await stores.keys.find(key().key_id) is None
    assert await stores.keys.revoke(key().key_id, NOON) is None
    await stores.keys.touch(key().key_id, NOON)
    assert await stores.sessions.find("d1") is None
    await stores.sessions.remove("d1")
    assert list(await listed(stores)) == []


async def test_a_key_is_there_as_it_was(stores: AccessStores) -> None:
    new = key(expires_at=after_noon(60.125))
    await stores.keys.add(new)
    assert await stores.keys.find(new.key_id) == new
    found = await stores.keys.find(new.key_id)
    assert found is not None
    assert found.scenarios.allow("news_today")
    assert not found.tools.allow("demo/echo")


async def test_keys_are_listed_with_the_newest_first(stores: AccessStores) -> None:
    for number, seconds in ((1, 5), (2, 9), (3, 7)):
        await stores.keys.add(key(number, created_at=after_noon(seconds)))
    assert [each.key_id[-1] for each in await stores.keys.list()] == ["2", "3", "1"]


async def test_of_two_keys_with_one_id_the_first_stays(stores: AccessStores) -> None:
    await stores.keys.add(key())
    with pytest.raises(Conflict):
        await stores.keys.add(replace(key(), digest="f" * 64))
    assert await stores.keys.find(key().key_id) == key()


async def test_a_key_is_revoked_once(stores: AccessStores) -> None:
    await stores.keys.add(key())
    revoked = replace(key(), revoked_at=after_noon(1.5))
    assert await stores.keys.revoke(key().key_id, after_noon(1.5)) == revoked
    assert await stores.keys.revoke(key().key_id, after_noon(9)) == revoked
    assert await stores.keys.find(key().key_id) == revoked
    assert list(await stores.keys.list()) == [revoked]


async def test_the_use_of_a_key_is_remembered_to_the_minute(stores: AccessStores) -> None:
    async def last_used_after(seconds: float) -> datetime | None:
        await stores.keys.touch(key().key_id, after_noon(seconds))
        found = await stores.keys.find(key().key_id)
        assert found is not None
        return found.last_used_at

    await stores.keys.add(key())
    await stores.keys.add(key(2))
    assert await last_used_after(10) == after_noon(10)
    assert await last_used_after(69) == after_noon(10)
    assert await last_used_after(70) == after_noon(70)
    assert await last_used_after(0) == after_noon(70)
    other = await stores.keys.find(key(2).key_id)
    assert other is not None
    assert other.last_used_at is None


async def test_at_the_limit_the_key_that_ended_first_makes_room(stores: AccessStores) -> None:
    await stores.keys.add(key(1, expires_at=after_noon(10)))
    await stores.keys.add(key(2))
    await stores.keys.add(key(3, expires_at=after_noon(999)))
    await stores.keys.revoke(key(2).key_id, after_noon(5))
    await asyncio.gather(*(stores.keys.add(key(number)) for number in range(4, MAX_KEYS + 1)))
    await stores.keys.add(key(MAX_KEYS + 1, created_at=after_noon(10)))
    assert await stores.keys.find(key(2).key_id) is None
    await stores.keys.add(key(MAX_KEYS + 2, created_at=after_noon(10)))
    assert await stores.keys.find(key(1).key_id) is None
    with pytest.raises(Conflict):
        await stores.keys.add(key(MAX_KEYS + 3, created_at=after_noon(10)))
    assert len(await stores.keys.list()) == MAX_KEYS


async def test_a_session_is_there_as_it_was_until_it_is_removed(stores: AccessStores) -> None:
    for digest in ("d1", "d2"):
        await stores.sessions.add(session(digest))
    assert await stores.sessions.find("d1") == session("d1")
    await stores.sessions.remove("d1")
    assert await stores.sessions.find("d1") is None
    assert await stores.sessions.find("d2") == session("d2")


async def test_a_new_session_clears_away_those_that_had_ended(stores: AccessStores) -> None:
    await stores.sessions.add(session("old", expires_at=after_noon(10)))
    await stores.sessions.add(session("long", expires_at=after_noon(11)))
    assert await stores.sessions.find("old") is not None
    await stores.sessions.add(session("new", created_at=after_noon(10)))
    assert await stores.sessions.find("old") is None
    assert await stores.sessions.find("long") is not None


async def test_a_session_ends_with_its_key(stores: AccessStores) -> None:
    await stores.keys.add(key(1))
    await stores.keys.add(key(2))
    for number in (1, 2):
        await stores.sessions.add(session(f"d{number}", key_id=key(number).key_id))
    await stores.keys.revoke(key(1).key_id, NOON)
    assert await stores.sessions.find("d1") is None
    assert await stores.sessions.find("d2") is not None


async def test_a_session_that_comes_just_after_its_key_was_revoked_does_not_count(stores: AccessStores) -> None:
    await stores.keys.add(key())
    await stores.keys.revoke(key().key_id, NOON)
    await stores.sessions.add(session("late", key_id=key().key_id))
    await stores.sessions.add(session("unknown", key_id=key(2).key_id))
    assert await stores.sessions.find("late") is None
    assert await stores.sessions.find("unknown") is None


async def test_characters_that_no_store_can_write_are_replaced(stores: AccessStores) -> None:
    await stores.sessions.add(session(name="a\0b\ud800c"))
    found = await stores.sessions.find("d1")
    assert found is not None
    assert found.principal.name == "a\ufffdb?c"
    await stores.audit.begin(act(subject="user:\0", target="\ud800", why="\0"))
    await stores.audit.end(outcome(target="x\0"))
    (entry,) = await listed(stores)
    assert (entry.act.subject, entry.act.target, entry.act.details) == ("user:\ufffd", "?", {"why": "\ufffd"})
    assert entry.outcome == outcome(target="x\ufffd")


@pytest.mark.parametrize("text", ["\0", "\ud800", "'", "x" * 100_000])
async def test_what_was_never_written_is_not_found(stores: AccessStores, text: str) -> None:
    await stores.audit.begin(act())
    assert await stores.keys.find(text) is None
    assert await stores.keys.revoke(text, NOON) is None
    await stores.keys.touch(text, NOON)
    assert await stores.sessions.find(text) is None
    await stores.sessions.remove(text)
    for where in (AuditFilter(subject=text), AuditFilter(action=text), AuditFilter(target=text)):
        assert list(await listed(stores, where)) == []
    assert [entry.number for entry in await stores.audit.list(AuditFilter(), 1, before_number=2**80)] == [1]
    assert list(await stores.audit.list(AuditFilter(), 1, before_number=-(2**80))) == []


async def test_acts_are_numbered_in_their_order_and_listed_with_the_newest_first(stores: AccessStores) -> None:
    for act_id in ("a1", "a2", "a3"):
        await stores.audit.begin(act(act_id))
    assert [(entry.number, entry.act.act_id) for entry in await listed(stores)] == [(3, "a3"), (2, "a2"), (1, "a1")]
    assert [entry.number for entry in await stores.audit.list(AuditFilter(), 1)] == [3]
    assert [entry.number for entry in await stores.audit.list(AuditFilter(), 5, before_number=3)] == [2, 1]


async def test_acts_that_begin_at_the_same_time_get_numbers_without_a_gap(stores: AccessStores) -> None:
    begun = [act(f"a{number}") for number in range(50)]
    await asyncio.gather(*(stores.audit.begin(each) for each in [*begun, *begun]))
    assert [entry.number for entry in await listed(stores)] == list(range(50, 0, -1))


async def test_an_act_has_no_outcome_until_it_has_its_first_one(stores: AccessStores) -> None:
    begun = act(at=after_noon(0.125), target="t", action="run.cancel", why="ünïcode ✓", n="1")
    await stores.audit.begin(begun)
    assert list(await listed(stores)) == [AuditEntry(number=1, act=begun, outcome=None)]
    ended = outcome(result="run.not_found", target="other", at=after_noon(2))
    await stores.audit.end(ended)
    await stores.audit.end(outcome(result="done"))
    await stores.audit.end(outcome("nobody"))
    assert list(await listed(stores)) == [AuditEntry(number=1, act=begun, outcome=ended)]


async def test_an_act_that_begins_again_stays_as_it_was(stores: AccessStores) -> None:
    await stores.audit.begin(act())
    await stores.audit.begin(act(subject="somebody else"))
    assert list(await listed(stores)) == [AuditEntry(number=1, act=act(), outcome=None)]


async def test_the_list_is_filtered_by_everything_that_an_act_has(stores: AccessStores) -> None:
    await stores.audit.begin(act("start", at=after_noon(1)))
    await stores.audit.end(outcome("start", target="run-1"))
    await stores.audit.begin(act("cancel", at=after_noon(2), subject="user:7", action="run.cancel", target="run-1"))
    await stores.audit.begin(act("key", at=after_noon(3), action="key.create", target="ci"))
    assert await acts_of(stores, AuditFilter(subject="key:ci")) == ["key", "start"]
    assert await acts_of(stores, AuditFilter(action="run.start")) == ["start"]
    assert await acts_of(stores, AuditFilter(action="run.")) == ["cancel", "start"]
    assert await acts_of(stores, AuditFilter(action="run")) == []
    assert await acts_of(stores, AuditFilter(action="%.")) == []
    assert await acts_of(stores, AuditFilter(target="run-1")) == ["cancel", "start"]
    assert await acts_of(stores, AuditFilter(after=after_noon(2))) == ["key", "cancel"]
    assert await acts_of(stores, AuditFilter(before=after_noon(2))) == ["start"]
    assert await acts_of(stores, AuditFilter(subject="key:ci", after=after_noon(2), target="ci")) == ["key"]
    assert await acts_of(stores, AuditFilter(subject="nobody")) == []
    assert [entry.number for entry in await stores.audit.list(AuditFilter(action="run."), 1, before_number=2)] == [1]
