"""Questions that a tool asks in the middle of a call, as a step waits for them and a person answers them."""

from collections.abc import Mapping, Sequence
from typing import Final

from callsheet.runs.events import Message
from callsheet.runs.tools import Elicitation, ElicitationAction, ElicitationAnswer
from callsheet.scenario.codec import digest
from callsheet.scenario.json import Json, JsonObject, is_object

ELICITATION: Final = "elicitation"
"""The `kind` of a step's `waits_for` when its tool asks (MCP, elicitation)."""


def waits_for(server: str | None, tool: str, requests: Sequence[Elicitation]) -> JsonObject:
    """What the step waits for; `form_schema` is what the data of an answer must fit.

    For one question the data is its content; for several it is an object with the content of each under its key.
    """
    return {
        "kind": ELICITATION,
        "server": server,
        "tool": tool,
        "message": "\n".join(request.message for request in requests),
        "form_schema": _form(requests),
        "requests": [
            {"key": each.key, "message": each.message, "form_schema": each.form_schema, "url": each.url}
            for each in requests
        ],
    }


def asked(waited: JsonObject) -> tuple[Elicitation, ...]:
    """The questions in what `waits_for` gave."""
    requests = waited.get("requests")
    found = [each for each in requests if is_object(each)] if isinstance(requests, list) else []
    return tuple(map(_elicitation, found))


def answers_of(message: Message, requests: Sequence[Elicitation]) -> Mapping[str, ElicitationAnswer]:
    """A person's answer as the answer to each question."""
    action = action_of(message)
    if action is not ElicitationAction.ACCEPT:
        return {each.key: ElicitationAnswer(action=action) for each in requests}
    data = message.value.get("data")
    contents = {requests[0].key: data} if len(requests) == 1 else data if is_object(data) else {}
    return {each.key: ElicitationAnswer(action=action, content=_content(each, contents)) for each in requests}


def action_of(message: Message) -> ElicitationAction:
    """What the person did with the question."""
    action = message.value.get("action")
    if isinstance(action, str):
        return ElicitationAction(action)
    return ElicitationAction.ACCEPT if message.value.get("approved") is True else ElicitationAction.DECLINE


def sameness(requests: Sequence[Elicitation]) -> str:
    """The same for the same questions, whatever their keys are: a tool that begins anew may count them anew."""
    return digest([[each.message, each.form_schema, each.url] for each in requests])


def _form(requests: Sequence[Elicitation]) -> JsonObject | None:
    forms: dict[str, Json] = {each.key: each.form_schema for each in requests if each.form_schema is not None}
    if not forms:
        return None
    if len(requests) == 1:
        return requests[0].form_schema
    required: list[Json] = list(forms)
    return {"type": "object", "properties": forms, "required": required, "additionalProperties": False}


def _elicitation(fields: JsonObject) -> Elicitation:
    form, url = fields.get("form_schema"), fields.get("url")
    return Elicitation(
        key=str(fields.get("key")),
        message=str(fields.get("message")),
        form_schema=form if is_object(form) else None,
        url=url if isinstance(url, str) else None,
    )


def _content(request: Elicitation, contents: Mapping[str, Json]) -> JsonObject | None:
    content = contents.get(request.key)
    return content if request.form_schema is not None and is_object(content) else None
