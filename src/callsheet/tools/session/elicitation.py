"""Questions of tool servers: from MCP's requests to ours, each of them bounded, and from answers to MCP's results."""

from collections.abc import Mapping, Sequence
from typing import Final

import orjson
from mcp_types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult, InputResponses
from pydantic import ValidationError

from callsheet.runs.tools import Elicitation, ElicitationAnswer
from callsheet.scenario.json import Json, NotJson, check_json, is_object
from callsheet.scenario.schema import Schema, SchemaInvalid
from callsheet.tools.faults import plain

MOST_QUESTIONS: Final = 20
LARGEST_FORMS: Final = 64 * 2**10
"""JSON of the forms that are shown at once. They are compiled here, journaled, and kept as long as somebody thinks."""

LONGEST_MESSAGE: Final = 8_000
LONGEST_URL: Final = 4_000
LONGEST_KEY: Final = 200
FORM_MODE: Final = "form"
_WEB: Final = ("https://", "http://")


class QuestionUnusable(Exception):
    """The server asks something that nobody here can answer. The text says why."""


def questions(requests: Json) -> tuple[Elicitation, ...]:
    """The questions in the `inputRequests` of a result or a task, in their order.

    Raises:
        QuestionUnusable: one of them is no question to a person, or is too large.
    """
    if not is_object(requests) or not requests:
        raise QuestionUnusable("it asks for input and does not say what for")
    if len(requests) > MOST_QUESTIONS:
        raise QuestionUnusable(f"it asks {len(requests)} questions at once; {MOST_QUESTIONS} are allowed")
    found = tuple(_question(key, request) for key, request in requests.items())
    _require_usable(found)
    return found


def question_of(params: ElicitRequestParams, key: str = "question") -> Elicitation:
    """The question of an `elicitation/create` request.

    Raises:
        QuestionUnusable: it cannot be asked.
    """
    if isinstance(params, ElicitRequestFormParams):
        try:
            schema = check_json(params.requested_schema)
        except NotJson as exc:
            raise QuestionUnusable(f"its form is not JSON: {exc}") from exc
        found = _form(key, params.message, schema)
        _require_usable([found])
        return found
    return _link(key, params.message, params.url)


def responses(answers: Mapping[str, ElicitationAnswer]) -> InputResponses:
    """The answers as MCP wants them.

    Raises:
        QuestionUnusable: an answer has a value that MCP's forms do not have, such as an object.
    """
    return {key: result_of(answer) for key, answer in answers.items()}


def result_of(answer: ElicitationAnswer) -> ElicitResult:
    """One answer as MCP wants it.

    Raises:
        QuestionUnusable: see `responses`.
    """
    try:
        return ElicitResult.model_validate({"action": answer.action.value, "content": answer.content})
    except ValidationError as exc:
        raise QuestionUnusable("the answer has a value that MCP does not carry: texts, numbers, yes or no") from exc


def _question(key: str, request: Json) -> Elicitation:
    match request:
        case {"method": "elicitation/create", "params": {"message": str() as message, "url": str() as url}}:
            return _link(key, message, url)
        case {"method": "elicitation/create", "params": {"message": str() as message, "requestedSchema": schema}}:
            return _form(key, message, schema)
        case {"method": str() as method}:
            raise QuestionUnusable(f"it asks for {plain(method, 60)!r}, which is not offered to tool servers")
        case _:
            raise QuestionUnusable("it asks for input in a form that MCP does not have")


def _form(key: str, message: str, schema: Json) -> Elicitation:
    if not is_object(schema) or schema.get("type") != "object":
        raise QuestionUnusable("the form of its question is no schema of an object")
    return Elicitation(key=_key(key), message=_message(message), form_schema=schema)


def _require_usable(requests: Sequence[Elicitation]) -> None:
    forms = [each.form_schema for each in requests if each.form_schema is not None]
    if (size := len(orjson.dumps(forms))) > LARGEST_FORMS:
        raise QuestionUnusable(f"the forms of its questions have {size} bytes together; {LARGEST_FORMS} are allowed")
    for form in forms:
        try:
            Schema(form)
        except SchemaInvalid as exc:
            reason = plain(str(exc).partition("\n")[0], 200)
            raise QuestionUnusable(f"the form of its question cannot be used: {reason}") from exc


def _link(key: str, message: str, url: str) -> Elicitation:
    if not url.lower().startswith(_WEB) or not url.isprintable() or len(url) > LONGEST_URL:
        raise QuestionUnusable("it sends the person to something that is no web address")
    return Elicitation(key=_key(key), message=_message(message), url=url)


def _key(key: str) -> str:
    if len(key) > LONGEST_KEY:
        raise QuestionUnusable(f"the name of its question is longer than {LONGEST_KEY} characters")
    return key


def _message(message: str) -> str:
    return plain(message, LONGEST_MESSAGE)
