"""schemathesis, with all of its checks, at a service that has something in it.

The document is `ui/openapi.json`, which a test holds to what the service says of itself.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.fuzz.house import Inhabited
from tests.support.service import ROOT

CONFIGURATION: Final = Path(__file__).with_name("schemathesis.toml")
DOCUMENT: Final = ROOT / "ui" / "openapi.json"

PHASES: Final = "examples,coverage,fuzzing,stateful"

_PARAMETERS: Final = {
    "run_id": ("path.run_id", "query.parent_run_id", "body.run_id"),
    "step_path": ("path.step_path", "body.step_path", "body.from_step"),
    "scenario_id": ("path.scenario_id", "query.scenario_id", "body.scenario_id"),
    "name": ("path.name",),
    "server": ("path.server",),
    "tool": ("path.tool",),
    "revision": ("header.If-Match",),
    "key_id": ("path.key_id",),
}
"""Which parameters take names that there are, three times of four; keys always, lest it revoke its own."""

_CASES: Final = re.compile(r"(\d+) generated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What schemathesis said.

    Attributes:
        cases: how many requests it made up.
        failed: whether a check failed, or it could not go on.
        report: its own words.
    """

    cases: int
    failed: bool
    report: str


def schemathesis(
    house: Inhabited, folder: Path, *, examples: int, seed: int, seconds: int, phases: str = PHASES
) -> Outcome:
    """Send `examples` requests to each operation, beside those of boundary values and sequences.

    Args:
        house: where to.
        folder: for its files.
        examples: made up at random, for each operation.
        seed: the same one sends the same requests.
        seconds: after which it is ended, as a failure.
        phases: what is sent.
    """
    configuration = folder / "schemathesis.toml"
    configuration.write_text(f"{CONFIGURATION.read_text(encoding='utf-8')}\n{_known(house)}", encoding="utf-8")
    command = [
        *(Path(sys.executable).with_name("schemathesis"), "--config-file", configuration, "run", DOCUMENT),
        *(
            "--url",
            house.service.url,
            "--checks",
            "all",
            "--phases",
            phases,
            "--max-examples",
            examples,
            "--seed",
            seed,
        ),
        *("--continue-on-failure", "--no-color", "--output-sanitize", "false", "--output-truncate", "false"),
        # The document says what callers need where they are asked; here they are not.
        *(() if house.key else ("--exclude-checks", "ignored_auth")),
    ]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    found = _CASES.search(done.stdout)
    return Outcome(cases=int(found[1]) if found else 0, failed=done.returncode != 0, report=done.stdout)


def _known(house: Inhabited) -> str:
    lines: list[str] = []
    if house.key:
        lines += ["[auth.openapi.bearer]", f"bearer = {json.dumps(house.key)}"]
    names: Mapping[str, Sequence[str]] = house.known
    lines += [f"[dictionaries.{name}]\nvalues = {json.dumps(list(values))}" for name, values in names.items()]
    lines.append("[parameters]")
    for name, parameters in _PARAMETERS.items():
        chance = 1.0 if name == "key_id" else 0.75
        lines += [f'"{parameter}" = {{ dictionary = "{name}", probability = {chance} }}' for parameter in parameters]
    return "\n".join(lines)
