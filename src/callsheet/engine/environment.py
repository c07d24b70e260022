"""What the operator gives scenarios by name: variables of the environment with a prefix of their own."""

from collections.abc import Mapping
from typing import Final

VARIABLE: Final = "CALLSHEET_ENV_"
SECRET: Final = "CALLSHEET_SECRET_"  # noqa: S105 - the beginning of a name


class OperatorEnvironment:
    """The `Environment` port: `CALLSHEET_ENV_<NAME>` is a plain value, `CALLSHEET_SECRET_<NAME>` a secret.

    The prefixes are the permission: nothing else of the process's environment can be named by a scenario, whose author
    need not be trusted with it.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Take what is there now; later changes are not seen."""
        self._variables = _with_prefix(environment, VARIABLE)
        self._secrets = _with_prefix(environment, SECRET)

    @property
    def variable_names(self) -> tuple[str, ...]:
        """The names of the plain values, sorted."""
        return tuple(sorted(self._variables))

    @property
    def secret_names(self) -> tuple[str, ...]:
        """The names of the secrets, sorted."""
        return tuple(sorted(self._secrets))

    def variable(self, name: str) -> str | None:
        """See `Environment.variable`."""
        return self._variables.get(name)

    def secret(self, name: str) -> str | None:
        """See `Environment.secret`."""
        return self._secrets.get(name)


def _with_prefix(environment: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in environment.items() if name.startswith(prefix)}
