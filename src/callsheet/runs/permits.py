"""The Permits port: how many may do something at once, decided for all processes together.

A permit is a lease. Whoever holds it says so again and again (`renew`); who died says nothing, and the permit is free
for others a lease later. A process that stood still for longer, and comes back, may still be in the middle of what it
had the permit for: at most `limit` are at work, and those.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

LEASE: Final = 10.0
"""Seconds for which a permit is held without being renewed."""

RENEWED_EVERY: Final = 1.5
"""Seconds between two renewals: several may be lost before the lease is."""

COMES_WITHIN: Final = 5.0
"""Seconds for which a permit is kept free for a holder who was called; then others pass who came later."""

CALLED_AGAIN_AFTER: Final = 30.0
"""Seconds after which a holder who was called and did not come is called again, in the old place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who wants how many permits.

    Attributes:
        name: of what is limited, such as `scenario:news` or `server:files`.
        limit: how many there are, from now on; fewer than are held take nothing away from anybody.
        holder: who wants them.
        wanted: how many in all, those included that the holder has.
        priority: the highest comes first of those in line.
        patience: seconds for which the holder stays in line without another claim; None for as long as it takes.
    """

    name: str
    limit: int
    holder: str
    wanted: int = 1
    priority: int = 0
    patience: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a claim came to.

    Attributes:
        held: how many permits the holder has now; with fewer than it wants, it stands in line.
        contested: whether others stand in line.
    """

    held: int
    contested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A holder in line for whom there is a permit now: it shall claim it."""

    name: str
    holder: str
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Something that happened in the line of a name: `holder` joined it, or was `called`."""

    name: str
    holder: str
    called: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What is held still.

    Attributes:
        held: how many permits, by name and holder; what is missing was lost, as its lease was over.
        contested: the names for which others stand in line.
    """

    held: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    contested: frozenset[str] = frozenset()


class Permits(Protocol):
    """The permits of one process, which are counted with those of all others.

    Of each name, at most `limit` are leased at any moment; the clock of the store decides what a moment is. Every
    method says what shall be, so that it can be called again when it is not known what came of it. Every method raises
    `JournalUnavailable` when the store cannot be reached; nothing is half-done then.
    """

    @property
    def lease(self) -> float:
        """Seconds for which a permit is held without being renewed."""
        ...

    async def claim(self, claim: Claim) -> Claimed:
        """Have the wanted permits, or as many as are free; whoever has fewer stands in line for the rest.

        Free is what nobody holds and nobody needs who stands further ahead. A holder that has some already keeps them,
        whichever process claimed them before: they are this one's now. Who gets some and wants more goes to the end of
        the line.
        """
        ...

    async def give_back(self, name: str, holder: str, keep: int = 0) -> Sequence[Called]:
        """Hold at most `keep` permits of those that were claimed here, and leave the line.

        Returns:
            who is next. Whoever gave something back sees that they get to know.
        """
        ...

    async def renew(self, holders: Collection[str]) -> Renewal:
        """Begin the leases of these holders anew, as far as they were claimed here and are not over."""
        ...

    async def sweep(self) -> Sequence[Called]:
        """Find permits that are free because their holders died, or that a holder was called for and did not come for.

        Returns:
            who is next, as `give_back`. Somebody does this every few seconds.
        """
        ...

    async def change(self, name: str, limit: int | None) -> Sequence[Called]:
        """Have another limit from now on; None for no limit, which clears the line.

        Returns:
            who is next, as `give_back`.
        """
        ...

    async def waiting(self) -> Mapping[str, Collection[str]]:
        """Who stands in line for as long as it takes, by name."""
        ...

    def on_word(self, callback: Callable[[Word], None]) -> Callable[[], None]:
        """Call `callback` when somebody joins a line or is called, until the function that is returned here is called.

        That is about those who have some patience only; and a word can be lost, so they ask now and then as well.
        """
        ...
