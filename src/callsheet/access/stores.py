"""What is kept about callers, together."""

from dataclasses import dataclass

from callsheet.access.audit import AuditLog
from callsheet.access.keys import KeyStore
from callsheet.access.sessions import SessionStore


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessStores:
    """Keys, sessions and the record of what was done, in one place of storage."""

    keys: KeyStore
    sessions: SessionStore
    audit: AuditLog
