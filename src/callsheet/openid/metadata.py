"""What a provider says of itself (OpenID Connect Discovery 1.0)."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from callsheet.errors.kinds import Unavailable
from callsheet.scenario.json import Json

_MAX_URL: Final = 2_000


class _Document(BaseModel):
    """Of the document, what is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    scopes_supported: list[str] | None = None
    token_endpoint_auth_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Where a provider is asked, and how.

    Attributes:
        issuer: its name, which is in its tokens.
        asks: where a browser goes.
        redeems: where a code becomes tokens.
        keys: of its signatures.
        tells: where it says more of a person; None where it does not.
        scopes: that can be asked for; None where it does not say.
        secret_in_header: whether it takes the client's secret in a header; else in the body.
        names_itself: whether each of its answers has `iss` (RFC 9207).
    """

    issuer: str
    asks: str
    redeems: str
    keys: str
    tells: str | None
    scopes: frozenset[str] | None
    secret_in_header: bool
    names_itself: bool


def read_metadata(document: Json, issuer: str) -> Metadata:
    """The description of `issuer`.

    Raises:
        Unavailable: it is none, it is another provider's, or it names an address that is not safe.
    """
    try:
        read = _Document.model_validate(document)
    except ValidationError as exc:
        error = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in error["loc"]) or "the document"
        raise Unavailable(f"What the provider says of itself cannot be used: {where}: {error['msg']}.") from exc
    if read.issuer != issuer:
        raise Unavailable(
            f"The provider calls itself {read.issuer[:200]!r}, and the setting 'oidc_issuer' says {issuer!r}: "
            "they must be the same, to the last slash."
        )
    for address in (read.authorization_endpoint, read.token_endpoint, read.jwks_uri, read.userinfo_endpoint):
        if address is not None and not is_safe(address, loopback=is_loopback(issuer)):
            raise Unavailable(f"The provider names the address {address[:200]!r}, which is not one with https.")
    methods = read.token_endpoint_auth_methods_supported or ["client_secret_basic"]  # the specification's default
    return Metadata(
        issuer=issuer,
        asks=read.authorization_endpoint,
        redeems=read.token_endpoint,
        keys=read.jwks_uri,
        tells=read.userinfo_endpoint,
        scopes=None if read.scopes_supported is None else frozenset(read.scopes_supported),
        secret_in_header="client_secret_basic" in methods or "client_secret_post" not in methods,
        names_itself=read.authorization_response_iss_parameter_supported,
    )


def is_safe(address: str, *, loopback: bool) -> bool:
    """Whether a secret may be sent there: over TLS, or within this machine where `loopback` allows it."""
    try:
        url = urlsplit(address)
        whole = len(address) <= _MAX_URL and address.isprintable() and " " not in address
        if not whole or not url.hostname or url.username is not None or url.fragment or url.port == 0:
            return False
    except ValueError:
        return False
    return url.scheme == "https" or (url.scheme == "http" and loopback and is_loopback(address))


def is_loopback(address: str) -> bool:
    """Whether the host of a URL is this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
