"""Taking secrets out of what others send, without holding up anybody else: what is large is looked through in a thread.

That a small value holds nothing is quickly said, at once.
"""

import asyncio
from typing import Final, TypeVar

import orjson

from callsheet.runs.events import Event
from callsheet.runs.redaction.events import clean, may_need_cleaning
from callsheet.runs.redaction.redactor import Redactor
from callsheet.scenario.json import Json

AnyEvent = TypeVar("AnyEvent", bound=Event)

SMALL: Final = 16 * 2**10
"""Bytes, as JSON, that are looked through on the event loop: in less than 5 ms, whatever they are."""


async def clean_json_aside(value: Json, redactor: Redactor) -> Json:
    """See `Redactor.json`."""
    if not redactor or (is_small(value) and not redactor.may_hold(value)):
        return value
    return await asyncio.to_thread(redactor.json, value)


async def clean_text_aside(text: str, redactor: Redactor) -> str:
    """See `Redactor.text`."""
    return redactor.text(text) if len(text) <= SMALL else await asyncio.to_thread(redactor.text, text)


async def clean_event_aside(event: AnyEvent, redactor: Redactor) -> AnyEvent:
    """See `callsheet.runs.redaction.events.clean`."""
    if not redactor or (is_small(event) and not may_need_cleaning(event, redactor)):
        return event
    return await asyncio.to_thread(clean, event, redactor)


def is_small(value: object) -> bool:
    """Whether a value, JSON with dataclasses in it, is looked through on the event loop."""
    if value is None:
        return True
    if isinstance(value, str):
        return len(value) <= SMALL
    try:
        return len(orjson.dumps(value)) <= SMALL
    except (TypeError, ValueError):
        return False  # foreign JSON that nobody has checked yet
