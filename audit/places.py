"""Where things are, and how a program of the audit is run."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
TOOLS: Final = ROOT / ".venv-audit" / "bin"
CANARY: Final = Path(__file__).parent / "canary"

PATIENCE: Final = 600
"""Seconds for one program; each has time limits of its own for what it asks."""


class AuditFailed(Exception):
    """A check found something, or could not look; a sentence for the terminal."""


def run(program: str, words: Sequence[str | Path]) -> "subprocess.CompletedProcess[str]":
    """Run a program of `.venv-audit`.

    Raises:
        AuditFailed: it is not there, or does not come to an end.
    """
    path = TOOLS / program
    if not path.exists():
        raise AuditFailed(f"There is no {program} in .venv-audit: 'make audit' installs it.")
    try:
        return subprocess.run([path, *words], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise AuditFailed(f"{program} did not come to an end in {PATIENCE} s.") from None


def last_line(text: str) -> str:
    """What a program said last, which of a traceback is the error."""
    return (text.strip().splitlines() or ["it said nothing"])[-1][:300]


def named(path: Path) -> str:
    """A path as people name it: from the root of the repository, where it is in there."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
