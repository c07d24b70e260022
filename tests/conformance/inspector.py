"""`python -m tests.conformance.inspector`: MCP Inspector's CLI as a client of Callsheet that nobody here wrote.

Over HTTP and stdio, in both protocol generations, it lists the tools and calls one that takes its time. It shows no
progress by itself, so that a relay between the two writes down what it was sent.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from tests.conformance.fixtures import HERE, write_folder
from tests.conformance.node import INSPECTOR, NODE, ROOT, environment
from tests.conformance.serving import served

ERAS: Final = ("legacy", "modern")
CALLS: Final = {
    "legacy": ("test_tool_with_progress", "{}", "Done."),
    "modern": ("slow_compute", '{"seconds": 2, "label": "it"}', "Computed it"),
}
"""By era: a tool, its arguments and what it says. A client of 2026-07-28 that knows tasks gets one of a long call."""

TOKEN: Final = "inspector"


async def main() -> int:
    """Run all; how many failed."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="callsheet-inspector-") as name:
        folder = Path(name)
        write_folder(folder)
        for era in ERAS:
            relayed = folder / f"{era}.relayed"
            command = [sys.executable, str(HERE / "relay.py"), str(relayed)]
            serve = [sys.executable, "-m", "callsheet", "mcp", "--folder", str(folder)]
            entry = {"type": "stdio", "command": command[0], "args": [*command[1:], *serve], "env": environment()}
            failed += await look(folder, f"stdio, {era}", era, entry, relayed)
        async with served(folder) as url:
            for era in ERAS:
                relayed = folder / f"{era}.relayed-http"
                async with recorded(url, relayed) as address:
                    entry = {"type": "streamable-http", "url": f"{address}/mcp"}
                    failed += await look(folder, f"http, {era}", era, entry, relayed)
    return failed


async def look(folder: Path, title: str, era: str, entry: dict[str, Any], relayed: Path) -> int:
    """List and call; how many of the three things that are looked for are missing."""
    config = folder / "inspector.json"
    config.write_text(json.dumps({"mcpServers": {"callsheet": entry}}), encoding="utf-8")
    common = ("--config", str(config), "--server", "callsheet", "--protocol-era", era, "--format", "json", "--quiet")
    listed = await inspector(*common, "--method", "tools/list")
    names = {tool["name"] for tool in listed.get("result", {}).get("tools", [])}
    tool, arguments, said = CALLS[era]
    call = ("--method", "tools/call", "--tool-name", tool, "--tool-args-json", arguments)
    called = await inspector(*common, *call, "--tool-metadata", f"progressToken={TOKEN}")
    content = called.get("result", {}).get("content", [])
    text = await asyncio.to_thread(relayed.read_text, encoding="utf-8", errors="replace")
    return sum(
        say(title, what, is_seen)
        for what, is_seen in (
            ("list", {tool, "callsheet_start"} <= names),
            ("call", content == [{"type": "text", "text": said}]),
            ("a task that was polled" if era == "modern" else "progress", followed(era, text)),
        )
    )


def followed(era: str, relayed: str) -> bool:
    """Whether the client could follow the call: with tasks it is told by `tasks/get`, else by notifications."""
    if era == "modern":
        return '"tasks/get"' in relayed and '"status":"completed"' in relayed
    return '"notifications/progress"' in relayed and f'"progressToken":"{TOKEN}"' in relayed


def say(title: str, what: str, is_seen: bool) -> bool:
    """Say it; whether it is a fault."""
    sys.stdout.write(f"{'seen  ' if is_seen else 'FAILED'} inspector, {title}: {what}\n")
    sys.stdout.flush()
    return not is_seen


async def inspector(*arguments: str) -> dict[str, Any]:
    """What the CLI prints."""
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(INSPECTOR / "clients" / "cli" / "build" / "index.js"), *arguments, cwd=ROOT,
        env={**environment(), "MCP_INSPECTOR_SECRET_STORE": "memory"}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(60):
        printed, _ = await process.communicate()
    return json.loads(printed or b"{}")


@asynccontextmanager
async def recorded(url: str, file: Path) -> AsyncGenerator[str]:
    """An address that leads to `url`; what is said either way is written to the file."""
    target = urlsplit(url)
    at_work: set[asyncio.Task[Any]] = set()

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(2**16):
            with file.open("ab") as log:
                log.write(chunk)
            writer.write(chunk)
            await writer.drain()
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(target.hostname, target.port)
        await asyncio.gather(copy(reader, back), copy(there, writer), return_exceptions=True)

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(relay(reader, writer))
        at_work.add(task)
        task.add_done_callback(at_work.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(1 if asyncio.run(main()) else 0)
