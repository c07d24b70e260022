"""DBOS, the peer of a fleet: a workflow of native steps, each of which calls `echo` with the output of the one before.

    .venv-dbos/bin/python -m benches.sides.peer URL INPUT STEPS COMMAND [ARGUMENT…]

It runs in an environment of its own, made from benches/dbos.lock, so it imports nothing of Callsheet. Workflow and
steps are coroutines, which its documentation advises for work that waits; the workflows are started in the process that
executes them, without a queue between, which is the quickest way that it has.
"""

# What is imported here is in an environment that the checker does not see.
# pyright: basic, reportMissingImports=false

import asyncio
import sys
from typing import Any

from dbos import DBOS, DBOSConfig
from mcp import Client, StdioServerParameters

from benches.sides.commands import obey


async def main(url: str, value: str, steps: int, command: str, arguments: list[str]) -> None:
    """Make runs on the tool server `command`, as commanded, kept in the database at `url`."""
    # Its own pool (20 connections) and threads (as many as it wants): fewer or more of either were not quicker.
    config: DBOSConfig = {"name": "benches", "system_database_url": url, "log_level": "ERROR"}
    DBOS(config=config)
    async with Client(StdioServerParameters(command=command, args=arguments)) as client:

        @DBOS.step()
        async def echo(value: Any) -> Any:
            result = await client.call_tool("echo", {"value": value})
            return result.structured_content["value"] if result.structured_content else None

        @DBOS.workflow()
        async def chain(value: Any) -> Any:
            for _ in range(steps):
                value = await echo(value)
            return value

        async def one_run() -> None:
            handle = await DBOS.start_workflow_async(chain, value)
            if await handle.get_result() != value:
                raise RuntimeError("A workflow returned something else than an echo.")

        DBOS.launch()
        try:
            await obey(one_run)
        finally:
            DBOS.destroy()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5:]))
