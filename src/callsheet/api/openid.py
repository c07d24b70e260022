"""People sign in through an OpenID provider: what the routes of `routes/openid.py` do, beside HTTP."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Final

from callsheet.access.identities import Asked, IdentityProvider
from callsheet.access.scopes import Role
from callsheet.errors.access import CredentialInvalid
from callsheet.errors.secrets import DecryptionFailed
from callsheet.runs.ports import Cipher, Clock

LOGIN_PATH: Final = "/api/session/oidc"
CALLBACK_PATH: Final = f"{LOGIN_PATH}/callback"
COOKIE: Final = "callsheet_sign_in"

LASTS: Final = timedelta(minutes=10)
"""How long somebody may take at the provider."""

_MINUTES: Final = int(LASTS.total_seconds() // 60)
_PURPOSE: Final = "openid sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenId:
    """How people sign in through a provider.

    Attributes:
        provider: vouches for them.
        roles: of its groups.
        public_url: where people reach this service; None where they call the loopback alone.
        cipher: keeps the question in the browser from being read or changed, so that any process can take the answer.
    """

    provider: IdentityProvider
    roles: Mapping[str, Role]
    public_url: str | None
    cipher: Cipher
    clock: Clock

    async def ask(self, redirect_uri: str, path: str) -> tuple[str, str]:
        """Where the browser goes, and what the cookie `COOKIE` has to hold meanwhile.

        Args:
            redirect_uri: the address of `CALLBACK_PATH`, as the browser reaches it.
            path: of the page that the person wanted.

        Raises:
            Unavailable: see `IdentityProvider.ask`.
        """
        url, asked = await self.provider.ask(redirect_uri)
        until = self.clock.now() + LASTS
        carried = {**asdict(asked), "path": path, "until": until.timestamp()}
        return url, self.cipher.encrypt(json.dumps(carried), _PURPOSE)

    def recall(self, cookie: str, state: str) -> "Carried":
        """What the cookie holds, when the answer of `state` is one to it.

        Raises:
            CredentialInvalid: it is not, or is too late. Nothing is known of who comes like this.
        """
        try:
            held = json.loads(self.cipher.decrypt(cookie, _PURPOSE))
        except DecryptionFailed as exc:
            raise _begin_again() from exc
        path, until = held.pop("path"), held.pop("until")
        asked = Asked(**held)
        if not hmac.compare_digest(asked.state.encode(), state.encode()) or self.clock.now().timestamp() >= until:
            raise _begin_again()
        return Carried(asked=asked, path=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a browser carried to the provider and back.

    Attributes:
        asked: the question.
        path: of the page that the person wanted.
    """

    asked: Asked
    path: str


def _begin_again() -> CredentialInvalid:
    return CredentialInvalid(
        f"This answer of the provider belongs to no sign-in that this browser began in the last {_MINUTES} minutes. "
        "Begin again."
    )
