"""What a person is asked by a run that waits, as MCP elicitation, and their answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mcp_types import (
    ClientCapabilities,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitRequestURLParams,
    ElicitResult,
)

from callsheet.access.principal import Principal
from callsheet.errors.kinds import Problem
from callsheet.errors.runs import InputInvalid
from callsheet.runs.answers import APPROVAL, Answer
from callsheet.runs.assignees import assignees_of, may_answer
from callsheet.runs.events import RunId, StepPath
from callsheet.runs.questions import asked
from callsheet.scenario.json import Json, JsonObject, is_object

_OURS: Final = ("approved", "comment", "by")
_KEYWORDS: Final = {
    "string": {"type", "title", "description", "default", "minLength", "maxLength", "format", "enum", "enumNames"},
    "number": {"type", "title", "description", "default", "minimum", "maximum"},
    "integer": {"type", "title", "description", "default", "minimum", "maximum"},
    "boolean": {"type", "title", "description", "default"},
}
"""What a field of an MCP form may say, by its type; the whole schema is checked when the answer comes."""

_FORMATS: Final = {"email", "uri", "date", "date-time"}


class Dismissed(Exception):
    """The person neither agreed nor refused: the run goes on waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A step that waits for a person.

    Attributes:
        key: names the question among all that the run, and the runs below it, ever ask.
        run_id: the run whose step waits: the one that was called, or one below it.
        waits_for: as in `StepWaiting`.
        caller: who is asked.
    """

    key: str
    run_id: RunId
    path: StepPath
    waits_for: JsonObject
    caller: Principal

    @property
    def message(self) -> str:
        """What is asked."""
        return str(self.waits_for.get("message") or f"The step {self.path} waits for an answer.")

    @property
    def is_for_caller(self) -> bool:
        """Whether it may be the caller who answers."""
        return may_answer(self.caller, self.waits_for)

    def requests(self, capabilities: ClientCapabilities | None) -> Mapping[str, ElicitRequest] | None:
        """What to send to a client; None when it cannot show this question, or somebody else is to answer it."""
        if not self.is_for_caller:
            return None
        if self.waits_for.get("kind") == APPROVAL:
            form = _approval_form(self.waits_for, asks_who=not self.caller.is_known)
            return None if form is None or not _shows_forms(capabilities) else {self.key: _form(self.message, form)}
        found: dict[str, ElicitRequest] = {}
        for key, each in zip(self.keys(), asked(self.waits_for), strict=True):
            if each.url is not None and _opens_urls(capabilities):
                params = ElicitRequestURLParams(message=each.message, url=each.url, elicitation_id=key)
                found[key] = ElicitRequest(params=params)
            elif (form := _tool_form(each.form_schema)) is not None and _shows_forms(capabilities):
                found[key] = _form(each.message, form)
            else:
                return None
        return found

    def answer(self, responses: Mapping[str, ElicitResult]) -> Answer | None:
        """The answer in what a client sent back; None when there is not all of it.

        Raises:
            Dismissed: the person did not decide.
            InputInvalid: the answer to an approval says neither yes nor no.
        """
        keys = self.keys()
        given = [responses[key] for key in keys if key in responses]
        if len(given) < len(keys):
            return None
        if any(each.action == "cancel" for each in given):
            raise Dismissed
        if any(each.action == "decline" for each in given):
            return Answer(approved=False)
        contents = [_content(each) for each in given]
        if self.waits_for.get("kind") == APPROVAL:
            return _decision(contents[0], self.waits_for)
        return Answer(approved=True, data=self._data(contents))

    def keys(self) -> list[str]:
        """Under what its parts go to a client: a tool may ask several things at once."""
        if self.waits_for.get("kind") == APPROVAL:
            return [self.key]
        requests = asked(self.waits_for)
        return [self.key] if len(requests) == 1 else [f"{self.key}/{each.key}" for each in requests]

    def _data(self, contents: Sequence[JsonObject]) -> Json:
        """One content as it is; several under the keys of their questions, as `runs.questions.waits_for` says."""
        requests = asked(self.waits_for)
        if len(requests) == 1:
            return contents[0] if requests[0].form_schema is not None else None
        pairs = zip(requests, contents, strict=True)
        return {each.key: content for each, content in pairs if each.form_schema is not None}


def _content(result: ElicitResult) -> JsonObject:
    content: JsonObject = {}
    for name, value in (result.content or {}).items():
        content[name] = [*value] if isinstance(value, list) else value
    return content


def _decision(content: JsonObject, waits_for: JsonObject) -> Answer:
    approved, comment, by = content.get("approved"), content.get("comment"), content.get("by")
    if not isinstance(approved, bool):
        message = "It must be true or false."
        raise InputInvalid(
            f"The answer was not taken, at /approved: {message}", [Problem(pointer="/approved", message=message)]
        )
    data = {name: value for name, value in content.items() if name not in _OURS}
    return Answer(
        approved=approved,
        comment=comment if isinstance(comment, str) else "",
        by=by if isinstance(by, str) else "",
        data=data if is_object(waits_for.get("form_schema")) else None,
    )


def _approval_form(waits_for: JsonObject, *, asks_who: bool) -> JsonObject | None:
    """The form of an approval: the decision, and the fields of its own form; None when that is not flat."""
    assignees, form = assignees_of(waits_for), waits_for.get("form_schema")
    fields: JsonObject = {
        "approved": {"type": "boolean", "title": "Approve", "description": "Yes, or no."},
        "comment": {"type": "string", "title": "Comment", "maxLength": 10_000},
    }
    required: list[Json] = ["approved"]
    if assignees and asks_who:
        fields["by"] = {"type": "string", "title": "Who answers", "enum": [*assignees]}
        required.append("by")
    if is_object(form):
        properties = form.get("properties", {})
        if not is_object(properties) or any(name in fields for name in properties):
            return None
        for name, schema in properties.items():
            field = _field(schema)
            if field is None:
                return None
            fields[name] = field
    return {"type": "object", "properties": fields, "required": required}


def _field(schema: Json) -> JsonObject | None:
    """A property as MCP's forms have them; None when it is no primitive."""
    kind = schema.get("type") if is_object(schema) else None
    if not is_object(schema) or not isinstance(kind, str) or kind not in _KEYWORDS:
        return None
    field = {name: value for name, value in schema.items() if name in _KEYWORDS[kind]}
    if field.get("format", "email") not in _FORMATS:
        del field["format"]
    return field


def _tool_form(schema: JsonObject | None) -> JsonObject | None:
    """The form of a tool, with what MCP wants of every form; None when it is none."""
    if schema is None:
        return None
    form: JsonObject = {"type": "object", "properties": {}, **schema}
    properties, required = form["properties"], form.get("required", [])
    is_flat = form["type"] == "object" and is_object(properties) and all(map(is_object, properties.values()))
    names_fields = isinstance(required, list) and all(isinstance(name, str) for name in required)
    return form if is_flat and names_fields else None


def _form(message: str, schema: JsonObject) -> ElicitRequest:
    requested: dict[str, Any] = dict(schema)
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=requested))


def _shows_forms(capabilities: ClientCapabilities | None) -> bool:
    """An `elicitation` that says nothing else means forms, as it did before there were URLs."""
    elicitation = None if capabilities is None else capabilities.elicitation
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


def _opens_urls(capabilities: ClientCapabilities | None) -> bool:
    elicitation = None if capabilities is None else capabilities.elicitation
    return elicitation is not None and elicitation.url is not None
