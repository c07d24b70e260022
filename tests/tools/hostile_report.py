"""Prints what every hostile server did to us, as a table for docs/benchmarks.md.

python -m tests.tools.hostile_report [modern | legacy]
"""

import asyncio
import sys
from typing import Final

from tests.support.servers.hostile import CATALOGUE, GROUPS, Transport
from tests.support.servers.hostile_trial import Finding, findings_of

HEAD: Final = (
    "| fault | transport | caller sees | after, ms | memory, MiB | loop, ms | without a turn, ms | |\n"
    "|---|---|---|---|---|---|---|---|"
)


async def main(era: str) -> int:
    """Print the table; 1 when something was not as it must be."""
    print(HEAD)  # noqa: T201 - a command
    failed = 0
    for group in GROUPS:
        transports: tuple[Transport, ...] = ("stdio", "http")
        for transport in transports:
            if any(fault.group == group and transport in fault.on for fault in CATALOGUE):
                for finding in await findings_of(transport, era, group):
                    print(_line(finding, transport))  # noqa: T201 - a command
                    failed += bool(finding.problems)
    return min(failed, 1)


def _line(finding: Finding, transport: Transport) -> str:
    cells = [
        f"`{ascii(finding.fault)[1:-1]}`",
        transport,
        finding.error,
        f"{finding.ms:,.0f}",
        f"{finding.mebibytes:.1f}",
        f"{finding.loop_ms:.0f}",
        f"{finding.gap_ms:.0f}",
        "; ".join(finding.problems)[:200],
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "modern")))
