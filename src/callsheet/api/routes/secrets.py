"""Secrets: kept, removed, and listed by name."""

from typing import Annotated

from fastapi import APIRouter, Path

from callsheet.access.scopes import Scope
from callsheet.api.access import needs
from callsheet.api.decoding import StrictRoute
from callsheet.api.parts import TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.secrets import SecretList, SecretRow, SecretValue

router = APIRouter(
    prefix="/api",
    tags=["access"],
    route_class=StrictRoute,
    responses={
        422: described("Validation Error"),
        503: described("Secrets cannot be read or written now; nothing was changed"),
    },
)

Name = Annotated[str, Path(description="1 to 128 letters, digits and underscores.")]


@router.get("/secrets", response_model=SecretList, summary="List the names of secrets")
@needs(Scope.SECRETS_MANAGE)
async def get_secrets(parts: TheParts) -> SecretList:
    """Every secret of this process, by name; never a value."""
    return SecretList(secrets=[SecretRow.of(entry) for entry in await parts.secrets.list()])


@router.put(
    "/secrets/{name}",
    response_model=SecretRow,
    summary="Keep a secret",
    description=(
        "Keeps a secret in the encrypted store of this process's data folder, instead of what was there. Where another "
        "provider has one of this name, that one is used: `provider` tells. No answer holds a value."
    ),
)
@needs(Scope.SECRETS_MANAGE, action="secret.set")
async def put_secret(name: Name, asked: SecretValue, parts: TheParts) -> SecretRow:
    """Keep a secret; it is durable before the answer is sent."""
    return SecretRow.of(await parts.secrets.set(name, asked.value))


@router.delete(
    "/secrets/{name}",
    status_code=204,
    summary="Remove a secret",
    description="Removes a secret from the encrypted store. Those of other providers are removed where they are.",
    responses={404: described("The store has no secret of this name")},
)
@needs(Scope.SECRETS_MANAGE, action="secret.remove")
async def delete_secret(name: Name, parts: TheParts) -> None:
    """Remove a secret; it is gone before the answer is sent."""
    await parts.secrets.remove(name)
