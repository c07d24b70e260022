"""A tool server that wants a token, and the authorization server that gives it (OAuth 2.1), in one process over HTTP.

    python protected.py [--life SECONDS] [--public-key FILE]

Prints its port. The tool `echo` gives its arguments back. An access token lives `--life` seconds; a refresh token is
good for one use, and with a second one all tokens are taken back (OAuth 2.1, section 4.3.1). Clients: any that
registers, or that has an https address for an id; `robot` with the secret `beep`, and `keyed` with `--public-key`, for
client credentials. `/authorize` signs in whoever comes; with `deny` among its parameters it refuses.

`POST /admin {"revoke": "access" | "refresh" | "all"}` takes tokens back; `{"need": SCOPE}` wants a token with it,
`{"issuer": URL}` names another one to the browser, `{"redirect": URL}` sends everybody who has a token there,
`{"resource": STATUS}` and `{"metadata": STATUS}` let its two descriptions fail, `{"mcp": STATUS}` all calls;
`{"describe": {…}}` changes what the authorization server says of itself (null: nothing); `{"say": [BODY, STATUS]}` is
what `/token` answers then; `{"token": STATUS}` lets it fail (0: no more), `{"token": "hold"}` lets it wait until it is
told otherwise.
`GET /admin` counts what happened.
"""

import argparse
import asyncio
import base64
import contextlib
import hashlib
import json
import os
import secrets
import time
from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
import mcp_types as types
import uvicorn
from mcp.server import Server
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from callsheet.api.binding import listen

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Authority:
    """The authorization server's memory."""

    def __init__(self, issuer: str, life: float, public_key: str) -> None:
        self.issuer = issuer
        self.life = life
        self.public_key = public_key
        self.codes: dict[str, dict[str, str]] = {}
        self.access: dict[str, float] = {}
        self.granted: dict[str, str] = {}
        self.refresh: set[str] = set()
        self.used: set[str] = set()
        self.clients: dict[str, Any] = {}
        self.counts: Counter[str] = Counter()
        self.scopes = ""
        self.tenant = ""
        self.need = ""
        self.redirect = ""
        self.named = issuer
        self.token_status = 0
        self.said: tuple[Any, int] | None = None
        self.failing: dict[str, int] = {}
        self.described: dict[str, Any] = {}
        self.flowing = asyncio.Event()
        self.flowing.set()

    async def resource(self, request: Request) -> Response:
        """RFC 9728."""
        if status := self.failing.get("resource"):
            return Response(status_code=status)
        return JSONResponse({"resource": f"{self.issuer}/mcp", "authorization_servers": [self.issuer]})

    async def metadata(self, request: Request) -> Response:
        """RFC 8414."""
        if status := self.failing.get("metadata"):
            return Response(status_code=status)
        described = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "registration_endpoint": f"{self.issuer}/register",
            "revocation_endpoint": f"{self.issuer}/revoke",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "private_key_jwt"],
            "authorization_response_iss_parameter_supported": True,
            "client_id_metadata_document_supported": True,
        } | self.described
        return JSONResponse({name: value for name, value in described.items() if value is not None})

    async def register(self, request: Request) -> Response:
        """RFC 7591."""
        self.counts["register"] += 1
        client = {**await request.json(), "client_id": f"client-{len(self.clients) + 1}"}
        self.clients[client["client_id"]] = client
        return JSONResponse(client, 201)

    async def authorize(self, request: Request) -> Response:
        """Sign in whoever comes."""
        given = dict(request.query_params)
        self.counts["authorize"] += 1
        is_described = given["client_id"].startswith("https://")
        if not is_described and given["redirect_uri"] not in self.clients[given["client_id"]]["redirect_uris"]:
            return JSONResponse({"error": "invalid_request"}, 400)
        self.scopes = given.get("scope", "")
        self.tenant = given.get("tenant", "")
        if "deny" in given:
            back = {"error": "access_denied", "error_description": "Not today.", "state": given["state"]}
            return RedirectResponse(f"{given['redirect_uri']}?{urlencode(back)}", 302)
        code = secrets.token_urlsafe(16)
        self.codes[code] = given
        back = {"code": code, "state": given["state"], "iss": self.named}
        return RedirectResponse(f"{given['redirect_uri']}?{urlencode(back)}", 302)

    async def token(self, request: Request) -> Response:
        """RFC 6749, with PKCE (RFC 7636) and private_key_jwt (RFC 7523)."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        given: dict[str, str] | None = None
        self.counts[form["grant_type"]] += 1
        await self.flowing.wait()
        if self.said is not None:
            return JSONResponse(*self.said)
        if self.token_status:
            return JSONResponse({"error": "temporarily_unavailable"}, self.token_status)
        match form["grant_type"]:
            case "authorization_code":
                given = self.codes.pop(form["code"], None)
                digest = hashlib.sha256(form["code_verifier"].encode()).digest()
                challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
                good = given is not None and given["code_challenge"] == challenge
            case "refresh_token":
                good = self._is_unused(form["refresh_token"])
            case "client_credentials":
                good = self._is_robot(request) or self._is_keyed(form)
            case _:
                good = False
        if not good:
            return JSONResponse({"error": "invalid_grant"}, 400)
        scope = "" if given is None else given.get("scope", "")
        return JSONResponse(self._tokens(scope, refreshable=form["grant_type"] != "client_credentials"))

    async def revoke(self, request: Request) -> Response:
        """RFC 7009."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        self.counts["revoke"] += form["token"] in self.refresh
        self.refresh.discard(form["token"])
        return Response()

    def _tokens(self, scope: str, *, refreshable: bool) -> dict[str, Any]:
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.access[access] = time.monotonic() + self.life
        self.granted[access] = scope
        found: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "expires_in": int(self.life)}
        if refreshable:
            self.refresh.add(refresh)
            found["refresh_token"] = refresh
        return found

    def _is_unused(self, token: str) -> bool:
        if token in self.used:
            self.counts["reused"] += 1
            self.refresh.clear()
            self.access.clear()
        good = token in self.refresh
        self.refresh.discard(token)
        self.used.add(token)
        return good

    def _is_robot(self, request: Request) -> bool:
        expected = base64.b64encode(b"robot:beep").decode()
        return request.headers.get("authorization") == f"Basic {expected}"

    def _is_keyed(self, form: dict[str, str]) -> bool:
        if form.get("client_assertion_type") != ASSERTION:
            return False
        try:
            claims = jwt.decode(form["client_assertion"], self.public_key, ["ES256"], audience=self.issuer)
        except jwt.PyJWTError:
            return False
        return claims["sub"] == "keyed"

    async def admin(self, request: Request) -> Response:
        """For tests."""
        if request.method == "POST":
            body = await request.json()
            self.need = body.get("need", self.need)
            self.redirect = body.get("redirect", self.redirect)
            self.named = body.get("issuer", self.named)
            self._break(body.get("token"))
            self.said = tuple(body["say"]) if "say" in body else self.said
            self.described |= body.get("describe", {})
            self.failing |= {what: body[what] for what in ("resource", "metadata", "mcp") if what in body}
            what = body.get("revoke")
            if what in {"access", "all"}:
                self.access.clear()
            if what in {"refresh", "all"}:
                self.refresh.clear()
        return JSONResponse({**self.counts, "access": len(self.access), "scopes": self.scopes, "tenant": self.tenant})

    def _break(self, how: object) -> None:
        if isinstance(how, int):
            self.token_status = how
            self.flowing.set()
        elif how == "hold":
            self.flowing.clear()


