"""`python -m tests.conformance.run`: the official conformance suite against Callsheet, as a client and as a server.

Ends with status 1 when something fails that `expected-failures.yaml` does not name with a reason, and when something
that it names does not fail any more.
"""

import asyncio
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.conformance.fixtures import HERE, write_folder
from tests.conformance.node import SUITE, run_node
from tests.conformance.serving import served

EXPECTED: Final = HERE / "expected-failures.yaml"
REVISIONS: Final = ("2025-11-25", "2026-07-28")


async def main(legs: list[str]) -> int:
    """Run the legs; how many failed."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="callsheet-conformance-") as name:
        folder = Path(name)
        write_folder(folder)
        for revision in REVISIONS:
            if "client" in legs:
                command = f"{shlex.quote(sys.executable)} {shlex.quote(str(HERE / 'client.py'))}"
                failed += await suite("client", "--command", command, revision=revision)
            if "server" in legs:
                async with served(folder) as url:
                    failed += await suite("server", "--url", f"{url}/mcp", revision=revision)
    return failed


async def suite(*arguments: str, revision: str) -> bool:
    """Run the suite; whether something failed unexpectedly."""
    sys.stdout.write(f"\n== {arguments[0]}, {revision}\n")
    sys.stdout.flush()
    return await run_node(SUITE, *arguments, "--requirements", revision, "--expected-failures", str(EXPECTED)) != 0


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(main(sys.argv[1:] or ["client", "server"])) else 0)
