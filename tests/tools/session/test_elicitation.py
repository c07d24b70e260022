"""Questions of tool servers: what is refused before anybody sees it."""

import pytest
from mcp_types import ElicitRequestFormParams

from callsheet.scenario.json import Json, JsonObject
from callsheet.tools.redaction import Redaction
from callsheet.tools.session.elicitation import LARGEST_FORMS, QuestionUnusable, questions
from callsheet.tools.session.in_flight import InFlight, OpenCall

FORM: JsonObject = {"type": "object", "properties": {"city": {"type": "string"}}}


def question(form: Json = None, message: str = "Where to?") -> JsonObject:
    return {"method": "elicitation/create", "params": {"message": message, "requestedSchema": form or FORM}}


def titled(size: int) -> JsonObject:
    return {**FORM, "title": "x" * size}


@pytest.mark.parametrize(
    ("requests", "words"),
    [
        ({}, "does not say what for"),
        (None, "does not say what for"),
        ({"a": {}}, "does not have"),
        ({"a": question({"type": "string"})}, "no schema of an object"),
        ({"a": question({"type": "object", "properties": {"b": {"type": "text"}}})}, "cannot be used"),
        ({"a": question({"type": "object", "properties": {"b": {"pattern": "(a)\\1"}}})}, "cannot be used"),
        ({"a": question({"type": "object", "$ref": "https://evil.example/schema"})}, "cannot be used"),
        ({"a": question(titled(LARGEST_FORMS))}, "bytes together"),
        ({str(number): question(titled(LARGEST_FORMS // 10)) for number in range(11)}, "bytes together"),
        ({str(number): question() for number in range(21)}, "21 questions at once"),
        ({"k" * 201: question()}, "longer than 200"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_the_reason(requests: Json, words: str) -> None:
    with pytest.raises(QuestionUnusable, match=words):
        questions(requests)


def test_a_long_message_is_cut() -> None:
    (found,) = questions({"a": question(message="x" * 100_000)})
    assert len(found.message) == 8_000


async def test_a_question_that_belongs_to_no_call_does_not_end_calling_one_at_a_time() -> None:
    in_flight = InFlight("asking", Redaction({}))
    params = ElicitRequestFormParams(message="?", requested_schema=FORM)
    opened = [OpenCall(None), OpenCall(None)]
    for each in opened:
        in_flight.add(each)
    await in_flight.on_elicit(None, params)  # pyright: ignore[reportArgumentType]: it is not looked at
    for each in opened:
        in_flight.remove(each)
    await in_flight.on_elicit(None, params)  # pyright: ignore[reportArgumentType]: it is not looked at
    assert in_flight.ambiguous
