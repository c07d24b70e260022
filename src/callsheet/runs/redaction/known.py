"""Which secrets there are: those of the operator, those of the tool servers, and what they were before a change."""

from collections.abc import Iterable, Mapping
from typing import Final

from callsheet.runs.ports import Environment
from callsheet.runs.redaction.redactor import NOTHING, Redactor
from callsheet.scenario.model import Scenario
from callsheet.scenario.steps.tool import ToolStep

_MOST_KEPT: Final = 256
"""Redactors that are kept, one for each set of secrets."""

_MOST_VALUES: Final = 4
"""Of one secret that was changed: a tool server may still say the old one."""

Secrets = Mapping[str, str]
"""Values by name."""


class KnownSecrets:
    """Gives redactors that know a secret's present value and those that it had since the process began.

    Args:
        environment: has the operator's secrets.
        servers: the secrets that `mcp.json` gives each tool server, by the server's name.
    """

    def __init__(self, environment: Environment, servers: Mapping[str, Secrets] | None = None) -> None:
        self._environment = environment
        self._servers = servers or {}
        self._values: dict[str, tuple[str, ...]] = {}
        self._redactors: dict[frozenset[tuple[str, str]], Redactor] = {}
        self._scenarios: dict[int, tuple[Scenario, tuple[str, ...]]] = {}
        self._of: dict[tuple[str, ...], tuple[tuple[str | None, ...], Redactor]] = {}
        self._all: tuple[Secrets, Redactor] | None = None
        for secrets in self._servers.values():
            self._note(secrets)
        self.everything()

    def value(self, name: str) -> str | None:
        """What the secret is now; whoever is given it here can rely on it being known from then on."""
        found = self._environment.secret(name)
        if found is not None:
            self._note({name: found})
        return found

    def everything(self) -> Redactor:
        """Of every secret that this process knows: for what belongs to no run, such as logs and tool servers."""
        present = self._environment.secrets()
        known = self._all
        if known is None or known[0] != present:
            self._note(present)
            known = self._all = dict(present), self._redactor(self._values)
        return known[1]

    def of(self, scenario: Scenario) -> Redactor:
        """Of the secrets that a scenario declares, and of those that the tool servers have which it can call."""
        names = self._names(scenario)
        if not names:
            return NOTHING
        present = tuple(map(self.value, scenario.secrets))
        found = self._of.get(names)
        if found is None or found[0] != present:
            found = self._of[names] = present, self._redactor(names)
        return found[1]

    def _names(self, scenario: Scenario) -> tuple[str, ...]:
        # It is asked before every call of a tool, and by the identity of a document that is kept here as long.
        found = self._scenarios.get(id(scenario))
        if found is None:
            if len(self._scenarios) >= _MOST_KEPT:
                self._scenarios.clear()
                self._of.clear()
            names = (*scenario.secrets, *self._of_servers(scenario))
            found = self._scenarios[id(scenario)] = scenario, names
        return found[1]

    def _of_servers(self, scenario: Scenario) -> Iterable[str]:
        if not any(self._servers.values()):
            return ()
        default = scenario.defaults.server
        called = {step.server or default for step in scenario.all_steps if isinstance(step, ToolStep)}
        return [name for server, secrets in self._servers.items() if called & {server, None} for name in secrets]

    def _note(self, secrets: Secrets) -> None:
        for name, secret in secrets.items():
            values = self._values.get(name, ())
            if secret not in values:
                self._values[name] = (secret, *values)[:_MOST_VALUES]
                self._of.clear()  # one name may be noted by several: of scenarios, and of tool servers
                self._all = None

    def _redactor(self, names: Iterable[str]) -> Redactor:
        pairs = frozenset((name, value) for name in names for value in self._values.get(name, ()))
        if not pairs:
            return NOTHING
        found = self._redactors.get(pairs)
        if found is None:
            if len(self._redactors) >= _MOST_KEPT:
                self._redactors.clear()
            found = self._redactors[pairs] = Redactor(sorted(pairs))
        return found
