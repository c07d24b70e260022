"""What can be allowed, and which role allows it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """One thing that a caller may be allowed to do; every route names the one that it needs."""

    RUNS_READ = "runs:read"
    RUNS_WRITE = "runs:write"
    SCENARIOS_READ = "scenarios:read"
    SCENARIOS_WRITE = "scenarios:write"
    TOOLS_READ = "tools:read"
    TOOLS_CALL = "tools:call"
    TRIGGERS_READ = "triggers:read"
    TRIGGERS_OPERATE = "triggers:operate"
    TRIGGERS_WRITE = "triggers:write"
    STATS_READ = "stats:read"
    METRICS_READ = "metrics:read"
    SETTINGS_READ = "settings:read"
    KEYS_MANAGE = "keys:manage"
    SECRETS_MANAGE = "secrets:manage"
    AUDIT_READ = "audit:read"


class Role(StrEnum):
    """What somebody is here for; each role may do all that the one before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    AUTHOR = "author"
    ADMIN = "admin"


_VIEWER: Final = frozenset(
    {
        Scope.RUNS_READ,
        Scope.SCENARIOS_READ,
        Scope.TOOLS_READ,
        Scope.TRIGGERS_READ,
        Scope.STATS_READ,
        Scope.METRICS_READ,
    }
)
_OPERATOR: Final = _VIEWER | {Scope.RUNS_WRITE, Scope.TRIGGERS_OPERATE}
_AUTHOR: Final = _OPERATOR | {Scope.SCENARIOS_WRITE, Scope.TRIGGERS_WRITE, Scope.TOOLS_CALL}

SCOPES_OF: Final[Mapping[Role, frozenset[Scope]]] = {
    Role.VIEWER: _VIEWER,
    Role.OPERATOR: _OPERATOR,
    Role.AUTHOR: _AUTHOR,
    Role.ADMIN: frozenset(Scope),
}
"""The scopes of each role."""

TELLS_OF_ALL: Final = frozenset({Scope.METRICS_READ, Scope.AUDIT_READ})
"""What tells of everybody's runs at once: only for who may see them all, whatever their role."""

CHANGES_FOR_ALL: Final = frozenset({Scope.SECRETS_MANAGE})
"""What changes with what everybody's runs work, and whom hooks believe: only for who may run and call all."""
