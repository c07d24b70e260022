"""The runs that wait for a free place: a higher priority first, and among equals the first come.

A scenario may have a limit. Its runs over the limit stay in line and let those of other scenarios pass.
"""

import heapq
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from callsheet.runs.events import RunId

_Rank: TypeAlias = tuple[int, int]
"""The priority, negated, and the number of the arrival: the smallest comes first."""


@dataclass(slots=True, kw_only=True, eq=False)
class Place:
    """A run in line, or one at work that came from it.

    Attributes:
        group: of the scenario whose limit the run counts for; None when it counts for none.
        left: whether it stands here no more.
    """

    run_id: RunId
    rank: _Rank
    group: "_Group | None"
    left: bool = False

    @property
    def scenario_id(self) -> str | None:
        """The scenario whose limit the run counts for."""
        return None if self.group is None else self.group.scenario_id

    def __lt__(self, other: "Place") -> bool:
        return self.rank < other.rank


@dataclass(slots=True, kw_only=True, eq=False)
class _Group:
    """The runs of one scenario."""

    scenario_id: str
    limit: int | None = None
    at_work: int = 0
    waiting: list[Place] = field(default_factory=list[Place])

    @property
    def head(self) -> Place | None:
        """Who comes first of those that wait."""
        while self.waiting and self.waiting[0].left:
            heapq.heappop(self.waiting)
        return self.waiting[0] if self.waiting else None

    @property
    def next(self) -> Place | None:
        """Who may begin; None when nobody waits, or the limit is reached."""
        return self.head if self.limit is None or self.at_work < self.limit else None


class Line:
    """A queue by priority, which knows of the limits of scenarios.

    `_ready` has, of each scenario, the run that comes first, when it may begin. What stands there twice, or may not
    begin any more, is passed over when it comes up, so that each step costs the logarithm of what waits.
    """

    def __init__(self) -> None:
        self._ready: list[Place] = []
        self._groups: dict[str, _Group] = {}
        self._places: dict[RunId, Place] = {}
        self._arrivals = count()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._places)

    def append(self, run_id: RunId, priority: int, scenario_id: str | None = None) -> None:
        """Let a run wait, which does not wait yet; with the scenario that it counts for."""
        group = None if scenario_id is None else self._group(scenario_id)
        self._enter(Place(run_id=run_id, rank=(-priority, next(self._arrivals)), group=group))

    def limit(self, scenario_id: str, limit: int | None) -> None:
        """Say how many runs of a scenario may be at work at once, from now on; None for any number.

        That is forgotten when none of them waits or is at work any more.
        """
        group = self._group(scenario_id)
        group.limit = limit
        self._offer(group)

    def exempt(self, run_id: RunId) -> None:
        """Let a run count for no limit any more, when it waits; its place stays the same."""
        place = self._places.get(run_id)
        if place is not None and place.group is not None:
            place.left = True
            self._enter(Place(run_id=run_id, rank=place.rank, group=None))
            self._offer(place.group)

    def take(self, run_id: RunId) -> Place | None:
        """Take a run out of the line, whoever is before it and whatever the limits are; None if it does not wait."""
        place = self._places.pop(run_id, None)
        if place is None:
            return None
        place.left = True
        if place.group is not None:
            self._offer(place.group)
        return Place(run_id=run_id, rank=place.rank, group=None, left=True)

    def pop(self) -> Place | None:
        """The next one that may begin, which waits no more; None when there is none. `done` takes its place back."""
        while self._ready:
            place = heapq.heappop(self._ready)
            group = place.group
            if place.left or (group is not None and group.next is not place):
                continue
            place.left = True
            del self._places[place.run_id]
            if group is not None:
                group.at_work += 1
                self._offer(group)
            return place
        return None

    def done(self, place: Place) -> None:
        """The run of the place is at work no more."""
        group = place.group
        if group is None:
            return
        group.at_work -= 1
        self._offer(group)
        if group.at_work == 0 and group.head is None:
            self._groups.pop(group.scenario_id, None)

    def clear(self) -> None:
        """Forget everybody who waits."""
        for place in self._places.values():
            place.left = True
        self._ready.clear()
        self._places.clear()

    def _group(self, scenario_id: str) -> _Group:
        group = self._groups.get(scenario_id)
        if group is None:
            group = self._groups[scenario_id] = _Group(scenario_id=scenario_id)
        return group

    def _enter(self, place: Place) -> None:
        self._places[place.run_id] = place
        if place.group is None:
            heapq.heappush(self._ready, place)
            return
        heapq.heappush(place.group.waiting, place)
        if place.group.head is place:
            self._offer(place.group)

    def _offer(self, group: _Group) -> None:
        """Let the group's next one be seen by `pop`, whoever of the group was seen before."""
        if (place := group.next) is not None:
            heapq.heappush(self._ready, place)
