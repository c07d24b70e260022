"""Keys, sessions and acts as every adapter gives them back: texts that can be stored, moments in UTC and cut."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from callsheet.access.audit import Act, ActOutcome, AuditFilter
from callsheet.access.keys import ApiKey
from callsheet.access.sessions import Session
from callsheet.errors.kinds import Conflict
from callsheet.journal.projection import as_stored, storable

MAX_NUMBER: Final = 2**63 - 1
"""The largest number that a column can have."""


def key_as_stored(key: ApiKey) -> ApiKey:
    """`key` after it was written and read."""
    return replace(
        key,
        created_at=as_stored(key.created_at),
        expires_at=_perhaps(key.expires_at),
        last_used_at=_perhaps(key.last_used_at),
        revoked_at=_perhaps(key.revoked_at),
    )


def session_as_stored(session: Session) -> Session:
    """`session` after it was written and read."""
    # The name comes from whoever knows these people, and may have any character.
    said = session.principal
    principal = replace(said, subject=storable(said.subject), name=storable(said.name))
    created_at, expires_at = as_stored(session.created_at), as_stored(session.expires_at)
    return replace(session, principal=principal, created_at=created_at, expires_at=expires_at)


def act_as_stored(act: Act) -> Act:
    """`act` after it was written and read."""
    return replace(
        act,
        at=as_stored(act.at),
        subject=storable(act.subject),
        source=storable(act.source),
        target=storable(act.target),
        details={storable(name): storable(text) for name, text in act.details.items()},
    )


def outcome_as_stored(outcome: ActOutcome) -> ActOutcome:
    """`outcome` after it was written and read."""
    return replace(outcome, at=as_stored(outcome.at), target=storable(outcome.target))


def filter_as_stored(where: AuditFilter) -> AuditFilter:
    """`where` for entries that were written: what cannot be was replaced, and is found by what it became."""
    return replace(where, **{name: storable(text) for name, text in _texts(where).items()})


def number_as_stored(number: int) -> int:
    """The bound of a page as a column can be compared with."""
    return max(0, min(number, MAX_NUMBER))


def same_key_id(key_id: str) -> Conflict:
    """The refusal of a key whose id another one has."""
    return Conflict(f"There is a key {key_id} already.")


def too_many_keys(limit: int) -> Conflict:
    """The refusal of one key more."""
    return Conflict(f"There are {limit} keys already, which is the limit. Revoke one that nobody needs.")


def _texts(where: AuditFilter) -> dict[str, str]:
    texts = {"subject": where.subject, "action": where.action, "target": where.target}
    return {name: text for name, text in texts.items() if text is not None}


def _perhaps(moment: datetime | None) -> datetime | None:
    return None if moment is None else as_stored(moment)
