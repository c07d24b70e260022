"""The parts of the system that routes work with, and how a route gets them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, cast

from fastapi import Depends, Request

from callsheet.access.principal import LOCAL, PRINCIPAL, STRANGER, Principal
from callsheet.access.secrets import SecretDesk
from callsheet.api.draining import Draining
from callsheet.api.effective import Effective
from callsheet.api.gate import Gate
from callsheet.api.observing import Observer, Unobserved
from callsheet.api.openid import OpenId
from callsheet.api.options import ApiOptions
from callsheet.api.overview import item_block
from callsheet.api.workbench import Workbench
from callsheet.runs.answers import Answers
from callsheet.runs.feed import Feed
from callsheet.runs.playground import Playground
from callsheet.runs.ports import Catalog
from callsheet.runs.saving import SavedScenarios
from callsheet.runs.seen import SeenCatalog, SeenTools
from callsheet.runs.service import RunService
from callsheet.runs.statistics.statistics import RunStatistics
from callsheet.runs.tools import Tools
from callsheet.runs.triggers.desk import TriggerDesk
from callsheet.runs.triggers.hooks import Hooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What `create_app` was given, for this process itself; `seen_by` narrows it.

    The app uses the parts; whoever made them starts and stops them.

    Attributes:
        runs: submits, shows, follows and controls runs.
        answers: answers steps that wait for a person.
        catalog: the scenarios that can be run.
        saved: saves scenarios.
        tools: the tool servers.
        playground: calls tools outside of runs.
        secrets: those of the operator; never a value.
        triggers: the schedules and hooks.
        hooks: takes the requests to hooks.
        journal_check: returns when the journal can be written, else raises `JournalUnavailable` (`Journal.check`).
        engine_check: returns how many processes execute runs, else raises `Unavailable` (`RunningEngine.check`); None
            where that is not known.
        draining: begins when the service is to stop: streams end, `/readyz` says no, new runs are refused.
        gate: who is let in, and what is written down of it.
        options: limits, names and the version.
        scrape: answers `/metrics`: takes the `Accept` header, gives the text and its media type; None where nothing is
            counted.
        observer: is told of requests and streams.
        effective: what the service tells of its settings.
        on_saved: called when a scenario was saved.
        openid: how people sign in through a provider; None where they do not.
        workbench: where expressions are tried out.
        feed: the status of all runs, live, encoded for the stream.
        statistics: reports over many runs.
    """

    runs: RunService
    answers: Answers
    catalog: Catalog
    saved: SavedScenarios
    tools: Tools
    playground: Playground
    secrets: SecretDesk
    triggers: TriggerDesk
    hooks: Hooks
    journal_check: Callable[[], Awaitable[None]]
    draining: Draining
    gate: Gate
    options: ApiOptions
    engine_check: Callable[[], Awaitable[int]] | None = None
    scrape: Callable[[str], Awaitable[tuple[bytes, str]]] | None = None
    observer: Observer = field(default_factory=Unobserved)
    effective: Effective = field(default_factory=Effective)
    on_saved: Callable[[], None] | None = None
    openid: OpenId | None = None
    workbench: Workbench = field(default_factory=Workbench)
    feed: Feed = field(init=False)
    statistics: RunStatistics = field(init=False)
    _shared: tuple[Feed, RunStatistics] | None = None

    def __post_init__(self) -> None:
        """Make the feed, one for all streams, and what makes reports, one for all who ask."""
        feed, statistics = self._shared or (self.runs.feed(item_block), self.runs.statistics())
        object.__setattr__(self, "feed", feed)
        object.__setattr__(self, "statistics", statistics)

    def seen_by(self, caller: Principal) -> "Parts":
        """The parts as a caller sees them: they find and do with them nothing that is not theirs to see.

        Feed and statistics are everybody's: they are told for each look who asks.
        """
        return replace(
            self,
            runs=self.runs.seen_by(caller),
            answers=self.answers.seen_by(caller),
            catalog=self.catalog if caller.scenarios.allow_all else SeenCatalog(self.catalog, caller.scenarios),
            saved=self.saved.seen_by(caller),
            tools=self.tools if caller.tools.allow_all else SeenTools(self.tools, caller.tools),
            playground=self.playground.seen_by(caller),
            triggers=self.triggers.seen_by(caller),
            _shared=(self.feed, self.statistics),
        )


async def parts_of(request: Request) -> Parts:
    """The parts of the app that handles `request`, as its caller sees them."""
    parts, caller = cast("Parts", request.app.state.parts), request.scope.get(PRINCIPAL)
    if caller is LOCAL:
        return parts
    return parts.seen_by(caller if isinstance(caller, Principal) else STRANGER)


TheParts = Annotated[Parts, Depends(parts_of)]
"""A route's parameter that holds the parts."""
