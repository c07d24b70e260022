"""API keys as the API shows them: never the key itself, but once."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from callsheet.access.desk import KeyWish, NewKey
from callsheet.access.keys import ApiKey
from callsheet.access.patterns import ALL, MAX_PATTERNS
from callsheet.access.scopes import Role
from callsheet.api.schemas.moments import Moment, Timestamp
from callsheet.runs.codec import timestamp


class KeyRow(BaseModel):
    """One key. `key_id` is the part of it that is no secret."""

    key_id: str
    name: str
    role: Role
    every_run: Annotated[bool, Field(description="Whether it sees the runs of others, too.")]
    scenarios: Annotated[list[str], Field(description="Patterns of the scenarios that it may see and run.")]
    tools: Annotated[list[str], Field(description="Patterns of the tools that it may call, as server/tool.")]
    created_at: Timestamp
    created_by: str
    expires_at: Timestamp | None
    last_used_at: Annotated[Timestamp | None, Field(description="To the minute.")]
    revoked_at: Timestamp | None

    @classmethod
    def of(cls, key: ApiKey, /, **more: Any) -> Self:
        """The key as the API shows it."""
        return cls(
            key_id=key.key_id,
            name=key.name,
            role=key.role,
            every_run=key.every_run,
            scenarios=list(key.scenarios.texts),
            tools=list(key.tools.texts),
            created_at=timestamp(key.created_at),
            created_by=key.created_by,
            expires_at=timestamp(key.expires_at) if key.expires_at else None,
            last_used_at=timestamp(key.last_used_at) if key.last_used_at else None,
            revoked_at=timestamp(key.revoked_at) if key.revoked_at else None,
            **more,
        )


class KeyList(BaseModel):
    """Every key, the newest first, revoked and expired ones too."""

    keys: list[KeyRow]


class CreatedKey(KeyRow):
    """A key that was just made, with the key itself: it is not kept, and cannot be told again."""

    key: str

    @classmethod
    def made(cls, new: NewKey) -> Self:
        """The key as the API shows it once."""
        return cls.of(new.key, key=new.text)


class KeyRequest(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=64, description="Whose it is: 1 to 64 letters, digits and _ . -")]
    role: Role
    every_run: Annotated[
        bool | None, Field(strict=True, description="Without it, keys of viewers and admins see every run.")
    ] = None
    scenarios: Annotated[list[str], Field(max_length=MAX_PATTERNS)] = Field(default_factory=lambda: list(ALL.texts))
    tools: Annotated[list[str], Field(max_length=MAX_PATTERNS)] = Field(default_factory=lambda: list(ALL.texts))
    expires_at: Annotated[Moment | None, Field(description="Without it, never.")] = None

    def wish(self) -> KeyWish:
        """The key in the words of the core."""
        return KeyWish(
            name=self.name,
            role=self.role,
            every_run=self.every_run,
            scenarios=self.scenarios,
            tools=self.tools,
            expires_at=self.expires_at,
        )
