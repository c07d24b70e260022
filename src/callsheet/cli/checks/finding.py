"""What a check has found."""

from dataclasses import dataclass
from enum import Enum, auto


class Mark(Enum):
    """How a finding is to be read."""

    GOOD = auto()
    BAD = auto()
    NOTE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One sentence, or several, and what to do about it."""

    mark: Mark
    text: str
    to_do: str = ""
