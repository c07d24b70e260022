"""Known vulnerabilities of the Python packages in our lock files, as pip-audit finds them.

pip-audit passes over what it cannot look up, and a service that knows nothing finds nothing. So every package has to be
looked up, and before anything else a release that is known to be bad has to be found: the canary.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypedDict, cast

from audit.places import CANARY, AuditFailed, last_line, named, run

LOCKS: Final = ("requirements.lock", "requirements-dev.lock", "requirements-ui.lock", "requirements-audit.lock")
"""Those of the tools count, too: they run with the rights of whoever builds, and write what is released."""

_TIMEOUT: Final = "15"


class _Vulnerability(TypedDict):
    id: str


class _Dependency(TypedDict, total=False):
    name: str
    version: str
    vulns: Sequence[_Vulnerability]
    skip_reason: str


def audit_python(locks: Sequence[Path], *, osv_url: str | None = None, canary: Path = CANARY / "python.lock") -> str:
    """What was looked at, when there is nothing to complain of.

    Args:
        locks: with hashes.
        osv_url: of another vulnerability service than pip-audit's own.
        canary: a lock with a release that is known to be bad.

    Raises:
        AuditFailed: a package has a vulnerability or was not looked up, the service cannot be asked, or the canary
            passed.
    """
    if not _found(_asked(canary, osv_url)):
        raise AuditFailed("The canary passed: the vulnerability service knows nothing of a release that is known bad.")
    looked: set[str] = set()
    bad: dict[str, None] = {}
    for lock in locks:
        dependencies = _asked(lock, osv_url)
        looked |= {f"{each.get('name')} {each.get('version')}" for each in dependencies}
        bad |= dict.fromkeys(f"{text} ({lock.name})" for text in _found(dependencies))
    if bad:
        raise AuditFailed("Known vulnerabilities: " + "; ".join(bad) + ".")
    return (
        f"{len(looked)} Python packages of {len(locks)} lock files have no known vulnerability; the canary was found."
    )


def _found(dependencies: Sequence[_Dependency]) -> list[str]:
    return [
        f"{each.get('name')} {each.get('version')}: {', '.join(one['id'] for one in vulnerabilities)}"
        for each in dependencies
        if (vulnerabilities := each.get("vulns"))
    ]


def _asked(lock: Path, osv_url: str | None) -> Sequence[_Dependency]:
    with tempfile.TemporaryDirectory(prefix="callsheet-audit-") as cache:
        words = ["--strict", "--disable-pip", "--require-hashes", "--progress-spinner", "off", "--timeout", _TIMEOUT]
        service = ["-s", "osv", *(["--osv-url", osv_url] if osv_url else [])]
        done = run("pip-audit", [*words, *service, "--cache-dir", cache, "-f", "json", "-r", str(lock)])
    try:
        answer = cast("Mapping[str, Sequence[_Dependency]]", json.loads(done.stdout))
        dependencies = answer["dependencies"]
    except (ValueError, KeyError, TypeError):
        raise AuditFailed(
            f"{named(lock)} was not audited, because the vulnerability service could not be asked: "
            f"{last_line(done.stderr)} This is no pass. Run 'make audit' where the service can be reached."
        ) from None
    skipped = [f"{each.get('name')} ({reason})" for each in dependencies if (reason := each.get("skip_reason"))]
    if skipped:
        raise AuditFailed(f"{named(lock)}: not looked up: {'; '.join(skipped)}.")
    if not dependencies:
        raise AuditFailed(f"{named(lock)}: pip-audit found no package in it.")
    if done.returncode not in (0, 1) or (done.returncode == 1) is not bool(_found(dependencies)):
        raise AuditFailed(f"{named(lock)}: pip-audit ended with {done.returncode}: {last_line(done.stderr)}")
    return dependencies
