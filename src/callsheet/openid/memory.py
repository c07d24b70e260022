"""The `IdentityProvider` port in memory: for tests. Whoever it is told of can sign in."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from callsheet.access.identities import Asked, Identity
from callsheet.errors.access import CredentialInvalid
from callsheet.openid.refusals import refusal_of

ADDRESS: Final = "http://127.0.0.1:1/authorize"


class MemoryProvider:
    """Knows the people whom `accept` named. Nothing is random here."""

    def __init__(self) -> None:
        self._count = 0
        self._codes: dict[str, tuple[str, Identity]] = {}

    async def ask(self, redirect_uri: str) -> tuple[str, Asked]:
        """See `IdentityProvider.ask`."""
        self._count += 1
        names = {name: f"{name}-{self._count}" for name in ("state", "nonce", "verifier")}
        asked = Asked(**names, redirect_uri=redirect_uri)
        return f"{ADDRESS}?{urlencode({'state': asked.state, 'redirect_uri': redirect_uri})}", asked

    def accept(self, state: str, person: Identity) -> Mapping[str, str]:
        """The answer after `person` signed in for the question of `state`."""
        code = f"code-{len(self._codes) + 1}"
        self._codes[code] = (state, person)
        return {"code": code, "state": state}

    async def identify(self, asked: Asked, answer: Mapping[str, str]) -> Identity:
        """See `IdentityProvider.identify`."""
        if "error" in answer:
            raise refusal_of(answer["error"], answer.get("error_description", ""))
        state, person = self._codes.pop(answer.get("code", ""), ("", None))
        if person is None or state != asked.state:
            raise CredentialInvalid("The provider does not know this sign-in any more. Begin again.")
        return person
