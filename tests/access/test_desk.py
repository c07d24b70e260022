"""Keys are made, taken back and listed; what cannot be is refused with the field that is wrong."""

import re
from datetime import timedelta

import pytest

from callsheet.access.desk import KeyDesk, KeyWish, NewKey
from callsheet.access.keys import is_same, key_id_of
from callsheet.access.scopes import Role
from callsheet.engine.entropy import SystemEntropy
from callsheet.errors.access import KeyNotFound
from callsheet.errors.kinds import Invalid
from callsheet.journal.memory_access import MemoryKeyStore
from callsheet.testing import ManualClock


class Office:
    """A desk, its store and its clock."""

    def __init__(self) -> None:
        self.keys = MemoryKeyStore()
        self.clock = ManualClock()
        self.desk = KeyDesk(keys=self.keys, clock=self.clock, random_bytes=SystemEntropy().random_bytes)


@pytest.fixture
def office() -> Office:
    return Office()


def wish(name: str = "ci", role: Role = Role.OPERATOR) -> KeyWish:
    return KeyWish(name=name, role=role)


async def test_of_a_new_key_only_the_digest_is_kept(office: Office) -> None:
    new = await office.desk.create(wish(), by="local")
    assert re.fullmatch(r"cs_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", new.text)
    assert key_id_of(new.text) == new.key.key_id
    kept = await office.keys.find(new.key.key_id)
    assert kept == new.key
    assert is_same(new.key, new.text)
    assert not is_same(new.key, new.text[:-1] + ("A" if new.text[-1] != "A" else "B"))
    assert new.text.split("_", 2)[2] not in repr(kept)
    assert (new.key.created_by, new.key.created_at) == ("local", office.clock.now())


async def test_a_new_key_is_not_shown_by_accident(office: Office) -> None:
    new = await office.desk.create(wish(), by="local")
    assert isinstance(new, NewKey)
    assert new.text not in f"{new} {new!r}"


async def test_no_two_keys_are_the_same(office: Office) -> None:
    assert len({(await office.desk.create(wish(), by="local")).text for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("role", "every_run"), [(Role.VIEWER, True), (Role.OPERATOR, False), (Role.AUTHOR, False), (Role.ADMIN, True)]
)
async def test_whether_a_key_sees_the_runs_of_others_depends_on_the_role_unless_it_is_said(
    office: Office, role: Role, every_run: bool
) -> None:
    assert (await office.desk.create(wish(role=role), by="local")).key.every_run is every_run
    said = KeyWish(name="ci", role=role, every_run=not every_run)
    assert (await office.desk.create(said, by="local")).key.every_run is not every_run


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "é", "a\n", "key:ci", "a/b"])
async def test_a_name_that_cannot_be_is_refused(office: Office, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        await office.desk.create(wish(name), by="local")
    assert refused.value.problems[0].pointer == "/name"
    assert list(await office.desk.list()) == []


async def test_a_pattern_that_cannot_be_is_refused_under_its_field(office: Office) -> None:
    for field, wanted in {
        "/scenarios": KeyWish(name="ci", role=Role.VIEWER, scenarios=("a b",)),
        "/tools": KeyWish(name="ci", role=Role.VIEWER, tools=("demo/*", "")),
    }.items():
        with pytest.raises(Invalid) as refused:
            await office.desk.create(wanted, by="local")
        assert refused.value.problems[0].pointer == field


async def test_a_key_cannot_end_before_it_begins(office: Office) -> None:
    now = office.clock.now()
    with pytest.raises(Invalid, match="in the past") as refused:
        await office.desk.create(KeyWish(name="ci", role=Role.VIEWER, expires_at=now), by="local")
    assert refused.value.problems[0].pointer == "/expires_at"
    end = now + timedelta(seconds=1)
    new = await office.desk.create(KeyWish(name="ci", role=Role.VIEWER, expires_at=end), by="local")
    assert new.key.counts(now)
    assert not new.key.counts(end)


async def test_a_key_is_taken_back(office: Office) -> None:
    new = await office.desk.create(wish(), by="local")
    office.clock.advance(5)
    revoked = await office.desk.revoke(new.key.key_id)
    assert revoked.revoked_at == office.clock.now()
    assert list(await office.desk.list()) == [revoked]
    with pytest.raises(KeyNotFound, match="There is no API key 'nobody'"):
        await office.desk.revoke("nobody")
