"""Attacks through expressions: each is stopped within what an evaluation may cost, and before it takes the memory.

How long that takes is measured by benches/attacks.py; a test has no clock. What is asserted here is what bounds it.
"""

import tracemalloc
from collections.abc import Callable

import pytest

from callsheet.scenario.budget import MAX_BUILT, MAX_VISITS, Budget, BudgetExceeded
from callsheet.scenario.expressions import EvaluationLimitExceeded, ExpressionInvalid, parse_expression
from callsheet.scenario.json import Json
from tests.support.attacks import ATTACKS, Attack

MAX_BYTES = 50 * 2**20


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_stopped_before_it_takes_the_memory(attack: Attack) -> None:
    expression, roots = parse_expression(attack.source), attack.roots()
    tracemalloc.start()
    try:
        with pytest.raises(EvaluationLimitExceeded, match="LimitExceeded"):
            expression.evaluate(roots)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MAX_BYTES


def test_a_loop_pays_for_all_of_its_turns_before_the_first() -> None:
    xs: list[Json] = [{"id": number} for number in range(1_000)]
    source = "xs[?root().xs[?root().xs[?id == `-1`]]]"
    with pytest.raises(EvaluationLimitExceeded, match="visits"):
        parse_expression(source).evaluate({"xs": xs}, 999)
    with pytest.raises(EvaluationLimitExceeded, match="visits"):
        parse_expression(source).evaluate({"xs": xs})


def test_an_evaluation_costs_at_least_a_visit_for_each_value_it_looks_at() -> None:
    xs: list[Json] = [{"id": number} for number in range(1_000)]
    for source in ("xs[*].id", "xs[?id]", "xs[]", "map(&id, xs)", "sort_by(xs, &id)", "unique(xs)", "xs == xs", "xs"):
        expression = parse_expression(f"[{source}][0].gone")
        expression.evaluate({"xs": xs}, MAX_VISITS)
        if source != "xs":
            with pytest.raises(EvaluationLimitExceeded):
                expression.evaluate({"xs": xs}, 1_000)


@pytest.mark.parametrize(
    "source",
    [
        "(" * 2000,
        "!" * 3000 + "a",
        "[" * 1500 + "a" + "]" * 1500,
        "a" + "[?a" * 1000,
        "{a:" * 1000,
        "&" * 4000,
        "a|" * 2000,
    ],
)
def test_a_deep_expression_is_refused_when_it_is_parsed(source: str) -> None:
    with pytest.raises(ExpressionInvalid):
        parse_expression(source)


def test_a_value_that_nests_deeper_than_json_may_is_not_given() -> None:
    source = "@" + ".[@]" * 200
    with pytest.raises(EvaluationLimitExceeded, match="nests deeper"):
        parse_expression(source).evaluate({})


SPENDING: list[Callable[[Budget], object]] = [
    lambda budget: budget.build(MAX_BUILT + 1),
    lambda budget: budget.build_list(MAX_BUILT // 8),
    lambda budget: budget.build_object(MAX_BUILT // 16),
    lambda budget: budget.write(["x" * (MAX_BUILT + 1)]),
    lambda budget: budget.write({"x" * (MAX_BUILT + 1): 1}),
    lambda budget: budget.read(["x" * (1024 * 1000)] * 501),
]


@pytest.mark.parametrize("spend", SPENDING)
def test_a_budget_counts_texts_and_lists_and_objects(spend: Callable[[Budget], object]) -> None:
    with pytest.raises(BudgetExceeded):
        spend(Budget())
