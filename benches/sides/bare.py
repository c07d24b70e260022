"""The limit of the service: the SDK's client alone, which calls the same tools in the same order and keeps nothing.

python -m benches.sides.bare COMMAND [ARGUMENT…]
"""

import asyncio
import sys

from mcp import Client, StdioServerParameters

from benches.documents import INPUT, STEPS
from benches.sides.commands import obey


async def main(command: str, *arguments: str) -> None:
    """Make runs of ten calls on the tool server `command`, as commanded."""
    async with Client(StdioServerParameters(command=command, args=list(arguments))) as client:

        async def one_run() -> None:
            value = INPUT["value"]
            for _ in range(STEPS):
                result = await client.call_tool("echo", {"value": value})
                value = result.structured_content["value"] if result.structured_content else None

        await obey(one_run)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
