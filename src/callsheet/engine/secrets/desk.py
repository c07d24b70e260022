"""Adapters of the SecretDesk port: over the store of a data folder, and in memory."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from callsheet.access.secrets import SecretEntry
from callsheet.engine.environment import OperatorEnvironment
from callsheet.engine.secrets.store import SecretStore, check_name, check_value
from callsheet.errors.kinds import Invalid, Problem, Unavailable
from callsheet.errors.secrets import SecretNotFound

_T = TypeVar("_T")


class StoredSecrets:
    """The `SecretDesk` port over the encrypted store; files are read and written in a thread.

    Args:
        given: what this process uses.
        store: of its data folder.
    """

    def __init__(self, given: OperatorEnvironment, store: SecretStore) -> None:
        self._given = given
        self._store = store

    async def list(self) -> Sequence[SecretEntry]:
        """See `SecretDesk`."""
        return await asyncio.to_thread(self._list)

    async def set(self, name: str, secret: str) -> SecretEntry:
        """See `SecretDesk`."""
        _check(name, secret)
        await _written(name, lambda: self._store.set(name, secret))
        provider = self._given.provider_of(name) or self._store.name  # which sees it within a second
        return SecretEntry(name=name, provider=provider, changed_at=datetime.now(UTC))

    async def remove(self, name: str) -> None:
        """See `SecretDesk`."""
        _check(name)
        if not await _written(name, lambda: self._store.remove(name)):
            raise _unknown(name)

    def _list(self) -> Sequence[SecretEntry]:
        stored = {each.name: each.set_at for each in self._store.stored()}
        return [
            SecretEntry(name=name, provider=self._given.provider_of(name) or "", changed_at=stored.get(name))
            for name in sorted({*self._given.secret_names, *stored})
        ]


class MemorySecrets:
    """The `SecretDesk` port without a store."""

    def __init__(self) -> None:
        self.values: dict[str, tuple[str, datetime]] = {}

    async def list(self) -> Sequence[SecretEntry]:
        """See `SecretDesk`."""
        return [
            SecretEntry(name=name, provider="store", changed_at=at) for name, (_, at) in sorted(self.values.items())
        ]

    async def set(self, name: str, secret: str) -> SecretEntry:
        """See `SecretDesk`."""
        _check(name, secret)
        self.values[name] = secret, (now := datetime.now(UTC))
        return SecretEntry(name=name, provider="store", changed_at=now)

    async def remove(self, name: str) -> None:
        """See `SecretDesk`."""
        _check(name)
        if self.values.pop(name, None) is None:
            raise _unknown(name)


def _check(name: str, secret: str | None = None) -> None:
    for field, check, value in (("name", check_name, name), ("value", check_value, secret)):
        try:
            if value is not None:
                check(value)
        except ValueError as exc:
            raise Invalid(str(exc), (Problem(pointer=f"/{field}", message=str(exc)),)) from None


async def _written(name: str, change: Callable[[], _T]) -> _T:
    try:
        return await asyncio.to_thread(change)
    except OSError as exc:
        raise Unavailable(f"The secret {name!r} was not changed: {exc.strerror or type(exc).__name__}.") from None


def _unknown(name: str) -> SecretNotFound:
    return SecretNotFound(f"There is no secret {name!r} in the store.")
