"""Reads `mcp.json`: the tool servers, in the format that other MCP programs use too.

```json
{"mcpServers": {
  "files": {"command": "mcp-server-filesystem", "args": ["/data"], "env": {"KEY": "${FILES_KEY}"}},
  "news": {"type": "http", "url": "https://news.example/mcp", "headers": {"Authorization": "Bearer ${NEWS_TOKEN}"},
           "callsheet": {"callTimeout": 120}}}}
```

Keys that are not ours (`autoApprove`, `description` …) are ignored, those under `callsheet` are not: a slip there
would silently mean a default. A server with `"disabled": true` does not exist. A relative `cwd` starts from the file's
folder, and so does a relative `command` with a slash in it; `args` are passed on as they are.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, Literal, NoReturn, TypeAlias, cast
from urllib.parse import urlsplit

from pydantic import ValidationError

from callsheet.errors.service import ConfigurationInvalid
from callsheet.scenario.json import NotJson, check_text
from callsheet.tools.config_shape import ClientCredentialsShape, OAuthShape, PrivateKeyJwtShape, ServerShape, explain
from callsheet.tools.servers import (
    Auth,
    ClientCredentials,
    HttpServer,
    OAuth,
    PrivateKeyJwt,
    ServerConfig,
    StdioServer,
)

FindSecret: TypeAlias = Callable[[str], str | None]
"""Gives a secret by its name; None when it is not set."""

MAX_FILE_BYTES: Final = 2**20
SECRET_PREFIX: Final = "CALLSHEET_SECRET_"  # noqa: S105 - the beginning of a name, the same as for scenarios
REFERENCE: Final = re.compile(r"\$\{([^}]*)\}")
REFERENCE_BODY: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)
SECRET_BODY: Final = re.compile(r"secret:([A-Za-z0-9_]{1,128})")
HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HTTP_URL: Final = re.compile(r"https?://[^\s/?#]+[^\s]*")
HEADER_VALUE: Final = re.compile(r"([!-~]([ -~]*[!-~])?)?")
SCOPE: Final = re.compile(r"[!#-\[\]-~]+( [!#-\[\]-~]+)*")
_HTTPS_PAGE: Final = re.compile(r"https://[^\s/?#]+/[^\s/?#][^\s]*")


def read_servers(
    path: Path, environment: Mapping[str, str], secret: FindSecret | None = None
) -> tuple[ServerConfig, ...]:
    """Read the tool servers of `path`, in the file's order.

    `${NAME}` and `${NAME:-default}` come from `environment`, `${secret:NAME}` from `secret`,
    or without that from the environment's `CALLSHEET_SECRET_NAME`.

    Raises:
        ConfigurationInvalid: the file, server and key, and what is wrong there.
    """
    return parse_servers(
        _read(path), source=str(path), folder=path.resolve().parent, environment=environment, secret=secret
    )


def parse_servers(
    text: str, *, source: str, folder: Path, environment: Mapping[str, str], secret: FindSecret | None = None
) -> tuple[ServerConfig, ...]:
    """The same from a text. `source` names it in errors, `folder` is where relative paths start.

    Raises:
        ConfigurationInvalid: the server and key, and what is wrong there.
    """
    document = _decode(text, source)
    if not isinstance(document, dict) or "mcpServers" not in document:
        raise ConfigurationInvalid(f'{source}: expected an object with "mcpServers" in it.')
    servers = cast("dict[str, object]", document)["mcpServers"]
    if not isinstance(servers, dict):
        raise ConfigurationInvalid(f'{source}: "mcpServers" must be an object that maps names to servers.')

    def find(name: str) -> str | None:
        return environment.get(f"{SECRET_PREFIX}{name}")

    return tuple(
        _Reader(source, name, folder, environment, secret or find).server(cast("dict[str, object]", value))
        for name, value in cast("dict[str, object]", servers).items()
        if not _disabled(value, source, name)
    )


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise ConfigurationInvalid(f"{path}: the file is larger than {MAX_FILE_BYTES} bytes.")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationInvalid(f"{path}: the file cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationInvalid(f"{path}: the file is not UTF-8 (byte {error.start}).") from error


def _decode(text: str, source: str) -> object:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in pairs:
            if key in found:
                raise ConfigurationInvalid(f"{source}: the key {key!r} appears twice in one object.")
            found[key] = value
        return found

    def no_constant(constant: str) -> NoReturn:
        raise ConfigurationInvalid(f"{source}: {constant} is not JSON.")

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        raise ConfigurationInvalid(
            f"{source}: not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise ConfigurationInvalid(f"{source}: nested too deeply.") from error


def _disabled(value: object, source: str, name: str) -> bool:
    if not name.strip() or len(name) > 128 or not name.isprintable():
        raise ConfigurationInvalid(f"{source}: {name!r} cannot be a server's name.")
    if not isinstance(value, dict):
        raise ConfigurationInvalid(f"{source}: server {name!r} must be an object.")
    return cast("dict[str, object]", value).get("disabled") is True


class _Reader:
    """Reads one server; knows what to say about where a fault is."""

    def __init__(
        self, source: str, name: str, folder: Path, environment: Mapping[str, str], find_secret: FindSecret
    ) -> None:
        self._find_secret = find_secret
        self._source = source
        self._name = name
        self._folder = folder
        self._environment = environment
        self._secrets: dict[str, str] = {}

    def server(self, value: dict[str, object]) -> ServerConfig:
        try:
            fields = ServerShape.model_validate(value)
        except ValidationError as error:
            self._refuse(*explain(error.errors(include_url=False)[0]))
        if self._transport(fields) == "stdio":
            return self._stdio(fields)
        return self._http(fields)

    def _transport(self, fields: ServerShape) -> Literal["stdio", "http"]:
        if fields.type is None:
            if (fields.command is None) == (fields.url is None):
                self._refuse("type", 'expected "command" (a program) or "url" (streamable HTTP), and only one of them.')
            return "http" if fields.command is None else "stdio"
        if fields.type == "stdio":
            if fields.command is None:
                self._refuse("command", "a stdio server needs a command.")
            return "stdio"
        if fields.url is None:
            self._refuse("url", "an http server needs a url.")
        return "http"

    def _stdio(self, fields: ServerShape) -> StdioServer:
        if fields.callsheet.auth is not None:
            self._refuse("callsheet.auth", "only a server with a url is signed in to; a command takes secrets by env.")
        command = self._expand("command", fields.command or "")
        cwd = self._expand("cwd", fields.cwd) if fields.cwd is not None else None
        return StdioServer(
            name=self._name,
            command=str(self._folder / command) if "/" in command else command,
            args=tuple(self._expand(f"args[{index}]", arg) for index, arg in enumerate(fields.args)),
            env=self._mapping("env", fields.env, lambda key: bool(key) and "=" not in key and "\0" not in key),
            cwd=None if cwd is None else self._folder / cwd,
            secrets=self._secrets,
            options=fields.callsheet.options(),
        )

    def _http(self, fields: ServerShape) -> HttpServer:
        url = self._expand("url", fields.url or "")
        if not _is_http_url(url):
            self._refuse("url", "expected an address that begins with http:// or https:// and a host.")
        headers = self._mapping("headers", fields.headers, lambda key: HEADER_NAME.fullmatch(key) is not None)
        for key, value in headers.items():
            # Refused here: what the HTTP library says about it later has the value in it.
            if HEADER_VALUE.fullmatch(value) is None:
                self._refuse(
                    f"headers.{key}",
                    "the value begins or ends with a space, or contains a character that no header may have: "
                    "printable ASCII alone.",
                )
        return HttpServer(
            name=self._name,
            url=url,
            headers=headers,
            transport="sse" if fields.type == "sse" else "http",
            auth=self._auth(fields),
            secrets=self._secrets,
            options=fields.callsheet.options(),
        )

    def _auth(self, fields: ServerShape) -> Auth | None:
        match fields.callsheet.auth:
            case None:
                return None
            case OAuthShape() as auth:
                self._check_secret(auth)
                return OAuth(
                    client_id=self._expand_some("callsheet.auth.clientId", auth.client_id),
                    client_secret=self._expand_some("callsheet.auth.clientSecret", auth.client_secret),
                    client_metadata_url=self._metadata_url(auth.client_metadata_url),
                    issuer=None if auth.issuer is None else self._issuer(auth.issuer),
                    scopes=self._scopes(auth.scopes),
                )
            case ClientCredentialsShape() as auth:
                return ClientCredentials(
                    client_id=self._expand("callsheet.auth.clientId", auth.client_id),
                    client_secret=self._expand("callsheet.auth.clientSecret", auth.client_secret),
                    issuer=self._issuer(auth.issuer),
                    scopes=self._scopes(auth.scopes),
                )
            case PrivateKeyJwtShape() as auth:
                return PrivateKeyJwt(
                    client_id=self._expand("callsheet.auth.clientId", auth.client_id),
                    key=self._expand("callsheet.auth.key", auth.key),
                    issuer=self._issuer(auth.issuer),
                    algorithm=auth.algorithm,
                    scopes=self._scopes(auth.scopes),
                )

    def _check_secret(self, auth: OAuthShape) -> None:
        if auth.client_secret is None:
            return
        if auth.client_id is None:
            self._refuse("callsheet.auth.clientId", "it is missing: 'clientSecret' is the secret of a client.")
        if auth.issuer is None:
            self._refuse(
                "callsheet.auth.issuer",
                "it is missing. Write down the authorization server that 'clientSecret' is for; otherwise the tool "
                "server could name another one, which would be shown the secret.",
            )

    def _issuer(self, text: str) -> str:
        issuer = self._expand("callsheet.auth.issuer", text)
        if not _is_http_url(issuer):
            self._refuse(
                "callsheet.auth.issuer", "expected an address that begins with http:// or https:// and a host."
            )
        return issuer

    def _metadata_url(self, text: str | None) -> str | None:
        url = self._expand_some("callsheet.auth.clientMetadataUrl", text)
        if url is not None and _HTTPS_PAGE.fullmatch(url) is None:
            self._refuse(
                "callsheet.auth.clientMetadataUrl", "expected an address that begins with https:// and a path."
            )
        return url

    def _scopes(self, scopes: Iterable[str]) -> tuple[str, ...]:
        expanded = tuple(self._expand("callsheet.auth.scopes", scope) for scope in scopes)
        for scope in expanded:
            if SCOPE.fullmatch(scope) is None:
                self._refuse("callsheet.auth.scopes", f"{scope!r} cannot be a scope (RFC 6749, section 3.3).")
        return expanded

    def _expand_some(self, key: str, text: str | None) -> str | None:
        return None if text is None else self._expand(key, text)

    def _mapping(self, key: str, values: Mapping[str, str], acceptable: Callable[[str], bool]) -> dict[str, str]:
        for name in values:
            if not acceptable(name):
                self._refuse(key, f"{name!r} cannot be a name here.")
        return {name: self._expand(f"{key}.{name}", value) for name, value in values.items()}

    def _expand(self, key: str, text: str) -> str:
        def value_of(reference: re.Match[str]) -> str:
            if (secret := SECRET_BODY.fullmatch(reference[1])) is not None:
                return self._secret(key, secret[1])
            body = REFERENCE_BODY.fullmatch(reference[1])
            if body is None:
                self._refuse(key, f"{reference[0]} is not ${{NAME}}, ${{NAME:-default}} or ${{secret:NAME}}.")
            name, default = body[1], cast("str | None", body[2])
            if name.startswith(SECRET_PREFIX):  # also so, it is a secret
                return self._secret(key, name.removeprefix(SECRET_PREFIX))
            value = self._environment.get(name) or default
            if value is None:
                self._refuse(key, f"the environment variable {name} is not set. Set it, or write ${{{name}:-default}}.")
            return value

        expanded = REFERENCE.sub(value_of, text)
        try:
            check_text(expanded)
        except NotJson as error:
            self._refuse(key, f"{error}.")
        return expanded

    def _secret(self, key: str, name: str) -> str:
        value = self._find_secret(name)
        if not value:
            self._refuse(
                key,
                f"the secret {name} is not set. Set the environment variable {SECRET_PREFIX}{name}, or run "
                f"'callsheet secrets set {name}'.",
            )
        self._secrets[name] = value
        return value

    def _refuse(self, key: str, sentence: str) -> NoReturn:
        raise ConfigurationInvalid(f"{self._source}: server {self._name!r}, key {key!r}: {sentence}")


def _is_http_url(text: str) -> bool:
    try:
        urlsplit(text).port  # noqa: B018 - reading it is what raises
    except ValueError:
        return False
    return HTTP_URL.fullmatch(text) is not None
