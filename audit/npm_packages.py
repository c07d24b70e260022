"""Known vulnerabilities of the npm packages of the web UI, as `npm audit` finds them; with a canary, too."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypedDict, cast

from audit.places import CANARY, AuditFailed, named
from hatch_build import UiNotBuilt, npm

_WORDS: Final = ("audit", "--json", "--package-lock-only", "--loglevel=silent", "--fetch-retries=1")


class _Finding(TypedDict):
    severity: str


def audit_npm(folder: Path, *, registry: str | None = None, canary: Path = CANARY / "npm") -> str:
    """What was looked at, when there is nothing to complain of.

    Args:
        folder: holds a `package-lock.json`.
        registry: another one than npm's own.
        canary: the folder of a lock with a release that is known to be bad.

    Raises:
        AuditFailed: a package has a vulnerability, the registry cannot be asked, or the canary passed.
    """
    if not _found(canary, registry):
        raise AuditFailed("The canary passed: the npm registry knows nothing of a release that is known bad.")
    found = _found(folder, registry)
    if found:
        listed = "; ".join(f"{name} ({each['severity']})" for name, each in found.items())
        raise AuditFailed(f"Known vulnerabilities of npm packages in {named(folder)}/: {listed}.")
    return f"The npm packages of {named(folder)}/ have no known vulnerability; the canary was found."


def _found(folder: Path, registry: str | None) -> Mapping[str, _Finding]:
    said = npm_said(folder, [*_WORDS, *([f"--registry={registry}"] if registry else [])])
    try:
        answer = cast("Mapping[str, object]", json.loads(said[said.index("{") : said.rindex("}") + 1]))
    except ValueError:
        answer = cast("Mapping[str, object]", {})
    if "auditReportVersion" not in answer:
        reason = str(answer.get("message") or said.strip() or "it said nothing")[:300]
        raise AuditFailed(
            f"The npm packages of {named(folder)}/ were not audited, because the registry could not be asked: "
            f"{reason}. This is no pass. Run 'make audit' where it can be reached."
        )
    return cast("Mapping[str, _Finding]", answer["vulnerabilities"])


def npm_said(folder: Path, words: Sequence[str]) -> str:
    """What npm said in `folder`.

    Raises:
        AuditFailed: there is no Node.
    """
    try:
        return npm(folder, words, output=subprocess.PIPE).stdout.decode(errors="replace")
    except UiNotBuilt as exc:
        raise AuditFailed(str(exc)) from None
