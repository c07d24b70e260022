"""What the probes say."""

from typing import Self

from pydantic import BaseModel

from callsheet.runs.tools import ToolServerState

_OK = "ok"


class Health(BaseModel):
    """The process answers."""

    status: str
    version: str


class ToolServerHealth(BaseModel):
    """What is known of one tool server. A dead one does not make the service unready: its steps fail, others run."""

    name: str
    transport: str
    connected: bool
    protocol: str | None
    error: str | None

    @classmethod
    def of(cls, state: ToolServerState) -> Self:
        """The state as the API shows it."""
        return cls(
            name=state.name,
            transport=state.transport,
            connected=state.connected,
            protocol=state.protocol,
            error=state.error,
        )


class Readiness(BaseModel):
    """Whether runs are accepted; `journal` and `engine` are `ok` or say why not.

    `workers` counts the processes that execute runs; with none, runs are accepted and wait. Null where that is not
    known.
    """

    status: str
    journal: str
    engine: str
    workers: int | None = None
    tool_servers: list[ToolServerHealth]

    def for_strangers(self) -> Self:
        """The same without reasons and names."""
        parts = {name: _OK if getattr(self, name) == _OK else "not ready" for name in ("journal", "engine")}
        return self.model_copy(update={**parts, "tool_servers": []})
