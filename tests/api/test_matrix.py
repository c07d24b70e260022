"""Who may have what: the whole table, and that no other way to write a request gets anybody more.

`make matrix` writes the table anew; what it changes is to be read before it is committed.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import unquote

import pytest

from callsheet.access.audit import AuditFilter
from callsheet.api.binding import listen
from callsheet.api.server import serve
from tests.api.house import NEWS
from tests.api.matrix import KINDS, TABLE, Range, Row, cell, mcp_session, open_range, status_of, table

FORMS: Final[dict[str, Callable[[str], str]]] = {
    "trailing slash": lambda path: f"{path}/",
    "double slash": lambda path: path.replace("/", "//", 1),
    "dot": lambda path: f"/.{path}",
    "dot dot": lambda path: f"/healthz/..{path}",
    "encoded dot dot": lambda path: f"/healthz/%2e%2e{path}",
    "encoded slash": lambda path: f"{path[:1]}{path[1:].replace('/', '%2f', 1)}",
    "upper case": lambda path: path.upper(),
    "parameter": lambda path: f"{path};x",
}
ON_A_SOCKET: Final[dict[str, Callable[[str], str]]] = {**FORMS, "absolute": lambda path: f"http://127.0.0.1:8080{path}"}

HOSTS: Final = {
    "127.0.0.1:8080": True,
    "localhost:8080": True,
    "[::1]:8080": True,
    "evil.example.org": False,
    "127.0.0.1.evil.example.org": False,
    "localhost.evil.example.org": False,
    "192.168.1.7:8080": False,
    "0.0.0.0:8080": False,
    "user@localhost": False,
    "localhost, evil.example.org": False,
    "\xff": False,
    "": False,
}
ORIGINS: Final = {
    "": True,
    "own": True,
    "http://evil.example.org": False,
    "http://127.0.0.1:8080.evil.example.org": False,
    "http://127.0.0.1:3000": False,
    "https://127.0.0.1": False,
    "null": False,
    "file://": False,
}


async def test_the_table_is_that_of_the_repository() -> None:
    async with asyncio.timeout(120):
        assert (await table()).splitlines() == TABLE.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("kind", ["none", "wrong", "viewer", "other owner"])
async def test_no_other_form_of_a_path_gives_more(kind: str) -> None:
    async with open_range() as asked:
        tried = 0
        for row in asked.rows:
            plain = await status_of(asked, row, asked.credential(kind))
            if plain not in {401, 403, 404}:
                continue
            for form, write in FORMS.items():
                raw = write(row.path)
                status = await status_of(asked, row, asked.credential(kind), path=unquote(raw), raw_path=raw.encode())
                tried += 1
                assert status >= 300 or await is_page(asked, row, raw), f"{form}: {row.method} {raw} gives {status}"
        assert tried > 100


async def is_page(asked: Range, row: Row, raw: str) -> bool:
    """Whether the answer is the page of the UI, which holds no data, or a public route's."""
    stranger = await status_of(asked, row, [], path=unquote(raw), raw_path=raw.encode())
    return row.method in {"GET", "HEAD"} and stranger == 200


async def test_unknown_hosts_and_foreign_origins_are_refused_on_every_route() -> None:
    async with open_range() as asked:
        tried = 0
        for row in asked.rows:
            plain = await status_of(asked, row, [])
            for host, known in HOSTS.items():
                for origin, ours in ORIGINS.items():
                    own = origin.replace("own", host if "://" in origin else f"http://{host}")
                    headers = [(b"origin", own.encode("latin-1"))] if origin else []
                    status = await status_of(asked, row, headers, host=host.encode("latin-1"))
                    expected = 421 if not known else plain if ours else 403
                    assert status == expected, f"{row.label} of {host!r} for {own!r}"
                    tried += 1
        assert tried == len(asked.rows) * 12 * 8


@asynccontextmanager
async def on_a_socket(asked: Range) -> AsyncGenerator[int]:
    """The app behind a real uvicorn; its port."""
    listener, ready = listen("127.0.0.1", 0, asks=True), asyncio.Event()
    port = listener.getsockname()[1]
    draining = asked.house.draining
    serving = asyncio.create_task(serve(asked.house.app, listener=listener, draining=draining, on_ready=ready.set))
    try:
        await ready.wait()
        yield port
    finally:
        draining.start()
        await serving


async def raw_answer(port: int, row: Row, target: str) -> tuple[int, bytes]:
    """The status of one request, and the beginning of the body, as a server on a socket sends them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        lines = [f"{row.method} {target} HTTP/1.1", "Host: 127.0.0.1:8080", "Connection: close"]
        lines += [f"{name.decode()}: {value.decode()}" for name, value in row.headers]
        writer.write("\r\n".join([*lines, "", ""]).encode() + row.body)
        answer = await reader.read(64 * 1024)
        return int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2]
    finally:
        writer.close()


async def test_on_a_real_socket_no_other_form_of_a_path_lets_a_stranger_in() -> None:
    tried = 0
    async with asyncio.timeout(100), open_range() as asked, on_a_socket(asked) as port:
        for row in asked.rows:
            if row.access.public:
                continue
            assert (await raw_answer(port, row, row.path))[0] == 401
            for form, write in ON_A_SOCKET.items():
                status, body = await raw_answer(port, row, write(row.path))
                page = row.method in {"GET", "HEAD"} and (not body or b"<title>Callsheet</title>" in body)
                tried += 1
                assert status >= 300 or page, f"{form}: {row.method} {write(row.path)} gives {status}"
    assert tried > 400


def test_each_kind_of_caller_has_a_column() -> None:
    head = TABLE.read_text(encoding="utf-8").splitlines()[0]

    assert all(kind in head for kind in KINDS)


async def test_what_is_done_through_mcp_is_in_the_audit_log() -> None:
    async with open_range() as asked:
        for kind in ("operator", "viewer"):
            session = await mcp_session(asked, kind)
            for row in asked.rows:
                if row.label.startswith("POST   /mcp tools/"):
                    await cell(asked, row, kind, session)
        await asked.house.gate.acts.settle()
        entries = await asked.house.access.audit.list(AuditFilter(), 10)

    refused, started = [(entry.act, entry.outcome) for entry in entries]
    assert (refused[0].action, refused[0].subject, refused[0].target) == ("mcp.call", "key:viewer", NEWS)
    assert (started[0].action, started[0].subject, started[0].source) == ("run.start", "key:operator", "127.0.0.1")
    assert refused[1] is not None
    assert started[1] is not None
    assert (refused[1].result, started[1].result, bool(started[1].target)) == ("forbidden", "done", True)
