"""What `mcp.json` may hold, as pydantic reads it, and what is said of what it may not."""

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf
from pydantic_core import ErrorDetails

from callsheet.access.patterns import ALL, Patterns
from callsheet.errors.kinds import Invalid
from callsheet.runs.tools import LockPolicy
from callsheet.scenario.durations import parse_duration
from callsheet.tools.rate import RateLimit
from callsheet.tools.servers import OutputValidation, Scope, ServerOptions


def _duration(value: object) -> object:
    """Seconds, or a text such as `24h`."""
    return parse_duration(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else value


def _patterns(value: object) -> Patterns:
    """A list of patterns of ids of scenarios."""
    if not isinstance(value, list) or not all(isinstance(text, str) for text in cast("list[object]", value)):
        raise ValueError('expected a list of patterns of scenario_ids, such as ["news_*"]')
    try:
        return Patterns.parse(cast("list[str]", value))
    except Invalid as exc:
        raise ValueError(exc.message) from exc


Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
HeldFor = Annotated[float, BeforeValidator(_duration), Field(gt=0, le=30 * 86_400, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1, pattern=r"\A[^\x00]+\z")]


class _RateLimit(BaseModel):
    """`rateLimit`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    calls: int = Field(ge=1, le=1_000_000)
    per: Seconds


class OAuthShape(BaseModel):
    """`auth` of the type `oauth`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["oauth"]
    client_id: Text | None = Field(default=None, alias="clientId")
    client_secret: Text | None = Field(default=None, alias="clientSecret")
    client_metadata_url: Text | None = Field(default=None, alias="clientMetadataUrl")
    issuer: Text | None = None
    scopes: list[Text] = Field(default_factory=list[str])


class ClientCredentialsShape(BaseModel):
    """`auth` of the type `client_credentials`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["client_credentials"]
    client_id: Text = Field(alias="clientId")
    client_secret: Text = Field(alias="clientSecret")
    issuer: Text
    scopes: list[Text] = Field(default_factory=list[str])


class PrivateKeyJwtShape(BaseModel):
    """`auth` of the type `private_key_jwt`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["private_key_jwt"]
    client_id: Text = Field(alias="clientId")
    key: Text
    issuer: Text
    algorithm: Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"] = "RS256"
    scopes: list[Text] = Field(default_factory=list[str])


class _Options(BaseModel):
    """The `callsheet` object. What it leaves out has the default of `ServerOptions`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    connect_timeout: Seconds = Field(default=15.0, alias="connectTimeout")
    call_timeout: Seconds = Field(default=60.0, alias="callTimeout")
    max_in_flight: int = Field(default=32, ge=1, le=10_000, alias="maxInFlight")
    total_in_flight: int | None = Field(default=None, ge=1, le=10_000, alias="totalInFlight")
    max_queue: int = Field(default=1000, ge=0, le=1_000_000, alias="maxQueue")
    max_message_bytes: int = Field(default=4 * 2**20, ge=1024, le=256 * 2**20, alias="maxMessageBytes")
    tools: list[Text] | None = None
    scenarios: Annotated[InstanceOf[Patterns], BeforeValidator(_patterns)] = ALL
    output_validation: OutputValidation = Field(default="strict", alias="outputValidation")
    idle_timeout: Seconds | None = Field(default=None, alias="idleTimeout")
    processes: int = Field(default=1, ge=1, le=64)
    scope: Scope = "shared"
    trust_annotations: bool = Field(default=False, alias="trustAnnotations")
    lock: LockPolicy = "warn"
    elicits: bool = False
    held_for: HeldFor = Field(default=24 * 3600.0, alias="heldFor")
    rate_limit: _RateLimit | None = Field(default=None, alias="rateLimit")
    auth: Annotated[OAuthShape | ClientCredentialsShape | PrivateKeyJwtShape, Field(discriminator="type")] | None = None

    def options(self) -> ServerOptions:
        values = self.model_dump(exclude={"tools", "scenarios", "rate_limit", "auth"})
        limit = self.rate_limit
        return ServerOptions(
            **values,
            tools=None if self.tools is None else frozenset(self.tools),
            scenarios=self.scenarios,
            rate_limit=None if limit is None else RateLimit(calls=limit.calls, per=limit.per),
        )


_AUTH: Final = ("callsheet", "auth")
_WITH_TYPE: Final = " whose 'type' is 'oauth', 'client_credentials' or 'private_key_jwt'"
_NO_OBJECT: Final = {"model_type", "model_attributes_type", "union_tag_invalid", "union_tag_not_found"}
_MODELS: Final[Mapping[int | str, type[BaseModel]]] = {
    "oauth": OAuthShape,
    "client_credentials": ClientCredentialsShape,
    "private_key_jwt": PrivateKeyJwtShape,
    "rateLimit": _RateLimit,
}


class ServerShape(BaseModel):
    """One value of `mcpServers`, whatever its transport."""

    model_config = ConfigDict(extra="ignore", strict=True)

    type: Literal["stdio", "http", "streamable-http", "streamableHttp", "sse"] | None = None
    command: Text | None = None
    args: list[str] = Field(default_factory=list[str])
    env: dict[str, str] = Field(default_factory=dict[str, str])
    cwd: Text | None = None
    url: Text | None = None
    headers: dict[str, str] = Field(default_factory=dict[str, str])
    callsheet: _Options = Field(default_factory=_Options)


def explain(error: ErrorDetails) -> tuple[str, str]:
    """Key and sentence for pydantic's first complaint."""
    place = error["loc"]
    is_auth = place[:2] == _AUTH
    # Between `auth` and its options pydantic names the type.
    location = ".".join(str(part) for part in (_AUTH + place[3:] if is_auth else place))
    if error["type"] == "extra_forbidden":
        return location, f"there is no such option.{_did_you_mean(str(place[-1]), place)}"
    if error["type"] == "missing":
        return location, "it is missing."
    if error["type"] in _NO_OBJECT and (is_auth or place == ("callsheet",)):
        return location, f"expected an object{_WITH_TYPE if is_auth else ''}."
    # Only where no secret can be.
    shows = place[0] in {"type", "callsheet"} and not is_auth
    found = f", found {json.dumps(error['input'], default=str)[:80]}" if shows else ""
    return location, f"{error['msg'].removeprefix('Value error, ').removesuffix('.')}{found}."


def _did_you_mean(word: str, place: tuple[int | str, ...]) -> str:
    """The option whose name is most like `word`, among those that there are at `place`."""
    model = next((_MODELS[part] for part in reversed(place[:-1]) if part in _MODELS), _Options)
    options: Iterable[str] = (field.alias or name for name, field in model.model_fields.items())
    close = difflib.get_close_matches(word, list(options), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
