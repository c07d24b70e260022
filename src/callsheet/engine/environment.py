"""What the operator gives scenarios by name: plain values, and secrets from several providers."""

from collections.abc import Mapping
from typing import Final, Protocol

VARIABLE: Final = "CALLSHEET_ENV_"
SECRET: Final = "CALLSHEET_SECRET_"  # noqa: S105 - the beginning of a name


class Provider(Protocol):
    """Gives secrets. What it gives may be another one at the next look."""

    name: str
    """What `callsheet secrets list` calls it."""

    def secrets(self) -> Mapping[str, str]:
        """Every secret that it has now, by name."""
        ...


class OperatorEnvironment:
    """The `Environment` port: `CALLSHEET_ENV_<NAME>` is a plain value, `CALLSHEET_SECRET_<NAME>` a secret.

    The prefixes are the permission: nothing else of the process's environment can be named by a scenario, whose author
    need not be trusted with it. A secret that is in no such variable comes from the first provider that has it.
    """

    def __init__(self, environment: Mapping[str, str], *providers: Provider) -> None:
        """Take what is in the environment now; later changes of it are not seen, those of providers are."""
        self._variables = _with_prefix(environment, VARIABLE)
        self._own = _with_prefix(environment, SECRET)
        self._providers = providers
        self._merged: tuple[list[Mapping[str, str]], Mapping[str, str]] = [], self._own

    @property
    def variable_names(self) -> tuple[str, ...]:
        """The names of the plain values, sorted."""
        return tuple(sorted(self._variables))

    @property
    def secret_names(self) -> tuple[str, ...]:
        """The names of the secrets, sorted."""
        return tuple(sorted(self.secrets()))

    def variable(self, name: str) -> str | None:
        """See `Environment.variable`."""
        return self._variables.get(name)

    def secret(self, name: str) -> str | None:
        """See `Environment.secret`."""
        return self.secrets().get(name)

    def secrets(self) -> Mapping[str, str]:
        """See `Environment.secrets`."""
        if not self._providers:
            return self._own
        seen = [provider.secrets() for provider in self._providers]
        known, secrets = self._merged
        if seen != known:
            merged: dict[str, str] = {}
            for each in reversed(seen):
                merged |= each
            secrets = merged | self._own
            self._merged = seen, secrets
        return secrets

    def provider_of(self, name: str) -> str | None:
        """Where the secret comes from: `environment`, or what its provider is called; None when it is nowhere."""
        if name in self._own:
            return "environment"
        return next((provider.name for provider in self._providers if name in provider.secrets()), None)


def _with_prefix(environment: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in environment.items() if name.startswith(prefix)}
