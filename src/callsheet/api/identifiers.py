"""Names that callers send in paths and headers, checked before anybody looks them up."""

import re
from typing import Final

from callsheet.api.errors import Refused, shortened
from callsheet.errors.runs import RunNotFound
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.errors.triggers import HookNotFound, ScheduleNotFound
from callsheet.runs.events import RunId, TriggerKind

_RUN_ID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII)
_KEY: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?", re.ASCII)
KEY: Final = {"pattern": f"^{_KEY.pattern}$"}
"""What the OpenAPI document says of `Idempotency-Key`; this module refuses the rest."""

_MAX_SCENARIO_ID: Final = 128


def run_id_of(text: str) -> RunId:
    """The run that `text` names.

    Raises:
        RunNotFound: it is not a UUID, so no run has it.
    """
    if not _RUN_ID.fullmatch(text.lower()):
        raise RunNotFound
    return RunId(text.lower())


def scenario_id_of(text: str) -> str:
    """The scenario that `text` names.

    Raises:
        ScenarioNotFound: no scenario can have such an id.
    """
    if not 1 <= len(text) <= _MAX_SCENARIO_ID or not text.isprintable():
        raise ScenarioNotFound(f"Unknown scenario_id: {shortened(text)}")
    return text


def trigger_name_of(kind: TriggerKind, text: str) -> str:
    """The schedule or hook that `text` names.

    Raises:
        ScheduleNotFound: no schedule can have such a name.
        HookNotFound: no hook can.
    """
    if not 1 <= len(text) <= _MAX_SCENARIO_ID or not text.isprintable():
        fault = ScheduleNotFound if kind is TriggerKind.SCHEDULE else HookNotFound
        raise fault(f"There is no {kind} '{shortened(text)}'.")
    return text


def idempotency_key_of(header: str | None) -> str | None:
    """The value of an `Idempotency-Key` header.

    Raises:
        Refused: it is empty, longer than 255 characters, or not printable ASCII.
    """
    if header is not None and not _KEY.fullmatch(header):
        raise Refused("idempotency_key.invalid", "The Idempotency-Key must be 1 to 255 printable ASCII characters.")
    return header


def seq_of(last_event_id: str | None, after: str | None) -> int:
    """The seq after which a stream resumes: that of the header, which a reconnecting browser sends, else `?after=`.

    Whatever is not a number that an event can have means 0, a full replay.
    """
    text = last_event_id or after or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
