"""What a run needs from outside: each port has an adapter in memory and one contract suite over all its adapters.

The journal's port stands in `callsheet.runs.journal`, and everything of it can be had here, too; that of the tool
servers stands in `callsheet.runs.tools`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from callsheet.runs.events import Revision, RunId
from callsheet.runs.journal import ChangedRuns, DueRun, Journal, NewRun, RunFilter, RunPage
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import JsonObject
from callsheet.scenario.model import Scenario
from callsheet.scenario.source import Syntax

__all__ = [
    "Catalog",
    "CatalogEntry",
    "ChangedRuns",
    "Cipher",
    "Clock",
    "DueRun",
    "Engine",
    "Entropy",
    "Environment",
    "Journal",
    "NewRun",
    "RunFilter",
    "RunPage",
]


class Clock(Protocol):
    """Time, as the interpreter sees it."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Come back after `seconds`."""
        ...

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` after `seconds`, unless the function that is returned here is called before."""
        ...


class Entropy(Protocol):
    """The only source of chance: run ids and the jitter of retries. Both are journaled before they count."""

    def run_id(self) -> RunId:
        """A new UUID."""
        ...

    def jitter(self) -> float:
        """A number from 0 to 1, uniformly."""
        ...


class Engine(Protocol):
    """Who calls `execute(run_id)`, at least once for every dispatched run."""

    async def dispatch(self, run_id: RunId, *, scenario_id: str | None = None, priority: int = 0) -> None:
        """See that the run is executed, now or when there is room. Returns at once.

        A run at work is told to look at its messages, and is executed once more when it lets go meanwhile. Of the runs
        that wait for room, those with a higher `priority` come first. `scenario_id` is for the limit that a scenario
        may have; without it, the journal is asked where it matters.
        """
        ...

    async def cancel(self, run_id: RunId) -> None:
        """Reach the run's execution after `Journal.request_cancel`, in the middle of a tool call too."""
        ...


class Environment(Protocol):
    """What the operator gives scenarios by name: plain values and secrets. A document sees only what it declares."""

    def variable(self, name: str) -> str | None:
        """A plain value; None when the operator set none."""
        ...

    def secret(self, name: str) -> str | None:
        """A secret as it is now; None when the operator set none. Its value is never written anywhere."""
        ...

    def secrets(self) -> Mapping[str, str]:
        """Every secret as it is now, by name: for taking them out of what is written."""
        ...


class Cipher(Protocol):
    """Keeps what the journal, a file or a client holds for us from being read or changed: encryption with our key."""

    def encrypt(self, text: str, purpose: str) -> str:
        """`text` as a token of letters, digits, `-`, `_` and `.`, that only `decrypt` with the same `purpose` reads."""
        ...

    def decrypt(self, token: str, purpose: str) -> str:
        """The text behind a token of `encrypt`.

        Raises:
            DecryptionFailed: the token is not one of ours, was changed, or was made for another purpose or with
                another key.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry:
    """One document of the catalog.

    Attributes:
        scenario_id: the document's own, or the file's stem where it has none that can be read.
        source: where it came from, such as `scenarios/news.yaml`.
        document: the document as JSON, as written; None when it could not be decoded to an object.
        scenario: the parsed document; None when `problems` has an error.
        revision: names this content; empty when there is no document.
        problems: everything the checker says about it.
        number: of the saved revision; None when it is no saved scenario.
        text: as it stands in the file; None when it is no file, or could not be read.
        syntax: how `text` is written.
    """

    scenario_id: str
    source: str
    document: JsonObject | None
    scenario: Scenario | None
    revision: Revision
    problems: tuple[Diagnostic, ...] = ()
    number: int | None = None
    text: str | None = None
    syntax: Syntax = Syntax.JSON

    @property
    def read_only(self) -> bool:
        """Whether it is a file, which is changed where it is."""
        return self.number is None


class Catalog(Protocol):
    """The scenarios that can be run."""

    async def list(self) -> Sequence[CatalogEntry]:
        """Every document, broken ones included, ordered by `scenario_id`."""
        ...

    async def get(self, scenario_id: str) -> CatalogEntry:
        """One document, as it is now.

        Raises:
            ScenarioNotFound: no document has this id; the sentence says which have a similar one.
        """
        ...
