"""What the checker says about a document: data, never an exception."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_DIAGNOSTICS: Final = 100
"""How many diagnostics one document gets: nobody reads more, and finding them takes time."""


class Severity(StrEnum):
    """How bad it is: an error keeps a scenario from running."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One thing about a document that its author should know.

    Attributes:
        code: stable, such as `E130`; the first letter is the severity's.
        pointer: where, as a JSON pointer (RFC 6901); the empty string is the whole document.
        message: a sentence that says what is wrong.
        hint: what to do about it; may be empty.
        line: counted from 1; 0 when the text is not known.
        column: counted from 1; 0 when the text is not known.
    """

    code: str
    pointer: str
    message: str
    hint: str = ""
    line: int = 0
    column: int = 0

    @property
    def severity(self) -> Severity:
        """As the code's first letter says."""
        return _SEVERITIES[self.code[0]]


_SEVERITIES = {"E": Severity.ERROR, "W": Severity.WARNING, "I": Severity.INFO}
