"""Secrets as the API shows them: never a value."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from callsheet.access.secrets import SecretEntry
from callsheet.api.schemas.moments import Timestamp
from callsheet.runs.codec import timestamp


class SecretRow(BaseModel):
    """One secret."""

    name: str
    provider: Annotated[
        str, Field(description="Where it comes from: environment, files or store; empty when it cannot be decrypted.")
    ]
    changed_at: Annotated[Timestamp | None, Field(description="When it was kept in the store; null when it is not.")]

    @classmethod
    def of(cls, entry: SecretEntry) -> Self:
        """The secret as the API shows it."""
        changed_at = timestamp(entry.changed_at) if entry.changed_at else None
        return cls(name=entry.name, provider=entry.provider, changed_at=changed_at)


class SecretList(BaseModel):
    """Every secret, by name."""

    secrets: list[SecretRow]


class SecretValue(BaseModel):
    """What a secret is to be."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    value: Annotated[str, Field(repr=False, description="1 to 32,768 bytes of UTF-8, without NUL. It is never shown.")]
