"""Who is signed in, as the API shows it."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from callsheet.access.principal import Principal
from callsheet.access.scopes import Role, Scope
from callsheet.api.schemas.moments import Timestamp
from callsheet.runs.codec import timestamp


class OidcOffer(BaseModel):
    """People can sign in through an OpenID provider."""

    name: Annotated[str, Field(description="For the button.")]
    login_url: Annotated[str, Field(description="Where the browser goes; `?next=` names the page to come back to.")]


class SessionResponse(BaseModel):
    """Who calls, and what they may do. Nobody does while `signed_in` is false: all fields of a person are null then."""

    auth: Annotated[Literal["off", "on"], Field(description="Whether callers have to say who they are.")]
    signed_in: bool
    subject: Annotated[str | None, Field(description="Owns the runs that they start.")] = None
    name: str | None = None
    role: Role | None = None
    scopes: Annotated[list[Scope], Field(description="What the role allows; each route names the one that it needs.")]
    every_run: Annotated[bool | None, Field(description="Whether they see the runs of others.")] = None
    scenarios: Annotated[list[str], Field(description="Patterns of the scenarios that they may see and run.")]
    tools: Annotated[list[str], Field(description="Patterns of the tools that they may call, as server/tool.")]
    expires_at: Annotated[Timestamp | None, Field(description="When the session ends; null for what is none.")] = None
    oidc: OidcOffer | None = None

    @classmethod
    def of(
        cls, principal: Principal | None, *, asks: bool, expires_at: datetime | None, oidc: OidcOffer | None
    ) -> Self:
        """What is told of `principal`."""
        if principal is None:
            return cls(auth=_said(asks=asks), signed_in=False, scopes=[], scenarios=[], tools=[], oidc=oidc)
        return cls(
            auth=_said(asks=asks),
            signed_in=True,
            subject=principal.subject,
            name=principal.name,
            role=principal.role,
            scopes=sorted(principal.scopes),
            every_run=principal.every_run,
            scenarios=list(principal.scenarios.texts),
            tools=list(principal.tools.texts),
            expires_at=timestamp(expires_at) if expires_at else None,
            oidc=oidc,
        )


class SignInRequest(BaseModel):
    """An API key to sign in with."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(max_length=256, description="`cs_…`")]


def _said(*, asks: bool) -> Literal["off", "on"]:
    return "on" if asks else "off"
