"""Connections that are counted by their source from their first moment on, before a byte of them is read."""

import asyncio
from typing import Any, cast

from callsheet.api.bounded_heads import BoundedHeads
from callsheet.api.places import Places
from callsheet.api.slow_readers import abort


def counted(places: Places) -> type[BoundedHeads]:
    """The protocol, whose connections need a place in `places`; those without one are reset, unheard.

    uvicorn makes the protocol from its class, so that is where the places have to be known.
    """

    class Counted(BoundedHeads):
        """See `counted`."""

        _place: str | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:
            """See `asyncio.Protocol.connection_made`."""
            peer = cast("tuple[Any, ...] | None", transport.get_extra_info("peername"))
            self._place = places.enter(str(peer[0]) if peer else "")
            if self._place is None:
                abort(transport)
            else:
                super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            """See `asyncio.Protocol.connection_lost`."""
            if self._place is not None:
                places.leave(self._place)
                super().connection_lost(exc)

    return Counted
