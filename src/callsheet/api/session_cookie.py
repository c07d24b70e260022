"""The cookie of a session, and that others may set one of its name.

A page of a neighbour (another host of the same site, another port of this machine) can set cookies that the browser
sends to us, too: garbage, so that nobody stays signed in, or the token of a session of its own. Where browsers come by
https the name begins with `__Host-`: they let nobody else set such a one. Elsewhere each cookie of the name is looked
at, and it is the only one that counts, or none.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from callsheet.access.authenticator import NewSession
from callsheet.errors.access import CredentialInvalid

HOST_ONLY: Final = "__Host-"
"""Browsers take a cookie of such a name with `Secure`, for `/` and from the host itself alone (RFC 6265bis)."""

MOST_COOKIES: Final = 8
"""Cookies of the name that are looked at; more are nobody's accident."""


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """How the cookie is called, set and read.

    Attributes:
        secure: whether browsers come by https.
    """

    secure: bool = False

    @property
    def name(self) -> str:
        """Its name."""
        return f"{HOST_ONLY if self.secure else ''}callsheet_session"

    def tokens(self, scope: Scope) -> list[str]:
        """The different tokens of the request's cookies, each once; usually there is one, or none.

        Raises:
            CredentialInvalid: there are more than anybody has by accident.
        """
        values = (value.decode("latin-1") for key, value in scope["headers"] if key == b"cookie")
        pairs = (pair.partition("=") for value in values for pair in value.split(";"))
        tokens = list(dict.fromkeys(token.strip() for name, _, token in pairs if name.strip() == self.name))
        if len(tokens) > MOST_COOKIES:
            raise CredentialInvalid(f"There are {len(tokens)} cookies '{self.name}'. Remove them, and sign in again.")
        return tokens

    def set(self, response: Response, new: NewSession, *, now: datetime) -> None:
        """Let the browser keep a session that just began."""
        lasts = max(int((new.session.expires_at - now).total_seconds()), 1)
        response.set_cookie(
            self.name, new.token, max_age=lasts, path="/", secure=self.secure, httponly=True, samesite="strict"
        )

    def clear(self, response: Response) -> None:
        """Let the browser forget its session."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="strict")
