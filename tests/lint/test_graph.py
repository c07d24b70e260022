"""The flowchart of a scenario has its structure, and its texts cannot break out of their labels."""

import re

import pytest

from callsheet.lint.graph import flowchart, label
from callsheet.scenario.json import Json
from callsheet.scenario.model import Scenario
from callsheet.scenario.parse import parse_scenario
from tests.support.every_step import EVERY_STEP
from tests.support.scenarios import from_, scenario, step


def parsed(document: Json) -> Scenario:
    found = parse_scenario(document).scenario
    assert found is not None
    return found


def lines(document: Json, *, data: bool = False) -> list[str]:
    return [line.strip() for line in flowchart(parsed(document), data=data).splitlines()]


def test_steps_follow_each_other() -> None:
    assert lines(scenario(step("a"), step("b", server="s", when="input.x"))) == [
        "flowchart TD",
        'begin(["A scenario"])',
        'step_a["a<br/>tool echo"]',
        'step_b["b<br/>tool s/echo<br/>when input.x"]',
        "step_a --> step_b",
        'finish(["end"])',
        "begin --> step_a",
        "step_b --> finish",
    ]


def test_blocks_are_subgraphs_and_every_one_is_closed() -> None:
    chart = lines(EVERY_STEP)
    blocks = [line.split()[1] for line in chart if line.startswith("subgraph ")]
    assert blocks == [
        *("step_all", "step_both", "step_each", "step_poll", "step_which", "step_guarded"),
        "on_error",
    ]
    assert chart.count("end") == len(blocks)


def test_branches_and_cases_are_labelled_and_handlers_are_dashed() -> None:
    chart = lines(EVERY_STEP)
    assert 'at_step_both -->|"left"| step_pause' in chart
    assert 'at_step_which -->|"vars.limit #62; #96;2#96;"| step_many' in chart
    assert 'at_step_which -->|"default"| step_few' in chart
    assert 'at_step_guarded -.->|"catch ToolError"| step_caught' in chart
    assert 'at_step_guarded -.->|"finally"| step_clean' in chart
    assert "begin -.-> on_error" in chart


def test_data_edges_are_drawn_on_demand_and_never_into_a_block_from_inside() -> None:
    document = scenario(
        step("a"),
        {"name": "l", "type": "loop", "max_iterations": 2, "until": "steps.b.output", "steps": [step("b")]},
        step("c", input={"x": from_("[steps.a.output, steps.l.output, steps.a.status]")}),
        output=from_("steps.c.output"),
    )
    thick = [line for line in lines(document, data=True) if "==>" in line]
    assert thick == ["step_a ==> step_c", "step_l ==> step_c", "step_c ==> finish"]
    assert not any("==>" in line for line in lines(document))


def test_nothing_follows_a_return_without_a_condition() -> None:
    chart = lines(scenario({"name": "r", "type": "return"}, step("b")))
    assert "step_r --> step_b" not in chart
    assert 'step_r(["r<br/>return"])' in chart


def test_every_edge_joins_nodes_that_exist() -> None:
    chart = lines(EVERY_STEP, data=True)
    known = {
        re.split(r"[\[({ ]", line.removeprefix("subgraph "))[0] for line in chart if '"' in line and "|" not in line
    }
    for line in chart:
        if found := re.fullmatch(r"(\w+) (?:-->|-\.->|==>)(?:\|.*\|)? (\w+)", line):
            assert {found[1], found[2]} <= known


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('say "hi"', "say #34;hi#34;"),
        ("[a](b){c}|d", "#91;a#93;#40;b#41;#123;c#125;#124;d"),
        ("one\ntwo\r\n  three", "one two three"),
        ("<script>alert(1)</script>", "#60;script#62;alert#40;1#41;#60;/script#62;"),
        ("#35; & ; %%", "#35;35#59; #38; #59; #37;#37;"),
        ("`a`", "#96;a#96;"),
        ("é 😀 \u202e\x1b", "é 😀 #8238;#27;"),
        ("x" * 70, "x" * 59 + "…"),
    ],
)
def test_a_label_is_only_a_label(text: str, written: str) -> None:
    assert label(text) == f'"{written}"'
