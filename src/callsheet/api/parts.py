"""The parts of the system that routes work with, and how a route gets them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from callsheet.api.draining import Draining
from callsheet.api.options import ApiOptions
from callsheet.api.workbench import Workbench
from callsheet.runs.answers import Answers
from callsheet.runs.feed import Feed
from callsheet.runs.playground import Playground
from callsheet.runs.ports import Catalog
from callsheet.runs.saving import SavedScenarios
from callsheet.runs.service import RunService
from callsheet.runs.tools import Tools
from callsheet.runs.triggers.desk import TriggerDesk
from callsheet.runs.triggers.hooks import Hooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What `create_app` was given. The app uses the parts; whoever made them starts and stops them.

    Attributes:
        feed: the status of all runs, live, encoded for the stream.
        journal_check: returns when the journal can be written, else raises `JournalUnavailable` (`Journal.check`).
        on_saved: called when a scenario was saved.
    """

    runs: RunService
    feed: Feed
    answers: Answers
    catalog: Catalog
    saved: SavedScenarios
    tools: Tools
    playground: Playground
    triggers: TriggerDesk
    hooks: Hooks
    journal_check: Callable[[], Awaitable[None]]
    draining: Draining
    options: ApiOptions
    workbench: Workbench
    on_saved: Callable[[], None] | None = None


async def parts_of(request: Request) -> Parts:
    """The parts of the app that handles `request`."""
    return cast("Parts", request.app.state.parts)


TheParts = Annotated[Parts, Depends(parts_of)]
"""A route's parameter that holds the parts."""
