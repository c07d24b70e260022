"""What the HTTP side is told when it is built."""

from dataclasses import dataclass, field
from typing import Final

from callsheet.access.rates import Rate
from callsheet.api.session_cookie import SessionCookie
from callsheet.api.sources import Sources

MAX_BODY: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRates:
    """How often somebody may call.

    Attributes:
        key: one key, or one person.
        source: one address, whoever calls from it.
        guesses: credentials that are not accepted, from one address: see `Guesses`.
    """

    key: Rate
    source: Rate
    guesses: Rate = field(default_factory=lambda: Rate(20, 60.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOptions:
    """The settings of the HTTP side; seconds and bytes.

    Attributes:
        version: of the product, for the API page and `/healthz`.
        allowed_hosts: names under which the service may be called, beside the loopback's: `callsheet.example.org` with
            any port, `callsheet.example.org:8443` with this port only.
        secure_cookies: whether browsers reach the service by https, so that cookies are sent over TLS alone.
        oidc_name: what the button for the OpenID provider is called; empty when there is none.
        max_body: the largest request body.
        body_timeout: how long a request body may take to arrive.
        ping: how long an event stream is silent before a comment line keeps it open.
        send_timeout: how long a subscriber may leave its socket full before it is cut.
        ready_timeout: how long `/readyz` waits for the journal.
        rates: how often somebody may call; None where nobody is counted.
        sources: tells where a request comes from.
    """

    version: str = "0"
    allowed_hosts: tuple[str, ...] = ()
    secure_cookies: bool = False
    oidc_name: str = ""
    max_body: int = MAX_BODY
    body_timeout: float = 10.0
    ping: float = 15.0
    send_timeout: float = 10.0
    ready_timeout: float = 2.0
    rates: CallRates | None = None
    sources: Sources = field(default_factory=Sources)

    @property
    def cookie(self) -> SessionCookie:
        """That of sessions."""
        return SessionCookie(self.secure_cookies)
