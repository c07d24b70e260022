"""What the stores of access ask a writer to do. Everything in here crosses from the loop to the thread."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from callsheet.access.audit import Act, ActOutcome
from callsheet.access.keys import ApiKey
from callsheet.access.sessions import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class AddKey:
    """See `KeyStore.add`; `limit` is how many keys there may be."""

    key: ApiKey
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKey:
    """See `KeyStore.revoke`. Answered with the key, or None."""

    key_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchKey:
    """See `KeyStore.touch`."""

    key_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSession:
    """See `SessionStore.add`."""

    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSession:
    """See `SessionStore.remove`."""

    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginAct:
    """See `AuditLog.begin`."""

    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAct:
    """See `AuditLog.end`."""

    outcome: ActOutcome


AccessAction: TypeAlias = AddKey | RevokeKey | TouchKey | AddSession | RemoveSession | BeginAct | EndAct

AccessAnswer: TypeAlias = ApiKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAccess:
    """One change to keys, sessions or the audit log. Answered as its action says.

    Attributes:
        size: bytes of memory and, about, of disk.
    """

    action: AccessAction
    size: int
