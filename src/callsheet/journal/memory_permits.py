"""Permits in memory: for one process, whose permits nobody else counts, and for tests."""

import asyncio
import itertools
from bisect import insort
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from callsheet.runs.fairness import give_way
from callsheet.runs.permits import CALLED_AGAIN_AFTER, COMES_WITHIN, LEASE, Called, Claim, Claimed, Renewal, Word


@dataclass(slots=True, kw_only=True)
class _Lease:
    owner: int
    amount: int
    expires: float


@dataclass(slots=True, kw_only=True)
class _Place:
    """Somebody in line: see the columns of `permit_line` in PostgreSQL, which are the same."""

    rank: tuple[int, int]
    holder: str
    called: float | None = None
    absent: bool = False
    leaves: float | None = None


@dataclass(slots=True, kw_only=True)
class _Name:
    limit: int = 0
    leases: dict[str, _Lease] = field(default_factory=dict[str, _Lease])
    line: list[_Place] = field(default_factory=list[_Place])

    def clear(self, now: float) -> None:
        """Forget what is over."""
        self.leases = {holder: lease for holder, lease in self.leases.items() if lease.expires > now}
        self.line = [place for place in self.line if place.leaves is None or place.leaves > now]

    @property
    def free(self) -> int:
        return max(0, self.limit - sum(lease.amount for lease in self.leases.values()))

    @property
    def present(self) -> list[_Place]:
        return [place for place in self.line if not place.absent]

    def place_of(self, holder: str) -> _Place | None:
        return next((place for place in self.line if place.holder == holder), None)

    def leave(self, holder: str) -> None:
        self.line = [place for place in self.line if place.holder != holder]

    def enter(self, place: _Place) -> None:
        insort(self.line, place, key=lambda each: each.rank)


class Register:
    """What all processes know of together."""

    def __init__(self) -> None:
        self.names: dict[str, _Name] = {}
        self.numbers = itertools.count(1)
        self.owners = itertools.count(1)
        self.listeners: dict[int, Callable[[Word], None]] = {}

    def say(self, word: Word) -> None:
        """Tell everybody."""
        for listener in tuple(self.listeners.values()):
            asyncio.get_running_loop().call_soon(listener, word)


class MemoryPermits:
    """The `Permits` port over a `Register`, which several of them may share.

    Args:
        register: what is held and wanted; one of its own by default.
        lease: seconds.
    """

    def __init__(self, register: Register | None = None, *, lease: float = LEASE) -> None:
        self._register = register or Register()
        self._owner = next(self._register.owners)
        self._lease = lease

    @property
    def lease(self) -> float:
        """See `Permits.lease`."""
        return self._lease

    async def claim(self, claim: Claim) -> Claimed:
        """See `Permits.claim`."""
        await give_way()
        now, name = _now(), self._register.names.setdefault(claim.name, _Name())
        name.limit = claim.limit
        name.clear(now)
        if (lease := name.leases.get(claim.holder)) is not None:
            lease.owner, lease.expires = self._owner, now + self._lease
        held = 0 if lease is None else lease.amount
        if claim.wanted > held:
            held += self._take(name, claim, claim.wanted - held, now)
        else:
            name.leave(claim.holder)
        return Claimed(held=held, contested=any(place.holder != claim.holder for place in name.present))

    async def give_back(self, name: str, holder: str, keep: int = 0) -> Sequence[Called]:
        """See `Permits.give_back`."""
        await give_way()
        if (found := self._register.names.get(name)) is None:
            return ()
        lease = found.leases.get(holder)
        if lease is not None and lease.owner == self._owner:
            lease.amount = min(lease.amount, keep)
            if lease.amount == 0:
                del found.leases[holder]
        found.leave(holder)
        return self._call(name, found)

    async def renew(self, holders: Collection[str]) -> Renewal:
        """See `Permits.renew`."""
        await give_way()
        now, held, contested = _now(), dict[tuple[str, str], int](), set[str]()
        for name, found in self._register.names.items():
            found.clear(now)
            for holder, lease in found.leases.items():
                if lease.owner == self._owner and holder in holders:
                    lease.expires = now + self._lease
                    held[name, holder] = lease.amount
                    if any(place.holder != holder for place in found.present):
                        contested.add(name)
        return Renewal(held=held, contested=frozenset(contested))

    async def sweep(self) -> Sequence[Called]:
        """See `Permits.sweep`."""
        await give_way()
        now, called = _now(), list[Called]()
        for name, found in self._register.names.items():
            for place in found.line:
                if place.called is None:
                    continue
                if place.absent and place.called <= now - CALLED_AGAIN_AFTER:
                    place.absent, place.called = False, None
                elif place.called <= now - COMES_WITHIN:
                    place.absent = True
            called += self._call(name, found)
        return called

    async def change(self, name: str, limit: int | None) -> Sequence[Called]:
        """See `Permits.change`."""
        await give_way()
        found = self._register.names.setdefault(name, _Name())
        if limit is not None:
            found.limit = limit
            return self._call(name, found)
        line, found.line = found.line, []
        return [_called(name, place) for place in line]

    async def waiting(self) -> Mapping[str, Collection[str]]:
        """See `Permits.waiting`."""
        await give_way()
        found = {
            name: [place.holder for place in each.line if place.leaves is None]
            for name, each in self._register.names.items()
        }
        return {name: holders for name, holders in found.items() if holders}

    def on_word(self, callback: Callable[[Word], None]) -> Callable[[], None]:
        """See `Permits.on_word`."""
        number = next(self._register.numbers)
        self._register.listeners[number] = callback
        return lambda: self._register.listeners.pop(number, None) and None

    def _take(self, name: _Name, claim: Claim, wanted: int, now: float) -> int:
        """Take what is free, and stand in line for the rest."""
        place = name.place_of(claim.holder)
        is_new = place is None
        if place is None:
            place = _Place(rank=(-claim.priority, next(self._register.numbers)), holder=claim.holder)
        ahead = sum(each.rank < place.rank for each in name.present)
        taken = min(wanted, max(0, name.free - ahead))
        name.leave(claim.holder)
        if taken:
            lease = name.leases.setdefault(claim.holder, _Lease(owner=self._owner, amount=0, expires=now + self._lease))
            lease.amount += taken
            place.rank = (-claim.priority, next(self._register.numbers))
        if taken < wanted:
            place.called, place.absent = None, False
            place.leaves = None if claim.patience is None else now + claim.patience
            name.enter(place)
            if is_new and claim.patience is not None:
                self._register.say(Word(name=claim.name, holder=claim.holder, called=False))
        return taken

    def _call(self, name: str, found: _Name) -> Sequence[Called]:
        now = _now()
        found.clear(now)
        called = [place for place in found.present[: found.free] if place.called is None]
        for place in called:
            place.called = now
            if place.leaves is not None:
                self._register.say(Word(name=name, holder=place.holder, called=True))
        return [_called(name, place) for place in called]


def _called(name: str, place: _Place) -> Called:
    return Called(name=name, holder=place.holder, priority=-place.rank[0])


def _now() -> float:
    return asyncio.get_running_loop().time()
