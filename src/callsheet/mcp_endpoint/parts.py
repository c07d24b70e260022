"""What the MCP endpoint is built from."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from callsheet.access.principal import Principal
from callsheet.runs.answers import Answers
from callsheet.runs.ports import Catalog, Cipher
from callsheet.runs.service import RunService
from callsheet.runs.tools import Tools

MAX_BODY: Final = 1024 * 1024


class OnDisconnect(StrEnum):
    """What becomes of a run whose client went away, or cancelled the call that began it."""

    CONTINUE = "continue"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointOptions:
    """Settings of the endpoint; seconds and bytes.

    Attributes:
        version: of the product.
        on_disconnect: see there.
        trusted: the tool servers whose annotations are believed.
        task_grace: how long a call waits for its run before a client that knows tasks gets one.
        watch_interval: how often the catalog is looked at while somebody listens for its changes.
        patience: how long a session may take to be told of a change, before it is told no more.
        listing_patience: how long tool servers may take to say what their tools do; after that, what they said counts.
        session_idle: after how long a session of the `initialize` era without a request ends.
        max_sessions: how many of these there may be.
        max_body: the largest request body.
        page: how many tools one page of the list has.
    """

    version: str = "0"
    on_disconnect: OnDisconnect = OnDisconnect.CONTINUE
    trusted: Collection[str] = field(default_factory=frozenset[str])
    task_grace: float = 1.0
    watch_interval: float = 3.0
    patience: float = 5.0
    listing_patience: float = 5.0
    session_idle: float = 30 * 60.0
    max_sessions: int = 1_000
    max_body: int = MAX_BODY
    page: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointParts:
    """The parts of the system that the endpoint works with; whoever made them starts and stops them."""

    runs: RunService
    answers: Answers
    catalog: Catalog
    tools: Tools
    cipher: Cipher
    options: EndpointOptions

    def seen_by(self, caller: Principal) -> "EndpointParts":
        """The parts as a caller sees them."""
        return replace(self, runs=self.runs.seen_by(caller), answers=self.answers.seen_by(caller))
