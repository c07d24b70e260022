"""Help is quick, because nothing heavy is imported for it; every line of the tables leads to a command."""

import subprocess
import sys
from importlib import import_module, util
from pathlib import Path

import pytest

from callsheet import __version__
from callsheet.cli import actions
from callsheet.cli.commands import audit, db, hooks, keys, runs, schedules, secrets, tools
from callsheet.cli.lazy import Lazy, load
from callsheet.cli.root import COMMANDS
from tests.cli.conftest import CommandLine

HEAVY = (
    "mcp", "fastapi", "pydantic", "jsonschema_rs", "uvicorn", "httpx2", "loguru", "rich", "sqlite3", "yoyo", "psycopg",
)  # fmt: skip

PROGRAM = """
import sys
from callsheet.cli.root import run_command_line
statuses = [run_command_line(line.split()) for line in sys.argv[1:]]
print("imported:", *sorted(set(sys.modules) & set({heavy!r})))
print("statuses:", *statuses)
"""

LIGHT = """
import sys
from importlib import import_module
for name in sys.argv[1:]:
    import_module("callsheet.cli.actions." + name)
    assert not {"mcp", "mcp_types", "fastapi"} & set(sys.modules), name
"""

TALK = frozenset({
    "doctor", "lock", "mcp", "serve", "tools_call", "tools_list", "tools_login", "tools_logout", "worker",
})  # fmt: skip
"""What talks to tool servers whatever it was asked for."""

GROUPS = {
    "runs": runs.COMMANDS,
    "tools": tools.COMMANDS,
    "db": db.COMMANDS,
    "schedules": schedules.COMMANDS,
    "hooks": hooks.COMMANDS,
    "keys": keys.COMMANDS,
    "audit": audit.COMMANDS,
    "secrets": secrets.COMMANDS,
}
INSIDE = [(f"{group} {name}", lazy) for group, table in GROUPS.items() for name, lazy in table.items()]
TABLES = [*COMMANDS.items(), *INSIDE]


def test_help_imports_nothing_heavy() -> None:
    lines = ["--help", "--version", *(f"{name} --help" for name, _ in TABLES)]
    program = PROGRAM.format(heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", program, *lines], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["imported:", "statuses:" + " 0" * len(lines)]
    assert "Run a scenario and watch its steps." in done.stdout
    assert "--input" in done.stdout


def test_a_command_that_talks_to_no_tool_server_does_not_wait_for_the_import_of_mcp() -> None:
    modules = {lazy.module.rpartition(".")[2] for name, lazy in TABLES if name not in GROUPS}
    assert modules > TALK
    subprocess.run([sys.executable, "-c", LIGHT, *sorted(modules - TALK)], check=True)


@pytest.mark.parametrize(("name", "lazy"), TABLES, ids=[name for name, _ in TABLES])
def test_a_line_of_the_table_says_what_the_command_says(name: str, lazy: Lazy) -> None:
    loaded = load(name, lazy)
    assert loaded.help.startswith(lazy.summary)


def test_every_command_has_something_to_do() -> None:
    modules = [lazy.module.rpartition(".")[2] for name, lazy in TABLES if name not in GROUPS]
    for module in modules:
        assert callable(import_module(f"{actions.__name__}.{module}").act)
    found = [file.stem for file in Path(actions.__file__ or "").parent.glob("*.py") if file.stem != "__init__"]
    assert sorted(found) == sorted(modules)
    assert util.find_spec("callsheet.__main__") is not None


def test_the_version_is_told(callsheet: CommandLine) -> None:
    assert callsheet("--version").out == f"callsheet {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["rnu"], "Error: No such command 'rnu'. Did you mean 'run'? See 'callsheet --help'."),
        (["runs", "lits"], "Error: No such command 'lits'. Did you mean 'list'? See 'callsheet runs --help'."),
        (["run"], "Error: Missing argument 'SCENARIO'. See 'callsheet run --help'."),
        (["run", "x", "--nope"], "Error: No such option: --nope"),
        (["serve", "--port", "x"], "Error: Invalid value for '--port'"),
        (["doctor", "-C", "nowhere"], "Error: Invalid value for '--folder' / '-C': dir 'nowhere' does not exist"),
    ],
)
def test_wrong_usage_gets_a_sentence(callsheet: CommandLine, arguments: list[str], sentence: str) -> None:
    ended = callsheet(*arguments)
    assert ended.status == 2
    assert ended.err.startswith(sentence)
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("arguments", [[], ["runs"]])
def test_a_group_without_a_command_shows_its_help(callsheet: CommandLine, arguments: list[str]) -> None:
    ended = callsheet(*arguments)
    assert ended.status == 2
    assert "Commands:" in ended.out
