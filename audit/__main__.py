"""`python -m audit`: every check, whatever the others find; fails when one of them does."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Final

from audit.npm_packages import audit_npm
from audit.places import ROOT, AuditFailed
from audit.python_packages import LOCKS, audit_python
from audit.sboms import write_sboms
from audit.workflows import audit_workflows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all checks; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m audit", description="Everything that others wrote, looked at.")
    parser.add_argument("--osv-url", help="another vulnerability service with the API of OSV")
    parser.add_argument("--npm-registry", help="another npm registry")
    options = parser.parse_args(arguments)
    checks: Final[dict[str, Callable[[], str]]] = {
        "python": lambda: audit_python([ROOT / name for name in LOCKS], osv_url=options.osv_url),
        "npm": lambda: audit_npm(ROOT / "ui", registry=options.npm_registry),
        "workflows": audit_workflows,
        "sbom": lambda: write_sboms(ROOT / "dist"),
    }
    return 1 if [name for name, check in checks.items() if not _passes(name, check)] else 0


def _passes(name: str, check: Callable[[], str]) -> bool:
    try:
        print(f"pass  {name}: {check()}", flush=True)
    except AuditFailed as exc:
        print(f"FAIL  {name}: {exc}", flush=True)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
