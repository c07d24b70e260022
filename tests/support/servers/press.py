"""A tool server whose tools work when files of a folder let them: `python press.py FOLDER`.

Tools:
* `collect`: answers when the file `go` is there.
* `print`: fails while there is no file `paper`; there is no paper A0 at all.

The file `calls` gets a line for every call: the name of the tool.
"""

import asyncio
import sys
from pathlib import Path

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

LOOK_SECONDS = 0.02


def create(folder: Path) -> MCPServer:
    server = MCPServer("press")

    def record(tool: str) -> None:
        with (folder / "calls").open("a", encoding="ascii") as calls:
            calls.write(f"{tool}\n")

    @server.tool()
    async def collect(title: str) -> dict[str, str]:
        """Bring the text of an article."""
        record("collect")
        while not (folder / "go").exists():  # noqa: ASYNC110 - a file says nothing
            await asyncio.sleep(LOOK_SECONDS)
        return {"text": f"All about {title}"}

    @server.tool(name="print")
    def press(text: str, paper: str = "A4") -> dict[str, str]:
        """Print a text on paper."""
        record("print")
        if paper == "A0" or not (folder / "paper").exists():
            raise ToolError(f"There is no paper {paper}.")
        return {"printed": text}

    return server


if __name__ == "__main__":
    create(Path(sys.argv[1])).run()
