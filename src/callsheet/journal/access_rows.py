"""Rows of keys, sessions and acts as what they stand for, whatever the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString, TypeAlias

import orjson

from callsheet.access.audit import Act, ActOutcome, AuditEntry
from callsheet.access.keys import ApiKey
from callsheet.access.patterns import Patterns
from callsheet.access.principal import Principal
from callsheet.access.scopes import Role
from callsheet.access.sessions import Session
from callsheet.errors.journal import JournalUnavailable

Row: TypeAlias = tuple[Any, ...]
"""What the database gives for a row: each function knows the columns that it asked for."""

KEY_COLUMNS: Final[LiteralString] = (
    "key_id, digest, name, role, every_run, created_at, created_by, scenarios, tools, expires_at, last_used_at,"
    " revoked_at"
)
SESSION_COLUMNS: Final[LiteralString] = (
    "digest, subject, name, role, every_run, scenarios, tools, key_id, created_at, expires_at"
)
ACT_COLUMNS: Final[LiteralString] = "act_id, at, subject, role, source, action, target, details"
ENTRY_COLUMNS: Final[LiteralString] = (
    "a.number, a.act_id, a.at, a.subject, a.role, a.source, a.action, a.target, a.details, o.at, o.result, o.target"
)
"""Of `audit_acts` as a and `audit_outcomes` as o."""


def listed(patterns: Patterns) -> str:
    """Patterns as the text of a column."""
    return orjson.dumps(patterns.texts).decode()


def described(details: Mapping[str, str]) -> str:
    """The details of an act as the text of a column."""
    return orjson.dumps(dict(details)).decode()


@dataclass(frozen=True, slots=True)
class AccessRows:
    """Reads rows.

    Attributes:
        moment: what a column of a moment stands for; raises `TypeError` or `ValueError`.
    """

    moment: Callable[[Any], datetime]

    def key(self, row: Row) -> ApiKey:
        """The key of a row of `KEY_COLUMNS`.

        Raises:
            JournalUnavailable: the row is not what was written.
        """
        try:
            key_id, digest, name, role, every_run, created_at, created_by, scenarios, tools, *moments = row
            expires_at, last_used_at, revoked_at = moments
            return ApiKey(
                key_id=str(key_id),
                digest=str(digest),
                name=str(name),
                role=Role(role),
                every_run=bool(every_run),
                created_at=self.moment(created_at),
                created_by=str(created_by),
                scenarios=_patterns(scenarios),
                tools=_patterns(tools),
                expires_at=self._perhaps(expires_at),
                last_used_at=self._perhaps(last_used_at),
                revoked_at=self._perhaps(revoked_at),
            )
        except (TypeError, ValueError) as exc:
            raise _damaged("api_keys") from exc

    def session(self, row: Row) -> Session:
        """The session of a row of `SESSION_COLUMNS`.

        Raises:
            JournalUnavailable: the row is not what was written.
        """
        try:
            digest, subject, name, role, every_run, scenarios, tools, key_id, created_at, expires_at = row
            principal = Principal(
                subject=str(subject),
                name=str(name),
                role=Role(role),
                every_run=bool(every_run),
                scenarios=_patterns(scenarios),
                tools=_patterns(tools),
                key_id=None if key_id is None else str(key_id),
            )
            return Session(
                digest=str(digest),
                principal=principal,
                created_at=self.moment(created_at),
                expires_at=self.moment(expires_at),
            )
        except (TypeError, ValueError) as exc:
            raise _damaged("sessions") from exc

    def entry(self, row: Row) -> AuditEntry:
        """The act and its outcome of a row of `ENTRY_COLUMNS`.

        Raises:
            JournalUnavailable: the row is not what was written.
        """
        try:
            number, act_id, at, subject, role, source, action, target, details, ended_at, result, came_to_be = row
            act = Act(
                act_id=str(act_id),
                at=self.moment(at),
                subject=str(subject),
                role=str(role),
                source=str(source),
                action=str(action),
                target=str(target),
                details=_details(details),
            )
            outcome = None
            if ended_at is not None:
                ended = self.moment(ended_at)
                outcome = ActOutcome(act_id=str(act_id), at=ended, result=str(result), target=str(came_to_be))
            return AuditEntry(number=int(number), act=act, outcome=outcome)
        except (TypeError, ValueError) as exc:
            raise _damaged("audit_acts") from exc

    def _perhaps(self, moment: Any) -> datetime | None:
        return None if moment is None else self.moment(moment)


def _patterns(text: str) -> Patterns:
    found: list[object] = orjson.loads(text)
    return Patterns(tuple(str(each) for each in found))


def _details(text: str) -> Mapping[str, str]:
    found: dict[str, object] = orjson.loads(text)
    return {name: str(said) for name, said in found.items()}


def _damaged(table: str) -> JournalUnavailable:
    return JournalUnavailable(f"The table '{table}' of the journal holds a row that is not what was written.")
