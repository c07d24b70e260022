"""What callers send is looked through without holding up the event loop."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

from callsheet.runs.events import RunId, StepLog, StepPath
from callsheet.runs.redaction.aside import SMALL, clean_json_aside
from callsheet.runs.redaction.events import clean
from callsheet.runs.redaction.redactor import Redactor
from callsheet.runs.redaction.split import Words
from callsheet.scenario.json import Json

T0 = datetime(2026, 1, 1, tzinfo=UTC)


class Watched(Redactor):
    """A redactor that remembers in which threads it went through a value."""

    def __init__(self) -> None:
        super().__init__([("TOKEN", "s3cret-value-1")])
        self.threads: list[int] = []

    def json(self, value: Json) -> Json:
        self.threads.append(threading.get_ident())
        return super().json(value)


async def test_what_holds_a_secret_is_cleaned_beside_the_event_loop() -> None:
    redactor = Watched()
    assert await clean_json_aside({"a": ["s3cret-value-1", 1]}, redactor) == {"a": ["[secret TOKEN]", 1]}
    assert redactor.threads
    assert threading.get_ident() not in redactor.threads


async def test_what_holds_none_is_given_back_at_once() -> None:
    redactor = Watched()
    value: Json = {"a": ["nothing", 1]}
    assert await clean_json_aside(value, redactor) is value
    assert redactor.threads == []


async def test_what_is_large_is_looked_through_beside_the_event_loop_also_when_it_holds_nothing() -> None:
    redactor = Watched()
    assert await clean_json_aside(["nothing" * SMALL], redactor) == ["nothing" * SMALL]
    assert redactor.threads
    assert threading.get_ident() not in redactor.threads


def test_a_value_that_is_known_to_hold_nothing_is_not_looked_through_again() -> None:
    redactor = Watched()
    value: Json = ["a" * SMALL]
    event = StepLog(
        run_id=RunId("r"), step_name="s", index=0, at=T0, step_path=StepPath("s"), level="info", logger="", data=value
    )
    assert clean(event, redactor, {id(value)}) is event
    dirty = replace(event, logger="s3cret-value-1")
    assert clean(dirty, redactor, {id(value)}) == replace(event, logger="[secret TOKEN]")
    assert redactor.threads == [threading.get_ident()]


def test_of_what_a_tool_says_at_once_only_a_beginning_is_looked_through_and_passed_on() -> None:
    words = Words(Redactor([("TOKEN", "s3cret-value-1")]))
    said = words.text("x" * 8190 + "s3cret-value-1" + "y" * 100_000)
    assert said == "x" * 8190 + "s3…"
    lines: Json = ["s3cret-value-1" for _ in range(10_000)]
    heard = words.json({"text": lines})
    assert isinstance(heard, str)
    assert "s3cret" not in heard
    assert len(heard) < 9_000
