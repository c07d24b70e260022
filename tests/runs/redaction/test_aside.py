"""What callers send is looked through without holding up the event loop."""

import threading

from callsheet.runs.redaction.aside import clean_json_aside
from callsheet.runs.redaction.redactor import Redactor
from callsheet.scenario.json import Json


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
