"""A process that calls a tool server again and again, and counts its calls with those of others; ended from outside.

    python -m tests.support.permit_caller SERVER_URL DATABASE_URL LIMIT LEASE

It prints a line after each call.
"""

import asyncio
import sys

from callsheet.journal.postgres.permits import PostgresPermits
from callsheet.tools.servers import ServerOptions
from tests.support.servers.starting import call, http, pool, result_of


async def main(url: str, database: str, limit: int, lease: float) -> None:
    options = ServerOptions(total_in_flight=limit)
    async with (
        PostgresPermits.open(database, lease=lease) as permits,
        pool(http(url, options=options), permits=permits) as tools,
    ):

        async def calls() -> None:
            while True:
                await result_of(tools, call("crowd", server="web", timeout=60, seconds=0.02))
                sys.stdout.write("called\n")
                sys.stdout.flush()

        async with asyncio.TaskGroup() as group:
            for _ in range(2 * limit):
                group.create_task(calls())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
