"""One `tools/call`, read at the edge."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mcp_types import CallToolRequestParams, ElicitResult

from callsheet.errors.kinds import Invalid, Problem
from callsheet.errors.runs import InputInvalid
from callsheet.scenario.json import JsonObject, NotJson, check_json, is_object

IDEMPOTENCY_KEY: Final = "callsheet/idempotencyKey"
"""In a call's `_meta`: the same key with the same arguments gives the same run, however often it is sent."""

TRACEPARENT: Final = "traceparent"
"""In a call's `_meta`: the caller's span, as W3C Trace Context writes it (SEP-414)."""

_LONGEST_TRACEPARENT: Final = 128
"""Characters; those of its version 00 have 55."""

ASYNC: Final = "callsheet/async"
"""In a call's `_meta`: true gives a handle at once, as `callsheet_start` does."""

_KEY: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """A call.

    Attributes:
        state: the `requestState` of an answer to our `input_required`.
        responses: the answers to its questions.
        traceparent: the caller's span, as they wrote it: anything, but short; empty for none.
    """

    name: str
    arguments: JsonObject
    idempotency_key: str | None = None
    wants_handle: bool = False
    state: str | None = None
    responses: Mapping[str, ElicitResult] = field(default_factory=dict[str, ElicitResult])
    traceparent: str = ""


def read_call(raw: Mapping[str, Any] | None, params: CallToolRequestParams) -> CallRequest:
    """The call that a request makes.

    Args:
        raw: the request's parameters as they came.
        params: the same, checked by the SDK.

    Raises:
        InputInvalid: the arguments are no JSON that can be stored.
        Invalid: the idempotency key is none.
    """
    meta: Mapping[str, Any] = (raw or {}).get("_meta") or {}
    responses = params.input_responses or {}
    return CallRequest(
        name=params.name,
        arguments=_arguments(params.arguments or {}),
        idempotency_key=idempotency_key_of(meta.get(IDEMPOTENCY_KEY)),
        wants_handle=meta.get(ASYNC) is True,
        state=params.request_state,
        responses={key: each for key, each in responses.items() if isinstance(each, ElicitResult)},
        traceparent=_traceparent(meta.get(TRACEPARENT)),
    )


def idempotency_key_of(value: object) -> str | None:
    """An idempotency key, as the API takes them too; None for None.

    Raises:
        Invalid: it is something else.
    """
    if value is None:
        return None
    if isinstance(value, str) and _KEY.fullmatch(value):
        return value
    raise Invalid("The idempotency key must be 1 to 255 printable ASCII characters.")


def _traceparent(value: object) -> str:
    """What is none is no reason to refuse a call: it is nobody's span."""
    return value if isinstance(value, str) and len(value) <= _LONGEST_TRACEPARENT else ""


def _arguments(value: object) -> JsonObject:
    try:
        checked = check_json(value)
    except NotJson as error:
        message = f"The arguments cannot be stored: {error}."
        raise InputInvalid(message, [Problem(pointer=error.pointer, message=f"{error}.")]) from error
    return checked if is_object(checked) else {}