class Guarded:
    """Lets only those in who have a token."""

    def __init__(self, app: ASGIApp, authority: Authority) -> None:
        self._app = app
        self._authority = authority

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if status := self._authority.failing.get("mcp"):
            await Response(status_code=status)(scope, receive, send)
            return
        token = dict(scope["headers"]).get(b"authorization", b"").decode().removeprefix("Bearer ")
        if self._authority.access.get(token, 0.0) > time.monotonic():
            await self._enter(token, scope, receive, send)
            return
        self._authority.counts["refused"] += 1
        where = f"{self._authority.issuer}/.well-known/oauth-protected-resource"
        challenge = f'Bearer error="invalid_token", resource_metadata="{where}"'
        await JSONResponse({"error": "invalid_token"}, 401, {"WWW-Authenticate": challenge})(scope, receive, send)

    async def _enter(self, token: str, scope: Scope, receive: Receive, send: Send) -> None:
        if self._authority.redirect:
            await RedirectResponse(self._authority.redirect, 307)(scope, receive, send)
        elif self._authority.need and self._authority.need not in self._authority.granted[token].split():
            challenge = f'Bearer error="insufficient_scope", scope="{self._authority.need}"'
            await JSONResponse({}, 403, {"WWW-Authenticate": challenge})(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[types.Tool(name="echo", input_schema={"type": "object"})])


async def call_tool(_context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
    given = params.arguments or {}
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=json.dumps(given))], structured_content=given
    )


def serve(life: float, public_key: str) -> None:
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    authority = Authority(f"http://127.0.0.1:{port}", life, public_key)
    server: Server[Any] = Server("protected", version="1", on_list_tools=list_tools, on_call_tool=call_tool)
    tools = server.streamable_http_app(streamable_http_path="/mcp")

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with server.session_manager.run():
            yield

    routes = [
        Route("/.well-known/oauth-protected-resource", authority.resource),
        Route("/.well-known/oauth-protected-resource/mcp", authority.resource),
        Route("/.well-known/oauth-authorization-server", authority.metadata),
        Route("/register", authority.register, methods=["POST"]),
        Route("/authorize", authority.authorize),
        Route("/token", authority.token, methods=["POST"]),
        Route("/revoke", authority.revoke, methods=["POST"]),
        Route("/admin", authority.admin, methods=["GET", "POST"]),
        Mount("/", Guarded(tools, authority)),
    ]
    os.write(1, b"%d\n" % port)
    config = uvicorn.Config(Starlette(routes=routes, lifespan=lifespan), log_level="error")
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--life", type=float, default=3600)
    parser.add_argument("--public-key")
    parser.add_argument("--http")
    options = parser.parse_args()
    key = Path(options.public_key).read_text("ascii") if options.public_key else ""
    serve(options.life, key)
