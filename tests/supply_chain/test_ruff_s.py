"""The security rules of ruff bite in `make check`, and nobody switches them off as a whole."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BAD = {
    "S602": "import subprocess\n\nsubprocess.run('ls ' + input(), shell=True, check=True)\n",
    "S608": "def ask(name: str) -> str:\n    return f\"SELECT * FROM runs WHERE name = '{name}'\"\n",
    "S301": "import pickle\n\npickle.loads(b'')\n",
    "S307": "eval(input())\n",
}

ALLOWED = {
    "S104": 1,  # the word for every address, which is replaced by the loopback's where somebody shall call it
    "S105": 5,  # names that only look like passwords: of an environment variable, a token of a lexer, a way to sign in
    "S311": 1,  # the jitter of retries guards nothing
    "S606": 1,  # the launcher replaces itself by the tool server that the operator named
}
"""How many lines of `src` are exempt from each rule, at most."""

SQL = ("callsheet/journal/", "callsheet/engine/fleet/schema.py")
"""Where SQL is put together from constants of the module (S608); what callers send is bound."""


@pytest.mark.parametrize("code", sorted(BAD))
def test_code_like_this_is_refused_in_every_package_of_ours(code: str) -> None:
    for place in ("src/callsheet/runs/x.py", "src/callsheet/cli/x.py", "src/callsheet/journal/x.py"):
        command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=json"]
        done = subprocess.run(
            [*command, f"--stdin-filename={place}", "-"], input=BAD[code], capture_output=True, text=True, cwd=ROOT
        )
        assert code in {fault["code"] for fault in json.loads(done.stdout)}


def test_no_part_of_the_source_is_exempt_as_a_whole() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert not [rule for rule in lint["ignore"] if rule.startswith("S")]
    for pattern, rules in lint["per-file-ignores"].items():
        if pattern.startswith("src"):
            assert not [rule for rule in rules if re.fullmatch(r"S\d*", rule)], pattern


def test_exempt_lines_are_counted_and_none_is_exempt_from_everything() -> None:
    found: dict[str, int] = {}
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"# noqa(?!: [A-Z])|ruff: noqa", text), path
        for codes in re.findall(r"# noqa: ([A-Z0-9, ]+)", text):
            for code in codes.split(", "):
                if code.strip() == "S608":
                    assert str(path.relative_to(ROOT / "src")).startswith(SQL), path
                elif re.fullmatch(r"S\d+", code.strip()):
                    found[code.strip()] = found.get(code.strip(), 0) + 1
    assert found.keys() <= ALLOWED.keys()
    assert {code: count for code, count in found.items() if count > ALLOWED[code]} == {}
