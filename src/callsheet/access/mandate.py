"""On whose behalf a run works: kept with the run, so that it holds for all its life and in every process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from callsheet.access.patterns import ALL, Patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """Whose run it is, and what it may do for them.

    Attributes:
        owner: `Principal.subject` of who started it, `schedule:<name>` or `hook:<name>`; empty where that is not known,
            as of runs that are older than owners.
        tools: the tools that it may call; each is `server/tool`.
        scenarios: the scenarios that its steps may start.
    """

    owner: str = ""
    tools: Patterns = ALL
    scenarios: Patterns = ALL

    def fields(self) -> dict[str, object]:
        """The JSON of it; what restricts nothing is left out."""
        return {
            **({"owner": self.owner} if self.owner else {}),
            **({} if self.tools.allow_all else {"tools_allowed": list(self.tools.texts)}),
            **({} if self.scenarios.allow_all else {"scenarios_allowed": list(self.scenarios.texts)}),
        }

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self:
        """What `fields` wrote, among other keys. `Any`: JSON as it was stored.

        Raises:
            TypeError: patterns are no list of texts.
        """
        return cls(
            owner=fields.get("owner", ""),
            tools=_patterns(fields.get("tools_allowed")),
            scenarios=_patterns(fields.get("scenarios_allowed")),
        )


NOBODY: Final = Mandate()
"""Of a run whose owner is not known; it may do everything."""


def _patterns(stored: Any) -> Patterns:
    if stored is None:
        return ALL
    if not all(isinstance(text, str) for text in stored):
        raise TypeError("patterns are texts")
    return Patterns(tuple(stored))
