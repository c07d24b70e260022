"""How many connections one address may have open: one source shall not take all that there are."""

from collections import Counter
from typing import Final

from callsheet.api.sources import Sources

PER_SOURCE: Final = 500


class Places:
    """Counts the open connections of each source. Trusted proxies, and this machine, have as many as they like.

    Args:
        sources: tells who is a proxy.
        per_source: see above.
    """

    def __init__(self, sources: Sources, per_source: int = PER_SOURCE) -> None:
        self._sources = sources
        self._per_source = per_source
        self._open: Counter[str] = Counter()

    def enter(self, address: str) -> str | None:
        """The name under which a connection from `address` is counted, for `leave`; None when there is no place."""
        name = self._sources.stranger(address)
        if name and self._open[name] >= self._per_source:
            return None
        if name:
            self._open[name] += 1
        return name

    def leave(self, name: str) -> None:
        """A connection is closed that `enter` let in."""
        if not name:
            return
        self._open[name] -= 1
        if self._open[name] <= 0:
            del self._open[name]

    def __len__(self) -> int:
        """How many sources have connections that are counted."""
        return len(self._open)
