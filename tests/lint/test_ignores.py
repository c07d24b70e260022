"""Warnings that an author does not want to hear, in comments and under `x-lint-ignore`."""

import pytest

from callsheet.lint.document import read_scenario
from callsheet.scenario.source import Syntax

HEAD = 'schema_version: "1"\nscenario_id: test\nname: Test\n'
STEPS = "steps:\n  - {name: a, type: return}\n"
UNREACHABLE = "  - {name: b, type: fail, message: never}\n"


def found(text: str) -> list[tuple[str, int]]:
    return [(each.code, each.line) for each in read_scenario(text.encode(), Syntax.YAML).diagnostics]


def test_without_a_comment_there_is_a_warning() -> None:
    assert found(HEAD + STEPS + UNREACHABLE) == [("W231", 6)]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + STEPS + UNREACHABLE.replace("\n", " # callsheet: ignore[W231]\n"),
        HEAD + STEPS + UNREACHABLE.replace("\n", " #callsheet: ignore[W220,W231]\n"),
        HEAD + STEPS + "  # callsheet: ignore[W231]\n" + UNREACHABLE,
        HEAD + STEPS + "  # callsheet: ignore[W231, I310]\n  # because of this\n" + UNREACHABLE,
        "# callsheet: ignore-file[W231]\n" + HEAD + STEPS + UNREACHABLE,
        "# A scenario\n\n# callsheet: ignore-file[W231]\n" + HEAD + STEPS + UNREACHABLE,
        HEAD + "x-lint-ignore: [W231]\n" + STEPS + UNREACHABLE,
        HEAD + "x-lint-ignore: W231\n" + STEPS + UNREACHABLE,
        HEAD + STEPS + UNREACHABLE.replace("message", "x-lint-ignore: [W231], message"),
    ],
)
def test_what_is_ignored_is_not_told(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD + STEPS + UNREACHABLE.replace("\n", " # callsheet: ignore[W230]\n"), 6),
        (HEAD + STEPS + UNREACHABLE + "# callsheet: ignore[W231]\n", 6),
        (HEAD + "# callsheet: ignore-file[W231]\n" + STEPS + UNREACHABLE, 7),
        (HEAD + STEPS + "  # callsheet: ignore[W231]\n\n" + UNREACHABLE, 8),
        (HEAD + STEPS + UNREACHABLE.replace("never", "'x # callsheet: ignore[W231]'"), 6),
        (HEAD + STEPS + "  - name: b\n    type: fail\n    message: |\n      # callsheet: ignore[W231]\n      x\n", 6),
        (HEAD + "description: |\n  # callsheet: ignore-file[W231]\n  x\n" + STEPS + UNREACHABLE, 9),
        (HEAD + STEPS.replace("return", "return, x-lint-ignore: [W231]") + UNREACHABLE, 6),
    ],
)
def test_what_is_ignored_elsewhere_is_told(text: str, line: int) -> None:
    assert found(text) == [("W231", line)]


def test_what_is_ignored_and_not_there_is_no_news() -> None:
    assert found(HEAD + STEPS + "# callsheet: ignore[W220]\nx-lint-ignore: [W999, I310]\n") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD + STEPS + "# callsheet: ignore[E130]\n", 6),
        (HEAD + STEPS + "# callsheet: ignore-file[W220, E130]\n", 6),
        (HEAD + STEPS + "x-lint-ignore: [E130]\n", 6),
        (HEAD + STEPS + "x-lint-ignore: {W220: true}\n", 6),
        (HEAD + STEPS + "x-lint-ignore: [unreachable]\n", 6),
    ],
)
def test_an_error_cannot_be_ignored(text: str, line: int) -> None:
    assert found(text) == [("E100", line)]


def test_an_ignored_error_is_told_all_the_same() -> None:
    text = HEAD + STEPS + "output: {from: gone} # callsheet: ignore[E133]\n"
    assert found(text) == [("E133", 6), ("E100", 6)]


def test_a_tool_may_have_an_input_of_that_name() -> None:
    text = HEAD + "steps:\n  - {name: a, type: tool, tool: t, input: {x-lint-ignore: 5}}\n"
    assert found(text) == []


def test_comments_do_not_hide_what_comes_after_a_hundred_others() -> None:
    many = "".join(
        f"  - {{name: s{n}, type: transform, output: 1, retry: {{}}}} # callsheet: ignore[W232]\n" for n in range(150)
    )
    assert found(HEAD + "steps:\n" + many + "  - {name: a, type: return}\n" + UNREACHABLE) == [("W231", 156)]
