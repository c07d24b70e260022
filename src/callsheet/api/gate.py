"""Who is let in, and what is written down of it: what the HTTP side needs of access, together."""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, Self

from loguru import logger

from callsheet.access.acts import Acts
from callsheet.access.audit import AuditLog
from callsheet.access.authenticator import Authenticator
from callsheet.access.desk import KeyDesk
from callsheet.access.guesses import Guesses
from callsheet.access.rates import Rate
from callsheet.access.stores import AccessStores
from callsheet.runs.ports import Clock, Entropy


class SecretEntropy(Entropy, Protocol):
    """Chance that is good enough for keys."""

    def random_bytes(self, count: int) -> bytes:
        """`count` bytes that nobody can guess."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What stands between callers and routes.

    Attributes:
        asks: whether callers have to say who they are; else everybody is `LOCAL`.
        authenticator: checks credentials, and begins and ends sessions.
        keys: makes keys and takes them back.
        acts: writes the audit log.
        audit: the same log, to be read.
        clock: for what has to happen later.
        guesses: keeps those out who try many credentials.
    """

    asks: bool
    authenticator: Authenticator
    keys: KeyDesk
    acts: Acts
    audit: AuditLog
    clock: Clock
    guesses: Guesses

    @classmethod
    def over(
        cls,
        stores: AccessStores,
        *,
        clock: Clock,
        entropy: SecretEntropy,
        asks: bool = False,
        session_length: timedelta = timedelta(hours=12),
        guesses: Rate | None = None,
    ) -> Self:
        """The gate over stores; `guesses` is how many wrong credentials may come from one address."""
        return cls(
            asks=asks,
            authenticator=Authenticator(
                keys=stores.keys,
                sessions=stores.sessions,
                clock=clock,
                random_bytes=entropy.random_bytes,
                session_length=session_length,
            ),
            keys=KeyDesk(keys=stores.keys, clock=clock, random_bytes=entropy.random_bytes),
            acts=Acts(log=stores.audit, clock=clock, new_id=entropy.run_id, on_lost=say_lost),
            audit=stores.audit,
            clock=clock,
            guesses=Guesses(guesses, time.monotonic),
        )


def say_lost(act_id: str) -> None:
    """Write into the log that the audit log does not tell what became of an act."""
    logger.error(
        "What became of the act {} could not be written into the audit log: it stays without a result.", act_id
    )
