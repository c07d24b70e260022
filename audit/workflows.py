"""Our GitHub workflows, as zizmor sees them; and whether it sees what is wrong with one that is meant to be wrong."""

from pathlib import Path
from typing import Final

from audit.places import CANARY, ROOT, AuditFailed, run

WORKFLOWS: Final = ROOT / ".github" / "workflows"

_FOUND: Final = range(10, 15)
"""How zizmor ends when it found something, by how bad it is."""


def audit_workflows(folder: Path = WORKFLOWS, *, canary: Path = CANARY / "workflow.yml") -> str:
    """What was looked at, when there is nothing to complain of. No network is needed.

    Raises:
        AuditFailed: a workflow has a fault, or the canary passed.
    """
    if not _said(canary):
        raise AuditFailed("The canary passed: zizmor finds nothing wrong with a workflow that is meant to be wrong.")
    files = sorted(folder.glob("*.y*ml"))
    if not files:
        return "There are no GitHub workflows: CI calls .ci/run. zizmor found the canary."
    said = _said(*files)
    if said:
        raise AuditFailed(f"zizmor found faults in the workflows:\n{said}")
    return "zizmor finds nothing wrong with the workflows; it found the canary."


def _said(*files: Path) -> str:
    """What zizmor found; empty when nothing."""
    done = run("zizmor", ["--offline", "--no-progress", "--no-config", "--color=never", "--strict-collection", *files])
    if done.returncode == 0:
        return ""
    if done.returncode in _FOUND:
        return done.stdout
    raise AuditFailed(f"zizmor could not read {files[0].name}: {done.stderr.strip()[:300]}")
