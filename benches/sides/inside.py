"""The service without its HTTP side: `open_system` and `RunService` in one process.

python -m benches.sides.inside FOLDER
"""

import asyncio
import sys
from pathlib import Path

from benches.documents import INPUT, SCENARIO_ID
from benches.sides.commands import obey
from callsheet.settings import environment, load_settings
from callsheet.system import open_system


async def main(folder: Path) -> None:
    """Make runs of the scenario in `folder`, as commanded."""
    async with open_system(load_settings(folder=folder), environment()) as system:

        async def one_run() -> None:
            summary = await system.runs.submit(SCENARIO_ID, INPUT)
            async for _ in system.runs.follow(summary.run_id):
                pass

        await obey(one_run)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
