"""The origin of an address: how far a credential, a redirect and a word of a server go."""

import httpx2


def origin_of(url: httpx2.URL) -> tuple[str, str, int | None]:
    """What has to be the same for a credential to go there, too (RFC 6454)."""
    return url.scheme, url.host, url.port
