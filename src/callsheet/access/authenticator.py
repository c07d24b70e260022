"""Who comes with a credential: an API key, or the token of a session."""

import base64
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from callsheet.access.desk import Clock
from callsheet.access.keys import TOUCHED_EVERY, ApiKey, KeyStore, digest_of, is_same, key_id_of
from callsheet.access.principal import Principal
from callsheet.access.sessions import TOKEN_BYTES, Session, SessionStore
from callsheet.errors.access import CredentialExpired, CredentialInvalid
from callsheet.errors.journal import JournalUnavailable

REMEMBERED: Final = timedelta(seconds=5)
"""How long what the store said of a credential counts: what another process takes back may be used for so long."""

MAX_REMEMBERED: Final = 10_000

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session that just began, with the token that only the browser keeps."""

    session: Session
    token: str

    def __repr__(self) -> str:
        """Without the token."""
        return f"NewSession({self.session.principal.subject})"


class Authenticator:
    """Checks credentials, and begins and ends sessions.

    Args:
        keys: the store of keys.
        sessions: the store of sessions.
        clock: for expiry.
        random_bytes: gives as many bytes as it is asked for, which nobody can guess.
        session_length: how long somebody who signed in stays so.
    """

    def __init__(
        self,
        *,
        keys: KeyStore,
        sessions: SessionStore,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
        session_length: timedelta,
    ) -> None:
        self._keys = keys
        self._sessions = sessions
        self._clock = clock
        self._random_bytes = random_bytes
        self._session_length = session_length
        self._known_keys = _Remembered[ApiKey](clock)
        self._known_sessions = _Remembered[Session](clock)

    async def by_key(self, text: str) -> Principal:
        """Who calls with the key `text`.

        Raises:
            CredentialInvalid: it is none, or was taken back.
            CredentialExpired: it was one.
            JournalUnavailable: nobody can tell now.
        """
        return (await self._key(text)).principal

    async def by_token(self, token: str) -> Session:
        """The session whose cookie has `token`.

        Raises:
            CredentialInvalid: there is none, or it was ended.
            CredentialExpired: it is over.
            JournalUnavailable: nobody can tell now.
        """
        if _TOKEN.fullmatch(token) is None:
            raise CredentialInvalid("The session's cookie is not one of this service. Sign in again.")
        digest = digest_of(token)
        session = await self._known_sessions.get(digest, self._sessions.find)
        if session is None:
            raise CredentialInvalid("The session was ended, or its key was revoked. Sign in again.")
        if session.expires_at <= self._clock.now():
            raise CredentialExpired("The session is over. Sign in again.")
        return session

    async def sign_in(self, text: str) -> NewSession:
        """Begin a session with the key `text`; it ends with the key at the latest.

        Raises:
            CredentialInvalid: it is none, or was taken back.
            CredentialExpired: it was one.
            JournalUnavailable: the session could not be kept.
        """
        key = await self._key(text)
        return await self.begin(key.principal, until=key.expires_at)

    async def begin(self, principal: Principal, *, until: datetime | None = None) -> NewSession:
        """Begin a session of somebody whose credential was checked; its token is a new one each time.

        Args:
            principal: who signed in.
            until: when it ends at the latest; None for the usual time.

        Raises:
            JournalUnavailable: it could not be kept.
        """
        now = self._clock.now()
        usual = now + self._session_length
        token = base64.urlsafe_b64encode(self._random_bytes(TOKEN_BYTES)).decode().rstrip("=")
        session = Session(
            digest=digest_of(token),
            principal=principal,
            created_at=now,
            expires_at=usual if until is None else min(usual, until),
        )
        await self._sessions.add(session)
        return NewSession(session=session, token=token)

    async def end(self, token: str) -> None:
        """End the session of `token`; without effect when there is none.

        Raises:
            JournalUnavailable: that could not be kept.
        """
        digest = digest_of(token)
        await self._sessions.remove(digest)
        self._known_sessions.forget(digest)

    def forget_key(self, key_id: str) -> None:
        """Ask the store again for this key and its sessions: it was taken back."""
        self._known_keys.forget(key_id)
        self._known_sessions.forget_all(lambda session: session.principal.key_id == key_id)

    async def _key(self, text: str) -> ApiKey:
        key_id = key_id_of(text)
        key = None if key_id is None else await self._known_keys.get(key_id, self._keys.find)
        if key is None or not is_same(key, text) or key.revoked_at is not None:
            raise CredentialInvalid
        now = self._clock.now()
        if not key.counts(now):
            raise CredentialExpired("The API key has expired.")
        if key.last_used_at is None or now - key.last_used_at >= TOUCHED_EVERY:
            self._known_keys.change(key.key_id, replace(key, last_used_at=now))
            with suppress(JournalUnavailable):  # a disk that is full keeps nobody from reading
                await self._keys.touch(key.key_id, now)
        return key


class _Remembered(Generic[_T]):
    """What a store said of something a moment ago; that it knows nothing is not remembered.

    Args:
        clock: tells how long ago.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._values: OrderedDict[str, tuple[datetime, _T]] = OrderedDict()

    async def get(self, name: str, ask: Callable[[str], Awaitable[_T | None]]) -> _T | None:
        asked_at = self._clock.now()
        if (found := self._values.get(name)) is not None and timedelta() <= asked_at - found[0] < REMEMBERED:
            return found[1]
        value = await ask(name)
        if value is None:
            self._values.pop(name, None)
            return None
        self._values[name] = (asked_at, value)
        self._values.move_to_end(name)
        if len(self._values) > MAX_REMEMBERED:
            self._values.popitem(last=False)
        return value

    def change(self, name: str, value: _T) -> None:
        """Remember `value` instead, for no longer than what it replaces."""
        if (found := self._values.get(name)) is not None:
            self._values[name] = (found[0], value)

    def forget(self, name: str) -> None:
        self._values.pop(name, None)

    def forget_all(self, concerns: Callable[[_T], bool]) -> None:
        for name in [name for name, (_, value) in self._values.items() if concerns(value)]:
            del self._values[name]
