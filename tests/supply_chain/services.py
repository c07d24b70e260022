"""A vulnerability service with the API of OSV and an npm registry, over HTTP, that know what a test tells them."""

import gzip
import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Known:
    """What the services know.

    Attributes:
        bad: `name version` of each Python package with a vulnerability.
        bad_npm: the name of each npm package with one.
        asked: what was looked up, in order.
        broken: answer every request with 500.
    """

    bad: set[str] = field(default_factory=set[str])
    bad_npm: set[str] = field(default_factory=set[str])
    asked: list[str] = field(default_factory=list[str])
    broken: bool = False

    def python(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """OSV's answer."""
        name, version = query["package"]["name"], query["version"]
        self.asked.append(f"{name} {version}")
        if f"{name} {version}" not in self.bad:
            return {}
        affected: list[dict[str, Any]] = [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": []}]
        return {"vulns": [{"id": f"TEST-{name}", "summary": "Bad.", "affected": affected}]}

    def npm(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """The registry's answer to a question about many packages."""
        self.asked += query
        advisory = {"id": 1, "url": "", "title": "Bad.", "severity": "high", "vulnerable_versions": "*"}
        return {name: [advisory] for name in query if name in self.bad_npm}


@contextmanager
def services(known: Known) -> Generator[str]:
    """Both at one address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            query = json.loads(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self._answer(500 if known.broken else 200, known.python(query) if "package" in query else known.npm(query))

        def do_GET(self) -> None:
            self._answer(404, {})

        def _answer(self, status: int, value: object) -> None:
            text = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
