"""API keys: made, listed and taken back."""

from fastapi import APIRouter

from callsheet.access.scopes import Scope
from callsheet.api.access import TheCaller, needs
from callsheet.api.auditing import TheDeed
from callsheet.api.decoding import StrictRoute
from callsheet.api.parts import TheParts
from callsheet.api.schemas.errors import described
from callsheet.api.schemas.keys import CreatedKey, KeyList, KeyRequest, KeyRow

router = APIRouter(
    prefix="/api",
    tags=["access"],
    route_class=StrictRoute,
    responses={
        422: described("Validation Error"),
        503: described("Keys cannot be read or written now; nothing was changed"),
    },
)


@router.get("/keys", response_model=KeyList, summary="List API keys")
@needs(Scope.KEYS_MANAGE)
async def get_keys(parts: TheParts) -> KeyList:
    """Every key, the newest first; revoked and expired ones too."""
    return KeyList(keys=[KeyRow.of(key) for key in await parts.gate.keys.list()])


@router.post(
    "/keys",
    response_model=CreatedKey,
    status_code=201,
    summary="Make an API key",
    description=(
        "Makes a key. The key itself is in the answer and nowhere else: only a digest of it is kept. Keys of one name "
        "are one caller, so that a key can be replaced by another. Nobody can give more than they have."
    ),
    responses={
        409: described("There are too many keys"),
    },
)
@needs(Scope.KEYS_MANAGE, action="key.create", begins=True)
async def post_key(asked: KeyRequest, parts: TheParts, caller: TheCaller, deed: TheDeed) -> CreatedKey:
    """Make a key; it is durable before the answer is sent."""
    await deed.begin(caller, details={"name": asked.name, "role": asked.role})
    new = await parts.gate.keys.create_for(caller, asked.wish())
    deed.made(new.key.key_id)
    return CreatedKey.made(new)


@router.delete(
    "/keys/{key_id}",
    response_model=KeyRow,
    summary="Revoke an API key",
    description=(
        "Takes a key back, and ends the sessions that began with it. This process refuses it from now on, others "
        "after 5 seconds at most; streams that it began end within 35 seconds. Can be repeated."
    ),
    responses={404: described("Unknown key_id")},
)
@needs(Scope.KEYS_MANAGE, action="key.revoke")
async def delete_key(key_id: str, parts: TheParts) -> KeyRow:
    """Take a key back; durable before the answer is sent."""
    key = await parts.gate.keys.revoke(key_id)
    parts.gate.authenticator.forget_key(key_id)
    return KeyRow.of(key)
