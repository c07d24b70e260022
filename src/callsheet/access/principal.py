"""Who calls."""

from dataclasses import dataclass
from typing import Final

from callsheet.access.mandate import Mandate
from callsheet.access.patterns import ALL, Patterns
from callsheet.access.scopes import CHANGES_FOR_ALL, SCOPES_OF, TELLS_OF_ALL, Role, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A caller whose credential was checked.

    Attributes:
        subject: owns the runs that they start and is named in the audit log: `key:<name>`, `user:<sub>`, `local`.
        name: for people.
        role: what they may do.
        every_run: whether they see the runs of others, too.
        scenarios: the scenarios that they may see and run.
        tools: the tools that they may call, also through runs; each is `server/tool`.
        key_id: the API key that they called with, or signed in with; None for people of an OpenID provider.
    """

    subject: str
    name: str
    role: Role
    every_run: bool
    scenarios: Patterns = ALL
    tools: Patterns = ALL
    key_id: str | None = None

    @property
    def scopes(self) -> frozenset[Scope]:
        """What they may do: what the role allows, but for what reaches beyond their runs, scenarios and tools."""
        beyond = TELLS_OF_ALL if self.is_restricted else frozenset[Scope]()
        if not (self.scenarios.allow_all and self.tools.allow_all):
            beyond |= CHANGES_FOR_ALL
        return SCOPES_OF[self.role] - beyond

    def may(self, scope: Scope) -> bool:
        """Whether `scopes` has it."""
        return scope in self.scopes

    def sees(self, owner: str, scenario_id: str) -> bool:
        """Whether they may know of a run of `owner` and do with it what their role allows."""
        return (self.every_run or owner == self.subject) and self.scenarios.allow(scenario_id)

    @property
    def is_known(self) -> bool:
        """Whether a credential says who they are; who calls without one is believed what they say."""
        return self.subject not in {LOCAL.subject, STRANGER.subject}

    def is_called(self, name: str) -> bool:
        """Whether `name` means them: it is their subject, or what follows its first colon and has none itself."""
        return name == self.subject or (":" not in name and name == self.subject.partition(":")[2])

    @property
    def mandate(self) -> Mandate:
        """On whose behalf the runs that they start work."""
        return Mandate(owner=self.subject, tools=self.tools, scenarios=self.scenarios)

    @property
    def is_restricted(self) -> bool:
        """Whether there are runs that they may not see."""
        return not (self.every_run and self.scenarios.allow_all)


PRINCIPAL: Final = "callsheet.principal"
"""In the scope of a request: the `Principal`, or the error that says why there is none."""

LOCAL: Final = Principal(subject="local", name="local", role=Role.ADMIN, every_run=True)
"""Everybody, where nobody is asked who they are: on this machine's loopback, and at the command line."""

STRANGER: Final = Principal(subject="", name="", role=Role.VIEWER, every_run=False, scenarios=Patterns(()))
"""Whoever comes to a route that is open to all without being known: nothing is theirs."""
