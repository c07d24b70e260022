"""What every step has, whatever its type."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import CoreSchema, core_schema

from callsheet.scenario.durations import Duration
from callsheet.scenario.json import JsonObject
from callsheet.scenario.values import Literal, ObjectValue, Value, parse_fields, parse_value

RETRYABLE: Final = ("ToolError", "TransportError", "ServerUnavailable", "RateLimited", "Timeout")
"""The error codes that a `retry` without `errors` tries again."""


@dataclass(frozen=True, slots=True)
class ParsedBy:
    """Tells pydantic to read a field with a function of ours, and to look no further into its type."""

    parse: Callable[[Any], object]

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> CoreSchema:
        """The whole schema: our function (pydantic's documented hook for custom types)."""
        return core_schema.no_info_plain_validator_function(self.parse)


def _parse_input(source: Any) -> Value:
    if not isinstance(source, dict):
        raise ValueError("'input' takes an object with one key for each input field of the tool")
    fields: JsonObject = source  # pyright: ignore[reportUnknownVariableType]: JSON, from the decoder
    return parse_fields(fields)


ValueField = Annotated[Value, ParsedBy(parse_value)]
"""A field that holds a value of the language."""

InputField = Annotated[Literal | ObjectValue, ParsedBy(_parse_input)]
"""A field that holds an object of values and is never a form itself."""


class Document(BaseModel):
    """Frozen, and strict about unknown keys: a misspelt key is an error, not silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


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
        timeout: seconds; None takes the default of the document or of the step's type.
        retry: None means one attempt, unless the document has a default.
        output: what later steps see instead of the raw result, which it calls `result`.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
    description: str = ""
    timeout: Duration | None = None
    retry: RetryField | None = None
    on_error: OnError = OnError.FAIL
    output: ValueField | None = None
