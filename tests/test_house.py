"""Sizes, and names that mean nothing: what the style asks for, checked."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "src").rglob("*.py"))

MAX_MODULE = 400
MAX_FUNCTION = 60

MEANINGLESS = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "base_classes"}


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def named(path: Path) -> str:
    return str(path.relative_to(ROOT / "src"))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_one_idea_and_not_longer_than_it_needs(path: Path) -> None:
    assert lines(path) <= MAX_MODULE


PAGES = sorted(
    path for path in (ROOT / "ui/src").rglob("*.ts*") if ".test." not in path.name and path.suffix != ".json"
)
MAX_PAGE = 250
"""Lines of a file of the web UI."""


def test_a_file_of_the_web_ui_is_one_idea_too() -> None:
    written = [path for path in PAGES if path.name != "schema.d.ts"]
    assert len(written) > 100
    long = [f"{path.relative_to(ROOT)}: {lines(path)} lines" for path in written if lines(path) > MAX_PAGE]
    assert long == []


def test_functions_are_short() -> None:
    long = [
        f"{named(path)}: {name} has {size} lines"
        for path in MODULES
        for name, size in functions(path)
        if size > MAX_FUNCTION
    ]
    assert long == []


def test_half_of_the_modules_have_at_most_150_lines() -> None:
    sizes = sorted(lines(path) for path in MODULES if path.name != "__init__.py")
    assert sizes[len(sizes) // 2] <= 150


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [named(path) for path in MODULES if path.stem in MEANINGLESS] == []


def imports(path: Path) -> list[ast.AST]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def test_no_init_file_imports_its_package() -> None:
    inner = [path for path in MODULES if path.name == "__init__.py" and path.parent.name != "callsheet"]
    assert [named(path) for path in inner if imports(path)] == []


def test_lock_files_name_no_host() -> None:
    for lock in (
        ROOT / "requirements.lock",
        ROOT / "requirements-dev.lock",
        ROOT / "requirements-ui.lock",
        ROOT / "tests/support/node/package-lock.json",
        ROOT / "ui/package-lock.json",
        ROOT / "tests/published/python/fetch.lock",
        ROOT / "tests/published/python/sqlite.lock",
        ROOT / "benches/dbos.lock",
    ):
        text = lock.read_text(encoding="utf-8")
        assert "/simple" not in text
        assert '"resolved"' not in text
        assert "--index-url" not in text
