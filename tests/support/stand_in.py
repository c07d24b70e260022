"""A server that says what a test tells it to: for what a real one says only when something is wrong, or not yet."""

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from callsheet.scenario.json import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: its method with its path and query, its body as JSON, its `Authorization`."""

    what: str
    body: Json
    authorization: str | None


@dataclass(kw_only=True)
class StandIn:
    """The server.

    Attributes:
        answers: by method and path with its query, such as `GET /api/keys`: the status and the body; bytes go as they
            are.
        asked: the requests so far.
    """

    answers: Mapping[str, tuple[int, Json | bytes]]
    url: str = ""
    asked: list[Asked] = field(default_factory=list[Asked])

    def answer(self, asked: Asked) -> tuple[int, bytes]:
        """What is answered to one request."""
        self.asked.append(asked)
        status, body = self.answers.get(asked.what, (404, {"detail": f"Nobody told me of {asked.what}."}))
        return status, body if isinstance(body, bytes) else orjson.dumps(body)


@contextmanager
def standing_in(answers: Mapping[str, tuple[int, Json | bytes]]) -> Generator[StandIn]:
    """A server on this machine while the block runs."""
    stand_in = StandIn(answers=answers)

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(
                what=f"{self.command} {self.path}",
                body=orjson.loads(body) if body else None,
                authorization=self.headers.get("Authorization"),
            )
            status, text = stand_in.answer(asked)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = _handle

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the test looks at `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
