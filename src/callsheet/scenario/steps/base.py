"""What every step has, whatever its type."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from callsheet.scenario.durations import Duration
from callsheet.scenario.json import JsonObject
from callsheet.scenario.values import From, Literal, ObjectValue, Value, parse_condition, parse_fields, parse_value

if TYPE_CHECKING:
    from callsheet.scenario.model import Step

RETRYABLE: Final = ("ToolError", "TransportError", "ServerUnavailable", "RateLimited", "Timeout")
"""The error codes that a `retry` without `errors` tries again."""


@dataclass(frozen=True, slots=True)
class ParsedBy:
    """Tells pydantic to read a field with a function of ours, and to look no further into its type.

    Attributes:
        form: the definition in the published JSON Schema of what the function takes; see `scenario/json_schema.py`.
    """

    parse: Callable[[Any], object]
    form: str

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> CoreSchema:
        """The whole schema: our function (pydantic's documented hook for custom types)."""
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: object) -> JsonSchemaValue:
        """A mark, in whose place `scenario/json_schema.py` puts a reference to the definition (pydantic's hook)."""
        return {"format": f"scenario:{self.form}"}


def _parse_input(source: Any) -> Value:
    if not isinstance(source, dict):
        raise ValueError("'input' takes an object with one key for each input field of the tool")
    fields: JsonObject = source  # pyright: ignore[reportUnknownVariableType]: JSON, from the decoder
    return parse_fields(fields)


ValueField = Annotated[Value, ParsedBy(parse_value, "Value")]
"""A field that holds a value of the language."""

InputField = Annotated[Literal | ObjectValue, ParsedBy(_parse_input, "Fields")]
"""A field that holds an object of values and is never a form itself."""


ConditionField = Annotated[From, ParsedBy(parse_condition, "Condition")]
"""A field that holds an expression, as text, which must give true, false or null."""

NAME_PATTERN: Final = r"^[A-Za-z_][A-Za-z0-9_]{0,63}$"

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
"""A name that expressions can use as it is."""

Steps = Annotated[tuple["Step", ...], Field(min_length=1)]
"""A list of steps, run in order; its model is completed in `scenario/model.py`, which knows all types."""

Concurrency = Annotated[int, Field(ge=1, le=50, strict=True)]
"""How many parts of a block may be at work at once."""

JsonSchemaField = Annotated[dict[str, Any], Field()]
"""A JSON Schema (draft 2020-12), kept as the author wrote it."""


class Document(BaseModel):
    """Frozen, and strict about unknown keys: a misspelt key is an error, not silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepList:
    """A list of steps inside a step.

    Attributes:
        pointer: where it stands in its step: `/steps`, `/cases/0/steps`, `/branches/left`.
        label: what tells it from the step's other lists, for people; empty when there is one only.
        roots: the names that its expressions may begin with, beside those of the step itself.
        concurrent: whether it may run beside itself or its siblings.
    """

    pointer: str
    steps: "tuple[Step, ...]"
    label: str = ""
    roots: tuple[str, ...] = ()
    concurrent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnValue:
    """A value in one of a step's own fields.

    Attributes:
        pointer: where it stands in its step.
        roots: the names that it may begin with, beside those of the step itself.
        after: the pointer of the step's list whose steps it sees too; None for none.
        secrets: whether it may use secrets.
    """

    pointer: str
    value: Value
    roots: tuple[str, ...] = ()
    after: str | None = None
    secrets: bool = False


class OnError(StrEnum):
    """What a failed step means for its list: end it, or go on with the next step."""

    FAIL = "fail"
    CONTINUE = "continue"


def _ordered(retry: "Retry") -> "Retry":
    if retry.max_interval < retry.initial_interval:
        raise ValueError("'max_interval' is shorter than 'initial_interval'")
    return retry


class Retry(Document):
    """How often and when a failed attempt is made again.

    The wait before attempt n+1 is a random part ("full jitter") of `initial_interval` x `backoff_coefficient`^(n-1), at
    most `max_interval`; see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.

    Attributes:
        max_attempts: attempts in total, the first included.
        initial_interval: the longest wait before the second attempt.
        backoff_coefficient: how many times longer each next wait may be.
        max_interval: the longest wait there is.
        errors: the error codes that are tried again; `*` stands for all.
    """

    max_attempts: Annotated[int, Field(ge=1, le=100, strict=True)] = 3
    initial_interval: Duration = 1.0
    backoff_coefficient: Annotated[float, Field(ge=1, le=100, strict=True)] = 2.0
    max_interval: Duration = 60.0
    errors: tuple[str, ...] = RETRYABLE


RetryField = Annotated[Retry, AfterValidator(_ordered)]


class BaseStep(Document):
    """The fields that every step has.

    Attributes:
        name: unique in the document; the step's `node_id`.
        description: for people.
        when: a condition; false or null skips the step.
        timeout: how long an attempt may take; without one, as the document's `defaults` or the type of step say.
        retry: how failed attempts are made again; without it there is one attempt, unless `defaults` has a `retry`
            and the step calls a tool.
        on_error: what a failure means for the steps around: `fail`, or `continue` with the next one.
        output: what later steps see instead of the raw result, which it calls `result`.
    """

    name: Name
    description: str = ""
    when: ConditionField | None = None
    timeout: Duration | None = None
    retry: RetryField | None = None
    on_error: OnError = OnError.FAIL
    output: ValueField | None = None

    def lists(self) -> tuple[StepList, ...]:
        """The lists of steps inside this step, in the order of the document."""
        return ()

    def values(self) -> tuple[OwnValue, ...]:
        """The values in this step's own fields, `when` first and `output` last."""
        found: list[OwnValue] = []
        if self.when is not None:
            found.append(OwnValue(pointer="/when", value=self.when))
        found.extend(self.own_values())
        if self.output is not None:
            found.append(OwnValue(pointer="/output", value=self.output, roots=("result",)))
        return tuple(found)

    def own_values(self) -> tuple[OwnValue, ...]:
        """The values that only this type of step has."""
        return ()
