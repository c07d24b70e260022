"""Every route of the app with every kind of caller: `python -m tests.api.matrix` writes `matrix.txt` anew.

The statuses are those of well-formed requests about things that exist, as far as that is possible: 2xx, 404, 409 and
422 mean that the caller was let in. `other owner` is an admin who sees their own runs alone; the runs asked for are
another's. At /mcp a call that is refused is a result of its own: `200!`.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

from starlette.types import ASGIApp, Receive, Scope, Send

from callsheet.access.desk import KeyWish
from callsheet.access.keys import key_id_of
from callsheet.access.scopes import Role
from callsheet.api.access import Access, served
from callsheet.api.parts import Parts
from callsheet.engine.cipher import KEY_BYTES, KeyCipher
from callsheet.mcp_endpoint.http import open_endpoint
from callsheet.mcp_endpoint.parts import EndpointOptions, EndpointParts
from callsheet.runs.tools import ToolCall, ToolResult
from callsheet.testing import ManualClock
from callsheet.tools.routing import missing_tool
from callsheet.web.build import read_build
from callsheet.web.route import WebUi
from tests.api.asgi import Exchange, exchange
from tests.api.house import ARTICLE, NEWS, House, SomeTools

TABLE: Final = Path(__file__).with_name("matrix.txt")

KINDS: Final = ("none", "wrong", "expired", "viewer", "operator", "author", "admin", "other owner")

Headers = list[tuple[bytes, bytes]]

MCP: Final = {
    "initialize": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "matrix", "version": "1"},
    },
    "tools/list": {},
    "tools/call callsheet_status": {"name": "callsheet_status", "arguments": {"run_id": "{run_id}"}},
    "tools/call " + NEWS: {"name": NEWS, "arguments": ARTICLE, "_meta": {"callsheet/async": True}},
}
_RUN: Final = {"scenario_id": NEWS, "input": ARTICLE}
_BODIES: Final[dict[str, object]] = {
    "POST /api/runs": _RUN,
    "POST /api/runs/bulk": {"action": "cancel", "all": True, "dry_run": True},
    "POST /api/runs/{run_id}/fork": {"from_step": "search_news_sources"},
    "POST /api/keys": {"name": "made", "role": "viewer", "every_run": False},
    "PUT /api/secrets/{name}": {"value": "hunter22"},
    "POST /api/session": {"key": "cs_wrong"},
    "POST /api/runs/{run_id}/steps/{step_path}/answer": {"action": "accept"},
}


class RangeTools(SomeTools):
    """No tools at all."""

    async def call(self, call: ToolCall) -> ToolResult:
        raise missing_tool(call.server or "", call.tool, ())


class Late:
    """An app that comes to be after the house whose parts it needs."""

    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that can be asked for.

    Attributes:
        label: as the table names it.
        path: with the names of things that exist.
    """

    label: str
    method: str
    path: str
    body: bytes = b""
    accept: bytes = b"*/*"
    access: Access = field(default_factory=Access)

    @property
    def headers(self) -> Headers:
        """Those beside the host and the credential."""
        kind = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(self.body))]
        return [(b"accept", self.accept), *(kind if self.body else [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A house with something of everything, and a key of each kind."""

    house: House
    rows: list[Row]
    keys: dict[str, str]

    def credential(self, kind: str) -> Headers:
        """The header of a kind of caller."""
        return [(b"authorization", f"Bearer {self.keys[kind]}".encode())] if kind in self.keys else []


@asynccontextmanager
async def open_range() -> AsyncGenerator[Range]:
    """A house that asks, with its pages and its MCP endpoint."""
    late = Late()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "index.html").write_text("<!doctype html><title>Callsheet</title>", encoding="utf-8")
        web = WebUi(read_build(Path(folder)))
        house = House(asks=True, clock=ManualClock(), mcp=late, web=web, tools=RangeTools())
    parts: Parts = house.app.state.parts
    endpoint = EndpointParts(
        runs=parts.runs,
        answers=parts.answers,
        catalog=parts.catalog,
        tools=parts.tools,
        cipher=KeyCipher(bytes(KEY_BYTES)),
        options=EndpointOptions(),
        acts=house.gate.acts,
    )
    async with open_endpoint(endpoint) as opened:
        late.app = opened.app
        keys = {kind: await _key(house, kind) for kind in KINDS if kind != "none"}
        run_id = await house.run(owner="key:owner")
        yield Range(house=house, rows=list(_rows(house, run_id, key_id_of(keys["expired"]) or "")), keys=keys)


async def status_of(asked: Range, row: Row, headers: Headers, *, host: bytes = b"127.0.0.1:8080", **scope: Any) -> int:
    """The status with which the app answers."""
    all_headers = [(b"host", host), *row.headers, *headers] if host else [*row.headers, *headers]
    path, _, query = row.path.partition("?")
    async with exchange(
        asked.house.app, row.method, path, query=query.encode(), headers=all_headers, scope=scope
    ) as sent:
        sent.to_app.put_nowait({"type": "http.request", "body": row.body, "more_body": False})
        return (await sent.start())[0]


async def cell(asked: Range, row: Row, kind: str, session: Headers) -> str:
    """What the table says of one kind of caller."""
    if not row.label.startswith("POST   /mcp tools"):
        return str(await status_of(asked, row, asked.credential(kind)))
    headers = [(b"host", b"127.0.0.1:8080"), *row.headers, *asked.credential(kind), *session]
    async with exchange(asked.house.app, row.method, row.path, headers=headers) as sent:
        sent.to_app.put_nowait({"type": "http.request", "body": row.body, "more_body": False})
        status, _ = await sent.start()
        return f"{status}!" if b'"isError":true' in await _reply(sent) else str(status)


async def _reply(sent: Exchange) -> bytes:
    """What is answered up to the reply to the request; its stream may stay open."""
    body = b""
    while b"}" not in body:
        body += await sent.chunk()
    return body


async def mcp_session(asked: Range, kind: str) -> Headers:
    """The headers of a session of the `initialize` era; none for who gets none."""
    row = next(row for row in asked.rows if row.label == "POST   /mcp initialize")
    headers = [(b"host", b"127.0.0.1:8080"), *row.headers, *asked.credential(kind)]
    async with exchange(asked.house.app, row.method, row.path, headers=headers) as sent:
        sent.to_app.put_nowait({"type": "http.request", "body": row.body, "more_body": False})
        _, answered = await sent.start()
        await _reply(sent)
    session = answered.get("mcp-session-id", "")
    return [(b"mcp-session-id", session.encode()), (b"mcp-protocol-version", b"2025-11-25")] if session else []


async def table() -> str:
    """The whole table."""
    columns: dict[str, list[str]] = {}
    labels: list[str] = []
    for kind in KINDS:  # each in a house of its own, for they change it
        async with open_range() as asked:
            labels = [f"{row.label:<58}{_needs(row.access):<18}" for row in asked.rows]
            session = await mcp_session(asked, kind)
            columns[kind] = [await cell(asked, row, kind, session) for row in asked.rows]
    head = f"{'route':<58}{'needs':<18}" + "".join(f"{kind:>9}" for kind in KINDS[:-1]) + f"  {KINDS[-1]}"
    lines = [
        label + "".join(f"{columns[kind][index]:>9}" for kind in KINDS[:-1]) + f"{columns[KINDS[-1]][index]:>9}"
        for index, label in enumerate(labels)
    ]
    return "\n".join([head, *(line.rstrip() for line in lines)]) + "\n"


def _needs(access: Access) -> str:
    return "-" if access.public else access.scope.value if access.scope else "any caller"


async def _key(house: House, kind: str) -> str:
    if kind == "wrong":
        return f"cs_{'0' * 12}_{'A' * 43}"
    if kind == "expired":
        clock = cast("ManualClock", house.clock)
        until = clock.now() + timedelta(seconds=1)
        wish = KeyWish(name=kind, role=Role.ADMIN, expires_at=until)
        text = (await house.gate.keys.create(wish, "local")).text
        clock.advance(2)
        return text
    role = Role.ADMIN if kind == "other owner" else Role(kind)
    wish = KeyWish(name=kind.replace(" ", "-"), role=role, every_run=kind != "other owner")
    return (await house.gate.keys.create(wish, "local")).text


def _rows(house: House, run_id: str, key_id: str) -> Iterator[Row]:
    names = {
        "run_id": run_id,
        "scenario_id": NEWS,
        "key_id": key_id,
        "step_path": "search_news_sources",
        "path": "search_news_sources",
        "name": "nightly",
        "server": "news",
        "tool": "search",
        "number": "1",
        "version": "1",
    }
    for context, access in served(house.app):
        path = context.path or "/"
        if path == "/mcp":
            yield from _mcp_rows(access, run_id)
            continue
        for method in sorted(context.methods or {"GET"}):
            label = f"{method:<7}{path if context.path else '/ (pages)'}"
            body = _BODIES.get(f"{method} {path}", {}) if method in {"POST", "PUT"} else None
            filled = path if path != "/static-offline-docs" else f"{path}/swagger-ui.css"
            for name, value in names.items():
                filled = filled.replace(f"{{{name}}}", value).replace(f"{{{name}:path}}", value)
            assert "{" not in filled, f"Which {filled} is there?"
            data = b"" if body is None else json.dumps(body).encode()
            yield Row(label=label, method=method, path=filled, body=data, access=access)


def _mcp_rows(access: Access, run_id: str) -> Iterator[Row]:
    for label, params in MCP.items():
        message = {"jsonrpc": "2.0", "id": 1, "method": label.split()[0], "params": params}
        body = json.dumps(message).replace("{run_id}", run_id).encode()
        accept = b"application/json, text/event-stream"
        yield Row(label=f"POST   /mcp {label}", method="POST", path="/mcp", body=body, accept=accept, access=access)
    for method in ("GET", "DELETE"):
        yield Row(label=f"{method:<7}/mcp", method=method, path="/mcp", access=access)


if __name__ == "__main__":
    TABLE.write_text(asyncio.run(table()), encoding="utf-8")
