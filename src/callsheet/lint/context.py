"""What is known around a scenario that is checked: the tools it calls, and the scenarios it begins."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from callsheet.lint.drift import Drift
from callsheet.lint.signatures import Signatures
from callsheet.scenario.model import Scenario

Scenarios: TypeAlias = Mapping[str, Scenario] | Callable[[str], Scenario | None]
"""The scenarios that can be run, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LintContext:
    """Everything in here may be absent; the rules that need it then say nothing.

    Attributes:
        signatures: the tools, from live servers or a lockfile.
        scenarios: the other scenarios; they must not change while a scenario is checked.
        drifts: the used tools that are not what was locked.
    """

    signatures: Signatures | None = None
    scenarios: Scenarios | None = None
    drifts: tuple[Drift, ...] = ()

    def scenario(self, scenario_id: str) -> Scenario | None:
        """The scenario with this id; None when there is none, or nothing is known of others."""
        match self.scenarios:
            case None:
                return None
            case Mapping() as known:
                return known.get(scenario_id)
            case find:
                return find(scenario_id)

    @property
    def scenario_ids(self) -> Iterable[str]:
        """The ids that are known, for suggestions."""
        return () if self.scenarios is None or callable(self.scenarios) else self.scenarios


ALONE: Final = LintContext()
"""Nothing is known but the scenario itself."""
