"""The OpenID provider that the settings name."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from callsheet.access.identities import roles_of_groups
from callsheet.api.openid import OpenId
from callsheet.engine.clock import SystemClock
from callsheet.errors.service import ConfigurationInvalid
from callsheet.runs.ports import Cipher
from callsheet.settings import Settings

if TYPE_CHECKING:
    from callsheet.openid.provider import Registration

_TOGETHER: Final = ("oidc_issuer", "oidc_client_id", "oidc_roles")
"""None of them says anything without the others. A client without a secret proves itself by PKCE."""

_MISSING: Final = "People sign in through a provider with the extra 'oidc': pip install 'callsheet[oidc]'."


@asynccontextmanager
async def open_openid(settings: Settings, cipher: Cipher) -> AsyncGenerator[OpenId | None]:
    """How people sign in through the provider; None when the settings name none.

    Raises:
        ConfigurationInvalid: see `registration_of`.
    """
    registration = registration_of(settings)
    if registration is None:
        yield None
        return
    # Not on top: who has no provider need neither have these libraries nor wait for them.
    from callsheet.openid.provider import open_provider  # noqa: PLC0415

    clock = SystemClock()
    async with open_provider(registration, clock) as provider:
        yield OpenId(
            provider=provider,
            roles=roles_of_groups(settings.oidc_roles),
            public_url=settings.public_url,
            cipher=cipher,
            clock=clock,
        )


def registration_of(settings: Settings) -> "Registration | None":
    """How this service is known to the provider; None when the settings name none.

    Raises:
        ConfigurationInvalid: one of the settings that belong together is missing, the issuer is not one with https, the
            provider could not find the way back, nobody has to sign in, or the extra `oidc` is not installed.
    """
    given = [name for name in _TOGETHER if getattr(settings, name)]
    stray = [name for name in ("oidc_client_secret",) if getattr(settings, name) is not None]
    if not given and not stray:
        return None
    missing = [name for name in _TOGETHER if name not in given]
    if missing:
        raise ConfigurationInvalid(
            f"The setting '{(given + stray)[0]}' has no meaning without '{missing[0]}': see docs/security.md."
        )
    if settings.auth == "off":
        raise ConfigurationInvalid("The setting 'oidc_issuer' has no meaning without 'auth': nobody has to sign in.")
    try:
        from callsheet.openid.metadata import is_loopback, is_safe  # noqa: PLC0415 - see above
        from callsheet.openid.provider import Registration  # noqa: PLC0415 - see above
    except ImportError as exc:
        raise ConfigurationInvalid(_MISSING) from exc
    issuer, secret = settings.oidc_issuer or "", settings.oidc_client_secret
    if not is_safe(issuer, loopback=True):
        raise ConfigurationInvalid(f"The setting 'oidc_issuer' is {issuer!r}: it has to begin with https.")
    if settings.public_url is None and not is_loopback(f"http://{_in_url(settings.host)}"):
        raise ConfigurationInvalid(
            "People come back from the provider to 'public_url', which is not set. Such as https://callsheet.example."
        )
    return Registration(
        issuer=issuer,
        client_id=settings.oidc_client_id or "",
        client_secret="" if secret is None else secret.get_secret_value(),
        roles_claim=settings.oidc_roles_claim,
    )


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
