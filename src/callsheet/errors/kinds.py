"""What can go wrong at all: the root of all exceptions, and the kinds that say what a caller may do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class CallsheetError(Exception):
    """Something Callsheet can name went wrong."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])

    @property
    def message(self) -> str:
        """The sentence for a person."""
        return str(self)


class NotFound(CallsheetError):
    """There is nothing with this name."""

    code = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault of a caller's value: where it is (RFC 6901 JSON pointer) and a sentence."""

    pointer: str
    message: str


class Invalid(CallsheetError):
    """What the caller sent cannot be accepted."""

    code = "invalid"

    def __init__(self, message: str | None = None, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class Conflict(CallsheetError):
    """What is there now does not allow this."""

    code = "conflict"


class Unavailable(CallsheetError):
    """A part of the system cannot do its work now. Try again later."""

    code = "unavailable"
