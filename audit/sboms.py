"""What we are made of, in CycloneDX: `dist/sbom.json` for Python, `dist/sbom-ui.json` for the built web UI.

The same locks give the same bytes: nothing in them tells when and where they were made.
"""

import json
from pathlib import Path
from typing import Any, Final

from audit.npm_packages import npm_said
from audit.places import ROOT, AuditFailed, last_line, run

SPEC: Final = "1.6"
_NPM_SPEC: Final = "1.5"
_NPM: Final = ("sbom", "--sbom-format=cyclonedx", "--package-lock-only", "--loglevel=silent")
"""With what only builds and tests the UI, which is marked: npm's `--omit=dev` leaves out react, too."""

_VOLATILE: Final = ("serialNumber",)

_VALIDATE: Final = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
fault = JsonStrictValidator(SchemaVersion.from_version(sys.argv[1])).validate_str(open(sys.argv[2]).read())
sys.exit(None if fault is None else str(fault)[:500])
"""


def write_sboms(folder: Path) -> str:
    """Write both into `folder`, and check them against CycloneDX's own schema.

    Raises:
        AuditFailed: one cannot be made, or is not valid.
    """
    python, ui = make_sboms(folder)
    counts = [_count(path, spec) for path, spec in ((python, SPEC), (ui, _NPM_SPEC))]
    return f"{python.name} names {counts[0]} Python packages, {ui.name} {counts[1]} npm packages; both are valid."


def make_sboms(folder: Path) -> tuple[Path, Path]:
    """Write both into `folder`; their files.

    Raises:
        AuditFailed: one cannot be made.
    """
    folder.mkdir(exist_ok=True)
    python, ui = folder / "sbom.json", folder / "sbom-ui.json"
    _python(python)
    _npm(ui)
    return python, ui


def _python(path: Path) -> None:
    words = [
        "requirements",
        "requirements.lock",
        "--pyproject",
        "pyproject.toml",
        "--output-reproducible",
        "--no-validate",
    ]
    done = run("cyclonedx-py", [*words, "--spec-version", SPEC, "--output-format", "JSON", "-o", str(path)])
    if done.returncode:
        raise AuditFailed(f"cyclonedx-py could not read requirements.lock: {last_line(done.stderr)}")


def _npm(path: Path) -> None:
    said = npm_said(ROOT / "ui", _NPM)
    try:
        bom: dict[str, Any] = json.loads(said[said.index("{") : said.rindex("}") + 1])
        bom["metadata"].pop("timestamp")
    except (ValueError, KeyError, TypeError):
        raise AuditFailed(f"npm could not make an SBOM: {said.strip()[:300]}") from None
    for name in _VOLATILE:
        bom.pop(name, None)
    path.write_text(json.dumps(bom, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _count(path: Path, spec: str) -> int:
    done = run("python", ["-c", _VALIDATE, spec, str(path)])
    if done.returncode:
        raise AuditFailed(f"{path.name} is no valid CycloneDX {spec}: {done.stderr.strip()[-300:]}")
    return len(json.loads(path.read_text(encoding="utf-8"))["components"])
