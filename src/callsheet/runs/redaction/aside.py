"""Taking secrets out of what callers send, without holding up anybody else.

That a value holds nothing is quickly said. What holds something, or is made to look like it, may take seconds where it
is large, so it is gone through in a thread.
"""

import asyncio
from typing import TypeVar

from callsheet.runs.events import Event
from callsheet.runs.redaction.events import clean, may_need_cleaning
from callsheet.runs.redaction.redactor import Redactor
from callsheet.scenario.json import Json

AnyEvent = TypeVar("AnyEvent", bound=Event)


async def clean_json_aside(value: Json, redactor: Redactor) -> Json:
    """See `Redactor.json`."""
    if not redactor or not redactor.may_hold(value):
        return value
    return await asyncio.to_thread(redactor.json, value)


async def clean_event_aside(event: AnyEvent, redactor: Redactor) -> AnyEvent:
    """See `callsheet.runs.redaction.events.clean`."""
    if not redactor or not may_need_cleaning(event, redactor):
        return event
    return await asyncio.to_thread(clean, event, redactor)
