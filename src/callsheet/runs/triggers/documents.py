"""The documents of schedules and hooks: what their authors write, parsed and frozen."""

import typing
from enum import StrEnum
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from callsheet.lint.references import bare_literals, references
from callsheet.runs.events import TriggerKind
from callsheet.runs.triggers.cron import Cron, check_cron, zone_of
from callsheet.scenario.codec import digest
from callsheet.scenario.durations import parse_duration
from callsheet.scenario.json import Json
from callsheet.scenario.model import DeclaredName
from callsheet.scenario.steps.base import Document, ParsedBy
from callsheet.scenario.steps.scenario import SCENARIO_ID_PATTERN, ScenarioId
from callsheet.scenario.values import Value, ValueInvalid, expressions, parse_value

MAX_CATCH_UP: Final = 7 * 86400.0
"""Seconds: the longest catch-up window."""

MAX_TOLERANCE: Final = 3600.0
"""Seconds by which the clock of a hook's caller may differ at most."""

ROOTS: Final = ("body", "headers", "query")
"""What the expressions of a hook begin with."""

_MAX_HEADERS: Final = 50
_NEVER_SHOWN: Final = frozenset({"authorization", "proxy-authorization", "cookie", "callsheet-signature"})


class Overlap(StrEnum):
    """What becomes of a slot whose schedule's last run has not ended."""

    SKIP = "skip"
    QUEUE = "queue"
    ALLOW = "allow"


def _catch_up(source: object) -> float:
    if source in {"0s", "0m", "0h", "0d", "0ms"} or (source == 0 and not isinstance(source, bool)):
        return 0.0
    seconds = parse_duration(source)
    if seconds > MAX_CATCH_UP:
        raise ValueError("it is at most 7d")
    return seconds


def _tolerance(source: object) -> float:
    seconds = parse_duration(source)
    if seconds > MAX_TOLERANCE:
        raise ValueError("it is at most 1h")
    return seconds


def _zone(name: str) -> str:
    zone_of(name)
    return name


def _shown_header(name: str) -> str:
    if name in _NEVER_SHOWN:
        raise ValueError(f"the header '{name}' holds a credential, which a run's input would show to everybody")
    return name


def _mapping(source: Json) -> Value:
    value = parse_value(source)
    for expression, pointer in expressions(value):
        for name in bare_literals(expression):
            message = f"'{name}' is the name of a field here. To write the value, put it in backticks: `{name}`."
            raise ValueInvalid("E112", message, pointer)
        for first, *_ in references(expression).paths:
            if first not in ROOTS:
                raise ValueInvalid("E133", f"Unknown root '{first}'. A hook has: {', '.join(ROOTS)}.", pointer)
    return value


TriggerName = Annotated[str, Field(pattern=SCENARIO_ID_PATTERN)]
HeaderName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$"), AfterValidator(_shown_header)]
Priority = Annotated[int, Field(ge=-100, le=100, strict=True)]


class _Trigger(Document):
    """What schedules and hooks have in common.

    Attributes:
        schema_version: of the document.
        name: unique among the schedules, or the hooks.
        description: for people.
        scenario_id: what is run.
        priority: of its runs; those with a higher one begin first.
        enabled: whether it starts runs at all.
    """

    schema_version: typing.Literal["1"]
    name: TriggerName
    description: Annotated[str, Field(max_length=4096)] = ""
    scenario_id: ScenarioId
    priority: Priority = 0
    enabled: Annotated[bool, Field(strict=True)] = True


class Schedule(_Trigger):
    """Starts a scenario by the clock.

    Attributes:
        input: the runs' input, plain JSON.
        cron: five fields: minute, hour, day of the month, month, day of the week.
        timezone: an IANA name; whose clocks the fields mean.
        overlap: what becomes of a slot while the last run has not ended.
        catch_up: seconds; a slot that nobody was there for is fired so much later.
    """

    input: dict[str, Any] = Field(default_factory=dict[str, Any])
    cron: Annotated[str, AfterValidator(check_cron)]
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    overlap: Overlap = Overlap.SKIP
    catch_up: Annotated[float, BeforeValidator(_catch_up)] = 3600.0

    @property
    def times(self) -> Cron:
        """When it fires."""
        return Cron(fields=self.cron, timezone=self.timezone)

    @property
    def timing(self) -> str:
        """A digest of all that decides which slots there are; another one means: from now on."""
        return digest([self.cron, self.timezone, self.catch_up, self.enabled])


class Hook(_Trigger):
    """Starts a scenario for a signed request.

    Attributes:
        secret: the name of the operator's `CALLSHEET_SECRET_<NAME>` that callers sign with.
        tolerance: seconds by which the moment of a signature may differ from now.
        headers: the request headers that `input` may use, in lower case.
        input: a value of the scenario language over `body`, `headers` and `query` that gives the run's input.
    """

    secret: DeclaredName
    tolerance: Annotated[float, BeforeValidator(_tolerance)] = 300.0
    headers: Annotated[tuple[HeaderName, ...], Field(max_length=_MAX_HEADERS)] = ()
    input: Annotated[Value, ParsedBy(_mapping, "Value")] = parse_value({"from": "body"})


Trigger: TypeAlias = Schedule | Hook

MODELS: Final[dict[TriggerKind, type[Schedule] | type[Hook]]] = {
    TriggerKind.SCHEDULE: Schedule,
    TriggerKind.HOOK: Hook,
}
