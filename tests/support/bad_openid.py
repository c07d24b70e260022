"""An OpenID provider that does what it should not, as a process of its own: `python -m tests.support.bad_openid`.

It prints where it is. Each way to describe itself is an issuer of its own: `<address>/<way>`. What its tokens are like,
whoever asks says: the code is the wish, in JSON.
"""

import base64
import hmac
import json
import sys
import time
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

CLIENT_ID: Final = "callsheet"
_HUGE: Final = b" " * 1024 * 1024
_JSON: Final = {"Content-Type": "application/json"}

BODIES: Final[dict[str, tuple[bytes, int, dict[str, str]]]] = {
    "huge": (_HUGE, 200, _JSON),
    "compressed": (b"{}", 200, {"Content-Encoding": "gzip"}),
    "html": (b"<html>", 200, {"Content-Type": "text/html"}),
    "list": (b"[]", 200, _JSON),
    "nested": (b"[" * 100_000, 200, _JSON),
}
"""What stands in the description's place."""

CHANGES: Final[dict[str, Callable[[str], dict[str, str]]]] = {
    "named": lambda address: {"issuer": f"{address}/good"},
    "plain": lambda _: {"token_endpoint": "http://example.org/token"},
    "scripted": lambda _: {"authorization_endpoint": "javascript:alert(1)"},
}
"""What is wrong in the description."""


WEAK: Final[dict[str, Any]] = {"kty": "RSA", "kid": "weak", "n": "u1-1", "e": "AQAB"}


@cache
def keys() -> dict[str, RSAKey | ECKey]:
    """By name; `strange` says that it is the old one."""
    rsa = {name: RSAKey.generate_key(2048, {"kid": name}) for name in ("old", "new")}
    strange = RSAKey.generate_key(2048, {"kid": "old"})
    return {**rsa, "strange": strange, "curve": ECKey.generate_key("P-256", {"kid": "curve"})}


def code(nonce: str, **wish: Any) -> str:
    """The code for a token; `claims` are other than usual, None for one that is left out."""
    return base64.urlsafe_b64encode(json.dumps({"nonce": nonce, **wish}).encode()).decode()


def id_token(issuer: str, wish: dict[str, Any]) -> str:
    """A token as it was wished for."""
    now = int(time.time())
    usual = {"iss": issuer, "sub": "ada", "aud": CLIENT_ID, "exp": now + 300, "iat": now, "nonce": wish["nonce"]}
    later = {name: now + seconds for name, seconds in wish.get("later", {}).items()}
    claims = {**usual, "groups": ["staff"], "name": "Ada", **wish.get("claims", {}), **later}
    claims = {name: value for name, value in claims.items() if value is not None}
    signed = wish.get("sign", "old")
    if signed == "none":
        return f"{_part({'alg': wish.get('alg', 'none')})}.{_part(claims)}."
    if signed == "public":  # what everybody knows, as if it were a secret
        text = f"{_part({'alg': 'HS256', 'kid': 'old'})}.{_part(claims)}"
        digest = hmac.digest(keys()["old"].as_pem(private=False), text.encode(), "sha256")
        return f"{text}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
    key = keys()[signed]
    header = {"alg": wish.get("alg", "RS256"), "kid": wish.get("kid", key.kid)}
    header = {name: value for name, value in header.items() if value is not None}
    return jws.serialize_compact(header, json.dumps(claims), key, algorithms=[header["alg"]])


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


class Handler(BaseHTTPRequestHandler):
    """Answers all requests; `server.published` names the keys that are given out, `server.asked` counts."""

    server: "Provider"  # pyright: ignore[reportIncompatibleVariableOverride] - how socketserver is used

    def do_GET(self) -> None:
        """Descriptions, keys, and what steers a test."""
        _, way, *rest = self.path.split("/")
        issuer = f"{self.server.address}/{way}"
        match rest:
            case [".well-known", "openid-configuration"]:
                self.server.count("discovery")
                self._describe(way, issuer)
            case ["jwks"]:
                self.server.count("jwks")
                public = [keys()[name].as_dict(private=False) for name in self.server.published]
                self._json({"keys": [WEAK, {"kty": "AKP", "kid": "of the future"}, "no key", *public]})
            case ["userinfo"]:
                self._json(self.server.told)
            case ["publish", names]:
                self.server.published = names.split(",")
                self._json({})
            case ["tell", told]:
                self.server.told = json.loads(base64.urlsafe_b64decode(told))
                self._json({})
            case ["counts"]:
                self._json(self.server.counts)
            case _:
                self._json({"error": "nothing here"}, 404)

    def do_POST(self) -> None:
        """The token endpoint."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        wish = json.loads(base64.urlsafe_b64decode(parse_qs(body)["code"][0]))
        issuer = self.path.removesuffix("/token")
        answer = {"access_token": "of nobody", "token_type": "Bearer", "expires_in": 60}
        token = id_token(f"{self.server.address}{issuer}", wish)
        self._json({**answer, "id_token": token, **wish.get("answer", {})}, wish.get("status", 200))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _describe(self, way: str, issuer: str) -> None:
        document: dict[str, Any] = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
            "userinfo_endpoint": f"{issuer}/userinfo",
        }
        if way in CHANGES:
            self._json(document | CHANGES[way](self.server.address))
        elif way in BODIES:
            self._send(*BODIES[way])
        elif way == "elsewhere":
            self._send(b"", 302, {"Location": f"{self.server.address}/good/.well-known/openid-configuration"})
        elif way == "lacking":
            self._json({"issuer": issuer})
        elif way in ("endless", "slow", "dripping"):
            self._keep(way)
        else:
            self._json(document, 500 if way == "failing" else 200)

    def _keep(self, way: str) -> None:
        """Let whoever asked wait: for the end of something, for its beginning, for the rest."""
        if way == "slow":
            self.rfile.read(1)  # until whoever asked has gone
            return
        self.send_response(200)
        if way == "endless":
            self.end_headers()
            self._flood()
        else:
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"{")
            self.rfile.read(1)

    def _flood(self) -> None:
        try:
            while True:
                self.wfile.write(_HUGE)
        except OSError:
            return

    def _json(self, value: object, status: int = 200) -> None:
        self._send(json.dumps(value).encode(), status, {"Content-Type": "application/json"})

    def _send(self, body: bytes, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return


class Provider(ThreadingHTTPServer):
    """All of its issuers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.published = ["old"]
        self.told: object = {}
        self.counts: dict[str, int] = {}

    def count(self, what: str) -> None:
        """Remember that somebody asked."""
        self.counts[what] = self.counts.get(what, 0) + 1


if __name__ == "__main__":
    keys()
    provider = Provider()
    sys.stdout.write(f"{provider.address}\n")
    sys.stdout.flush()
    try:
        provider.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)
