"""Everything in full size; some forty minutes, most of them made-up documents. `make fuzz`

python -m tests.fuzz [--only api|bombs|properties|guided] [--examples 100000] [--seconds 300] [--seed N]
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from random import SystemRandom
from typing import Final

from tests.fuzz.api import schemathesis
from tests.fuzz.bombs import MIB, MOST, drop
from tests.fuzz.house import JOURNALS, inhabited
from tests.fuzz.targets import TARGETS

API_EXAMPLES: Final = 40
API_SECONDS: Final = 1800
GUIDED: Final = {
    "decode": 5,
    "lint": 5,
    "formatting": 2,
    "evaluate_expression": 4,
    "evaluate_value": 2,
    "schema": 2,
    "trigger": 1,
    "cron": 1,
}
"""The shares of the time that each target gets."""

_NUMBER: Final = re.compile(r"stat::number_of_executed_units:\s+(\d+)")
_COVERED: Final = re.compile(r"cov: (\d+) ft: (\d+)")


def say(text: str) -> None:
    """A line of the report."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def api(options: argparse.Namespace) -> bool:
    """schemathesis on both journals, where callers are asked and where they are not."""
    good = True
    for journal in JOURNALS:
        for asks in (False, True):
            with tempfile.TemporaryDirectory() as name, inhabited(Path(name) / "service", journal, asks=asks) as house:
                found = schemathesis(house, Path(name), examples=API_EXAMPLES, seed=options.seed, seconds=API_SECONDS)
                quiet = "Traceback" not in house.service.text
            auth = "on" if asks else "off"
            say(f"api, {journal}, auth {auth}: {found.cases} requests, {'FAILED' if found.failed else '0 failures'}")
            if found.failed or not quiet:
                say(found.report if found.failed else "The service wrote a traceback into its log.")
                good = False
    return good


def bombs(_: argparse.Namespace) -> bool:
    """The bomb corpus on both journals."""
    answers: list[dict[str, int]] = []
    good = True
    for journal in JOURNALS:
        with tempfile.TemporaryDirectory() as name, inhabited(Path(name) / "service", journal) as house:
            statuses, grown = drop(house)
        answers.append(statuses)
        wrong = {name: status for name, status in statuses.items() if not 400 <= status < 500}
        size = f"{grown / MIB:+.1f} MiB at most (limit {MOST / MIB:.0f})"
        say(f"bombs, {journal}: {dict(Counter(statuses.values()))}, {size}")
        say("".join(f"  {name}: {status}\n" for name, status in wrong.items()))
        good = good and not wrong and grown <= MOST
    if answers[0] != answers[1]:
        say(f"bombs: the journals differ: {set(answers[0].items()) ^ set(answers[1].items())}")
    return good and answers[0] == answers[1]


def properties(options: argparse.Namespace) -> bool:
    """hypothesis."""
    each = str(-(-options.examples // len(TARGETS)))
    command = [sys.executable, "-m", "tests.fuzz.properties", "--examples", each, "--seed", str(options.seed)]
    return subprocess.run(command, check=False).returncode == 0


def guided(options: argparse.Namespace) -> bool:
    """atheris."""
    good = True
    for target, share in GUIDED.items():
        seconds = max(options.seconds * share // sum(GUIDED.values()), 1)
        command = [sys.executable, "-m", "tests.fuzz.guided", target, "--seconds", str(seconds)]
        command += ["--seed", str(options.seed)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        text = done.stdout.decode(errors="replace")
        count, covered = _NUMBER.search(text), _COVERED.findall(text)
        edges, features = covered[-1] if covered else ("?", "?")
        say(
            f"guided, {target}: {seconds} s, {count[1] if count else '?'} executions, {edges} edges, "
            f"{features} features, {'nothing found' if done.returncode == 0 else 'FOUND'}"
        )
        if done.returncode != 0:
            say(text[-4000:])
            good = False
    return good


PARTS: Final[Mapping[str, Callable[[argparse.Namespace], bool]]] = {
    "bombs": bombs,
    "api": api,
    "guided": guided,
    "properties": properties,
}


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--only", choices=list(PARTS))
    parser.add_argument("--examples", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1, 2**31))
    options = parser.parse_args()
    say(f"seed {options.seed}")
    chosen = [options.only] if options.only else list(PARTS)
    failed = [name for name in chosen if not PARTS[name](options)]
    say(f"FAILED: {', '.join(failed)}" if failed else "nothing was found")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
