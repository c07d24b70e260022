"""A client as somebody writes it who has read the seed document and nothing else of ours: no library, no cleverness."""

import json
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPResponse
from typing import Any

PATIENCE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, headers, and the JSON of the body; objects keep the order of their fields."""

    status: int
    headers: Message
    raw: bytes

    @property
    def body(self) -> Any:
        """The body as JSON."""
        return json.loads(self.raw)


def get(url: str) -> Answer:
    """A GET."""
    return _send(urllib.request.Request(url))


def post(url: str, body: Any) -> Answer:
    """A POST of JSON."""
    data = json.dumps(body).encode()
    return _send(urllib.request.Request(url, data, {"Content-Type": "application/json"}))


def _send(request: urllib.request.Request) -> Answer:
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return Answer(status=response.status, headers=response.headers, raw=response.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(status=refused.code, headers=refused.headers, raw=refused.read())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One event: the name in `event:`, the JSON in `data:`."""

    name: str
    data: dict[str, Any]


class Stream:
    """An open event stream, read by the rule that the seed's example shows: blocks end with an empty line."""

    def __init__(self, response: HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.raw = b""
        self._response = response
        self._given = 0

    def next(self) -> Sent | None:
        """The next event; None when the server has closed the stream."""
        while self.raw.count(b"\n\n") <= self._given:
            more = self._response.read1(65536)
            if not more:
                assert self.raw.endswith(b"\n\n"), "the stream ended in the middle of an event"
                return None
            self.raw += more
        block = self.raw.decode().split("\n\n")[self._given]
        self._given += 1
        event, data = block.split("\n")[:2]
        assert event.startswith("event: ")
        assert data.startswith("data: ")
        return Sent(name=event.removeprefix("event: "), data=json.loads(data.removeprefix("data: ")))

    def rest(self) -> list[Sent]:
        """All that still comes until the server closes the stream."""
        return list(iter(self.next, None))


@contextmanager
def subscribe(url: str) -> Generator[Stream]:
    """The event stream at `url`."""
    with urllib.request.urlopen(url, timeout=PATIENCE) as response:
        yield Stream(response)
