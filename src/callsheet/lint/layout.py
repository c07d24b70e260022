"""Where each step of a document stands: in which list, inside which step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from callsheet.scenario.model import Scenario, Step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listing:
    """One list of steps.

    Attributes:
        pointer: where it stands in the document: `/steps`, `/steps/0/branches/left`.
        steps: what is in it.
        owner: the step that it belongs to; None for the document's own two.
        label: what tells it from the other lists of its owner; empty when there are none.
        roots: the names that its expressions may begin with, beside those of what is around it.
        concurrent: whether it may run beside itself or the other lists of its owner.
    """

    pointer: str
    steps: tuple[Step, ...]
    owner: "Located | None" = None
    label: str = ""
    roots: tuple[str, ...] = ()
    concurrent: bool = False

    @property
    def key(self) -> str:
        """The pointer inside the owner, or the document's key: `/steps`, `/finally`, `/cases/0/steps`."""
        return self.pointer if self.owner is None else self.pointer.removeprefix(self.owner.pointer)

    @property
    def depth(self) -> int:
        """How many steps are around it."""
        return len(self.around)

    @property
    def around(self) -> "tuple[Listing, ...]":
        """The lists that the steps around it stand in, the nearest first."""
        found: list[Listing] = []
        owner = self.owner
        while owner is not None:
            found.append(owner.listing)
            owner = owner.listing.owner
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Located:
    """A step, its number in its list, and where it stands in the document."""

    step: Step
    listing: Listing
    index: int
    pointer: str

    @property
    def around(self) -> "tuple[Located, ...]":
        """The steps around it, the nearest first."""
        found: list[Located] = []
        owner = self.listing.owner
        while owner is not None:
            found.append(owner)
            owner = owner.listing.owner
        return tuple(found)


class Layout:
    """Every list and every step of a document.

    Attributes:
        main: the list of the document's steps.
        failing: the list of its `on_error`, which may be empty.
        lists: all lists by their pointers, those of a step after the one that it stands in.
        steps: all steps, blocks before what is inside them, those of `on_error` last.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.main = Listing(pointer="/steps", steps=scenario.steps)
        self.failing = Listing(pointer="/on_error", steps=scenario.on_error, roots=("error",))
        self.lists: dict[str, Listing] = {}
        self._located: dict[str, tuple[Located, ...]] = {}
        self.steps = tuple(located for top in (self.main, self.failing) for located in self._walk(top))

    def of(self, listing: Listing) -> tuple[Located, ...]:
        """The steps of a list."""
        return self._located[listing.pointer]

    def inside(self, located: Located) -> tuple[Listing, ...]:
        """The lists of a step."""
        return tuple(self.lists[f"{located.pointer}{inner.pointer}"] for inner in located.step.lists())

    @cached_property
    def by_name(self) -> Mapping[str, Located]:
        """The steps by name; of several with one name the first."""
        named: dict[str, Located] = {}
        for located in self.steps:
            named.setdefault(located.step.name, located)
        return named

    @cached_property
    def ambiguous(self) -> frozenset[str]:
        """The names that several steps have."""
        return frozenset(each.step.name for each in self.steps if self.by_name[each.step.name] is not each)

    def _walk(self, listing: Listing) -> Iterator[Located]:
        self.lists[listing.pointer] = listing
        here = tuple(
            Located(step=step, listing=listing, index=index, pointer=f"{listing.pointer}/{index}")
            for index, step in enumerate(listing.steps)
        )
        self._located[listing.pointer] = here
        for located in here:
            yield located
            for inner in located.step.lists():
                yield from self._walk(
                    Listing(
                        pointer=f"{located.pointer}{inner.pointer}",
                        steps=inner.steps,
                        owner=located,
                        label=inner.label,
                        roots=inner.roots,
                        concurrent=inner.concurrent,
                    )
                )
