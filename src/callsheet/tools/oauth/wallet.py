"""What OAuth remembers of a tool server, from one process to the next."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, assert_never

from mcp.client.auth.utils import union_scopes
from mcp.shared.auth import OAuthClientInformationFull, OAuthMetadata, OAuthToken, ProtectedResourceMetadata
from pydantic import BaseModel, Field, ValidationError

from callsheet.tools.oauth.tokens import TokenStore
from callsheet.tools.servers import Auth, ClientCredentials, HttpServer, OAuth, PrivateKeyJwt

MOST_WANTED: Final = 2_000
"""Characters of the scopes that calls lacked: they go into an address, and the tool server chooses them."""

_LOOK_SECONDS: Final = 0.05


class Kept(BaseModel):
    """What is stored of a server: the SDK's own models.

    Attributes:
        account: whose tokens these are, as `mcp.json` said then.
        expires_at: when the access token ends, in seconds since 1970; None when nobody said.
        client: how we are registered; belongs to the issuer of `authority`.
        authority: the metadata of the authorization server that gave the tokens.
        resource: the tool server's own metadata.
        wanted: the scopes that calls lacked: the next sign-in asks for them too (SEP-2350).
    """

    account: str = ""
    tokens: OAuthToken | None = Field(default=None, repr=False)
    expires_at: float | None = None
    client: OAuthClientInformationFull | None = Field(default=None, repr=False)
    authority: OAuthMetadata | None = None
    resource: ProtectedResourceMetadata | None = None
    wanted: str | None = None

    def renewable(self) -> bool:
        """Whether another token can be had without a person."""
        return self.tokens is not None and self.tokens.refresh_token is not None and self.client is not None


class Wallet:
    """The tokens of one server in a store. All methods but `alone` wait for the disk.

    Who writes what follows from what was read does both within `alone`: otherwise a refresh token that was got in
    between, and that replaces all before, would be lost.
    """

    def __init__(self, server: HttpServer, store: TokenStore) -> None:
        self._server = server
        self._store = store
        self._account = _account(server.auth)

    @asynccontextmanager
    async def alone(self, seconds: float) -> AsyncGenerator[None]:
        """Nobody else, in any process, is in such a block of this server at the same time.

        Raises:
            TimeoutError: somebody else was for so many seconds.
        """
        async with asyncio.timeout(seconds):
            # On this thread, which a claim takes microseconds of: one that a cancelled caller left behind would stay.
            while (release := self._store.claim(self._server.name, self._server.url)) is None:  # noqa: ASYNC110 - no event joins processes
                await asyncio.sleep(_LOOK_SECONDS)
        try:
            yield
        finally:
            release()

    def load(self) -> Kept:
        """All that is kept; nothing, when it is of a version that is not ours or of another account."""
        text = self._store.read(self._server.name, self._server.url)
        try:
            kept = Kept() if text is None else Kept.model_validate_json(text)
        except ValidationError:
            return Kept()
        return kept if kept.account == self._account else Kept()

    def save(self, kept: Kept) -> None:
        """Keep this instead of what was there.

        Raises:
            OSError: it could not be written.
            ConfigurationInvalid: the key of the data folder cannot be used.
        """
        mine = kept.model_copy(update={"account": self._account})
        self._store.write(self._server.name, self._server.url, mine.model_dump_json(exclude_none=True))

    def want(self, scope: str) -> None:
        """Keep that a call lacked a scope; not that too many calls lacked too many.

        Raises:
            OSError: it could not be written.
            ConfigurationInvalid: the key of the data folder cannot be used.
        """
        kept = self.load()
        wanted = union_scopes(kept.wanted, scope)
        if wanted != kept.wanted and len(wanted or "") <= MOST_WANTED:
            self.save(kept.model_copy(update={"wanted": wanted}))

    def version(self) -> object:
        """Something that is another one after every change, by whichever process."""
        return self._store.version(self._server.name, self._server.url)

    def forget(self) -> bool:
        """Forget everything; whether there was something.

        Raises:
            OSError: it is still there.
        """
        return self._store.remove(self._server.name, self._server.url)


def _account(auth: Auth | None) -> str:
    match auth:
        case None:
            return ""
        case OAuth():
            return json.dumps(["oauth", auth.client_id, *([] if auth.issuer is None else [auth.issuer])])
        case ClientCredentials() | PrivateKeyJwt():
            return json.dumps([type(auth).__name__, auth.client_id, auth.issuer, *auth.scopes])
        case _:
            assert_never(auth)
