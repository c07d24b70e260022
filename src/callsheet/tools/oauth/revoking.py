"""Giving tokens back (RFC 7009)."""

from typing import Final

import httpx2
from mcp.client.auth.oauth2 import OAuthContext
from mcp.shared.auth import OAuthClientMetadata
from pydantic import AnyUrl

from callsheet.tools.oauth.providers import CLIENT_NAME, Preset
from callsheet.tools.oauth.wallet import Kept

_FORM: Final = "application/x-www-form-urlencoded"


async def revoke(kept: Kept, client: httpx2.AsyncClient) -> bool:
    """Ask the authorization server to forget the tokens; False when it does not do that.

    Raises:
        httpx2.HTTPError: it cannot be reached, or refused.
    """
    if kept.authority is None or kept.authority.revocation_endpoint is None or kept.tokens is None:
        return False
    token = kept.tokens.refresh_token or kept.tokens.access_token
    hint = "access_token" if kept.tokens.refresh_token is None else "refresh_token"
    data = {"token": token, "token_type_hint": hint}
    if kept.client is not None:
        data["client_id"] = kept.client.client_id
    data, headers = _context(kept).prepare_token_auth(data, {"Content-Type": _FORM})
    request = httpx2.Request("POST", str(kept.authority.revocation_endpoint), data=data, headers=headers)
    (await client.send(request)).raise_for_status()
    return True


def _context(kept: Kept) -> OAuthContext:
    metadata = OAuthClientMetadata(client_name=CLIENT_NAME, redirect_uris=[AnyUrl("http://127.0.0.1/")])
    return OAuthContext(
        server_url="",
        client_metadata=metadata,
        storage=Preset(kept),
        redirect_handler=None,
        callback_handler=None,
        client_info=kept.client,
    )
