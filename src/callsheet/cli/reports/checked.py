"""What reports are made of."""

from dataclasses import dataclass
from typing import Final

from callsheet.scenario.diagnostics import Diagnostic, Severity

SEVERITIES: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One document and what the checker says about it.

    Attributes:
        file: its name, for people.
        text: the text that the diagnostics' lines count in.
    """

    file: str
    text: str
    diagnostics: tuple[Diagnostic, ...]


def full_message(diagnostic: Diagnostic) -> str:
    """The message, and the hint where there is one."""
    return f"{diagnostic.message} {diagnostic.hint}".rstrip()
