"""Tool servers as the API lists them."""

from typing import Annotated, Self

from pydantic import Field

from callsheet.api.schemas.health import ToolServerHealth
from callsheet.api.schemas.moments import Timestamp
from callsheet.runs.codec import timestamp
from callsheet.runs.tools import Circuit, LockPolicy, ToolServerState


class ToolServerDetail(ToolServerHealth):
    """What is known of one tool server, without asking it."""

    last_seen: Annotated[Timestamp | None, Field(description="When it last answered a call or listed its tools.")]
    circuit: Annotated[
        Circuit, Field(description="`open`: calls fail at once; `half_open`: the next one finds out whether it works.")
    ]
    retry_in: Annotated[float | None, Field(description="Seconds until an open circuit lets one call through.")]
    needs_auth: Annotated[bool, Field(description="Whether somebody has to sign in: `callsheet tools login NAME`.")]
    lock: LockPolicy
    in_flight: int
    waiting: int

    @classmethod
    def known(cls, state: ToolServerState) -> Self:
        """The state as the API shows it."""
        return cls(
            **ToolServerHealth.of(state).model_dump(),
            last_seen=None if state.last_seen is None else timestamp(state.last_seen),
            circuit=state.circuit,
            retry_in=None if state.retry_in is None else round(state.retry_in, 3),
            needs_auth=state.needs_auth,
            lock=state.lock,
            in_flight=state.in_flight,
            waiting=state.waiting,
        )
