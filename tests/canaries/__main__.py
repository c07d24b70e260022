"""`python -m tests.canaries`: many runs of a hostile tool server, after which no secret may be anywhere."""

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import httpx2

from tests.canaries.playing import Late
from tests.canaries.trial import Broken, attempt, report

_GRACE = 60
"""Seconds after the end of the time at which this process ends itself, should it hang."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Try, and print a report; 1 when it failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.canaries", description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=1200, help="after which it has failed")
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="callsheet-canaries-"))
    signal.alarm(int(options.seconds) + _GRACE)
    try:
        findings = attempt(folder, options.runs, options.seconds)
    except (AssertionError, Broken, Late, httpx2.HTTPError) as exc:
        sys.stdout.write(f"FAILED: {type(exc).__name__}: {exc}\nEverything is in {folder}.\n")
        return 1
    finally:
        signal.alarm(0)
    sys.stdout.write(report(findings))
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
