"""Settings: the only reader of the environment and of `callsheet.toml`.

A setting is taken from the command line, else from `CALLSHEET_<NAME>`, else from `callsheet.toml` in the folder where
Callsheet is started, else it has the default below. Paths are relative to that folder.
"""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from callsheet.errors.service import ConfigurationInvalid

FILE: Final = "callsheet.toml"
PREFIX: Final = "CALLSHEET_"
LISTS: Final = frozenset({"allowed_hosts", "trusted_proxies", "oidc_roles"})
"""Settings that the environment gives as names between commas."""
NOT_SETTINGS: Final = ("CALLSHEET_ENV_", "CALLSHEET_SECRET_")
"""What the operator gives scenarios by name begins like this; see `callsheet.engine.environment`."""
FOR_BUILDS: Final = frozenset({"CALLSHEET_UI", "CALLSHEET_CHROMIUM", "CALLSHEET_URL"})
"""What builds and tests of the web UI read: somebody who builds it also runs it, in the same shell."""


Days = Annotated[float | None, Field(gt=0, le=36_500)]
"""How long something is kept; None for ever."""

Rate = Annotated[str, Field(pattern=r"^[1-9]\d{0,8}/(second|minute|hour)$")]
"""How many, and in which time."""

HostName = Annotated[str, Field(pattern=r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?$")]
"""What a `Host` header says: a name or an address, with a port where only that one is meant."""


def _network(text: str) -> str:
    ipaddress.ip_network(text)
    return text


Network = Annotated[str, AfterValidator(_network)]
"""An address or a network."""

_EXAMPLES: Final = {
    "allowed_hosts": "callsheet.example",
    "public_url": "https://callsheet.example",
    "trusted_proxies": "10.0.0.0/8",
    "oidc_issuer": "https://login.example/realms/staff",
    "oidc_roles": "staff=operator",
    "key_rate": "1200/minute",
    "source_rate": "2400/minute",
}
"""Of settings with a form that no list of choices tells: what a wrong one should have looked like."""

TABLES: Final = frozenset({"oidc", "retention"})
"""The tables that `callsheet.toml` may have: `days` in `[retention]` is the setting `retention_days`."""


class Settings(BaseModel):
    """Every setting, with its default.

    Attributes:
        data: the data folder: the journal and its lock.
        database_url: the PostgreSQL database of the journal, for many processes; without it, a file in the data folder.
        scenarios: the catalog's folder.
        mcp: the file that names the tool servers (`mcpServers`).
        key_file: 32 random bytes that encrypt what is kept for tools and clients; by default `key` in the data folder,
            made when it is missing. All processes on one database need the same one.
        host: where the server listens; other than loopback needs `auth` and `allowed_hosts`.
        port: 0 takes a free one.
        metrics_port: where `callsheet worker` answers `/metrics`, `/healthz` and `/readyz`; 0 takes a free one, None
            none at all.
        metrics_host: the same; other than loopback needs `auth` and `allowed_hosts`.
        allowed_hosts: names that a `Host` header may have beside the loopback ones.
        max_concurrent_runs: runs at work at once; the others wait.
        drain_timeout: seconds that steps at work may take to end when the server stops.
        journal_linger: milliseconds a commit waits for company while many runs are at work.
        max_body_bytes: the largest request body.
        mcp_on_disconnect: what becomes of a run whose MCP client goes away: it continues, or is cancelled.
        log_level: of the log on standard error.
        log_format: of its lines: JSON, text, or text where a person reads and else JSON.
        auth: whether callers have to say who they are.
        api_key: with which the command line calls a server that asks who it is.
        public_url: where people reach the service, such as `https://callsheet.example`; with https, cookies are sent
            over TLS alone. Its name may be in a `Host` header, too.
        trusted_proxies: addresses and networks whose `X-Forwarded-For` is believed.
        session_hours: how long somebody who signed in stays so.
        oidc_issuer: the OpenID provider that people sign in through; without it, only keys sign in.
        oidc_client_id: as the provider knows this service.
        oidc_client_secret: with which this service proves that to the provider.
        oidc_name: what the button for it is called.
        oidc_roles_claim: the claim of an identity that holds its groups.
        oidc_roles: the roles of groups, each as `group=role`; who is in several groups has the highest role, who is in
            none of them may not sign in.
        key_rate: requests that one key or person may make, such as `1200/minute`.
        source_rate: requests that come from one address.
        max_runs_per_key: unfinished runs that one key or person may have.
        max_queued_runs: runs that may wait for room, here or in the database of a fleet, before others are refused.
        secrets_dir: a folder of secrets, a file for each, as container platforms mount them.
        traces: where traces go: nowhere, or to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names.
        retention_days: how long a run is kept after its end; None for ever.
        retention_success_days: the same for runs that succeeded, instead of `retention_days`.
        retention_failed_days: the same for runs that failed.
        retention_cancelled_days: the same for runs that were cancelled.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Path(".callsheet")
    database_url: SecretStr | None = None
    scenarios: Path = Path("scenarios")
    mcp: Path = Path("mcp.json")
    key_file: Path | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    metrics_port: Annotated[int, Field(ge=0, le=65535)] | None = None
    metrics_host: str = "127.0.0.1"
    allowed_hosts: tuple[HostName, ...] = ()
    max_concurrent_runs: Annotated[int, Field(ge=1, le=10_000)] = 100
    drain_timeout: Annotated[float, Field(ge=0, le=600)] = 15.0
    journal_linger: Annotated[float, Field(ge=0, le=100)] = 1.0
    max_body_bytes: Annotated[int, Field(ge=1024, le=64 * 2**20)] = 2**20
    mcp_on_disconnect: Literal["continue", "cancel"] = "continue"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "json", "text"] = "auto"
    auth: Literal["off", "on"] = "off"
    api_key: SecretStr | None = None
    public_url: Annotated[str, Field(pattern="^https?://[^/?#]+$")] | None = None
    trusted_proxies: tuple[Network, ...] = ()
    session_hours: Annotated[float, Field(gt=0, le=24 * 365)] = 12.0
    oidc_issuer: Annotated[str, Field(pattern="^https?://[^?#]+$")] | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = "your organisation"
    oidc_roles_claim: str = "groups"
    oidc_roles: tuple[Annotated[str, Field(pattern="^.+=(viewer|operator|author|admin)$")], ...] = ()
    key_rate: Rate = "1200/minute"
    source_rate: Rate = "2400/minute"
    max_runs_per_key: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000
    max_queued_runs: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    secrets_dir: Path | None = None
    traces: Literal["off", "otlp"] = "off"
    retention_days: Days = None
    retention_success_days: Days = None
    retention_failed_days: Days = None
    retention_cancelled_days: Days = None

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names that a `Host` header may have beside the loopback ones: `allowed_hosts` and that of `public_url`."""
        public = () if self.public_url is None else (self.public_url.partition("://")[2],)
        return (*self.allowed_hosts, *public)

    @property
    def retention(self) -> dict[str, float]:
        """Days that a run is kept by the status with which it ended; what is not in here is kept for ever."""
        own = {
            "success": self.retention_success_days,
            "failed": self.retention_failed_days,
            "cancelled": self.retention_cancelled_days,
        }
        found = {status: self.retention_days if days is None else days for status, days in own.items()}
        return {status: days for status, days in found.items() if days is not None}


def load_settings(overrides: Mapping[str, object] | None = None, folder: Path | None = None) -> Settings:
    """The effective settings.

    Args:
        overrides: from the command line; None values are skipped.
        folder: where `callsheet.toml` is looked for and what paths are relative to; the current folder by default.

    Raises:
        ConfigurationInvalid: naming the setting, where it came from and what is wrong.
    """
    base = folder or Path.cwd()
    layers = _layers(overrides, base)
    merged: dict[str, object] = {}
    for _, layer in reversed(layers):
        merged |= layer
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as exc:
        raise ConfigurationInvalid(_sentence(exc, layers)) from exc
    paths: dict[str, Path] = {name: base / getattr(settings, name) for name in ("data", "scenarios", "mcp")}
    if settings.key_file is not None:
        paths["key_file"] = base / settings.key_file
    if settings.secrets_dir is not None:
        paths["secrets_dir"] = base / settings.secrets_dir
    # The defaults may be missing; what somebody asked for may not.
    for name in ("scenarios", "mcp", "key_file", "secrets_dir"):
        if name in merged and not paths[name].exists():
            raise ConfigurationInvalid(f"The setting '{name}' names {paths[name]}, which does not exist.")
    return settings.model_copy(update=paths)


def setting_origins(overrides: Mapping[str, object] | None = None, folder: Path | None = None) -> dict[str, str]:
    """Where each setting comes from: "the command line", "the environment", "callsheet.toml" or "the default".

    Raises:
        ConfigurationInvalid: `callsheet.toml` cannot be read.
    """
    layers = _layers(overrides, folder or Path.cwd())
    return {
        name: next((label for label, layer in layers if name in layer), "the default") for name in Settings.model_fields
    }


def environment() -> dict[str, str]:
    """The process's environment: what `${NAME}` in mcp.json and a tool server's child process may draw from."""
    return dict(os.environ)


def _layers(overrides: Mapping[str, object] | None, base: Path) -> list[tuple[str, dict[str, object]]]:
    """Where settings come from, the strongest first."""
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    return [("the command line", given), ("the environment", _environment()), (FILE, _file(base / FILE))]


def _environment() -> dict[str, object]:
    found: dict[str, object] = {}
    for name, text in os.environ.items():
        if name.startswith(PREFIX) and not name.startswith(NOT_SETTINGS) and name not in FOR_BUILDS:
            key = name.removeprefix(PREFIX).lower()
            found[key] = tuple(part.strip() for part in text.split(",") if part.strip()) if key in LISTS else text
    return found


def _file(path: Path) -> dict[str, object]:
    try:
        return flattened(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigurationInvalid(f"{path} is not TOML: {exc}.") from exc
    except OSError as exc:
        raise ConfigurationInvalid(f"{path} cannot be read: {exc.strerror}.") from exc


def flattened(file: Mapping[str, object]) -> dict[str, object]:
    """The settings of a `callsheet.toml` by their names; those of a table have its name in front."""
    found: dict[str, object] = {}
    for name, value in file.items():
        if name in TABLES and isinstance(value, dict):
            fields = cast("dict[str, object]", value)
            found |= {f"{name}_{key}": each for key, each in fields.items()}
        else:
            found[name] = value
    return found


def _sentence(exc: ValidationError, layers: list[tuple[str, dict[str, object]]]) -> str:
    error: Any = exc.errors(include_url=False)[0]
    name = str(error["loc"][0])
    origin = next((label for label, layer in layers if name in layer), "the defaults")
    if error["type"] == "extra_forbidden":
        close = get_close_matches(name, Settings.model_fields, n=1)
        hint = f"Did you mean '{close[0]}'?" if close else f"There are: {', '.join(Settings.model_fields)}."
        return f"There is no setting '{name}' (from {origin}). {hint}"
    wrong = f"The setting '{name}' (from {origin}) cannot be {error['input']!r}"
    if error["type"] == "literal_error":
        return f"{wrong}. There are: {', '.join(get_args(Settings.model_fields[name].annotation))}."
    if error["type"] in {"string_pattern_mismatch", "value_error"}:
        return f"{wrong}; one such as {_EXAMPLES[name]} can."
    return f"{wrong}: {error['msg']}."
