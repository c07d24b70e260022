"""What every function has: the evaluation's budget and its roots."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jmespath.functions
from jmespath.functions import signature

from callsheet.scenario.budget import TEXT_VISIT, Budget, CallFailed
from callsheet.scenario.json import JsonObject


@dataclass(frozen=True, slots=True)
class Reference:
    """An argument that is written `&expression`.

    Attributes:
        run: evaluates the expression on a value.
        visits: what one such evaluation costs.
    """

    run: Callable[[Any, Any], Any]
    visits: int


class BudgetedFunctions(jmespath.functions.Functions):
    """Functions of one evaluation. Each pays before it reads or builds."""

    def __init__(self, budget: Budget, roots: JsonObject) -> None:
        self.budget = budget
        self.roots = roots

    def each(self, reference: Reference, array: list[Any]) -> list[Any]:
        """What `reference` gives on each element."""
        self.budget.visit(len(array) * (1 + reference.visits))
        self.budget.build_list(len(array))
        run = reference.run
        return [run(element, self) for element in array]

    def order(self, name: str, keys: list[Any]) -> None:
        """Pay for comparing `keys` with one another.

        Raises:
            CallFailed: they are not all numbers, or all texts. A null among them is what a missing field gives.
        """
        kinds: set[type] = set(map(type, keys))
        if kinds == {str}:
            self.budget.visit(sum(map(len, keys)) // TEXT_VISIT)
        elif not kinds <= {int, float}:
            found = " and ".join(sorted({kind_of(key) for key in keys}))
            raise CallFailed(
                f"{name}() orders by numbers only or by strings only, not by {found}; "
                "leave elements out with a filter, or convert with to_number() or to_string()"
            )

    @signature()
    def _func_root(self) -> Any:
        return self.roots


def kind_of(value: object) -> str:
    """The name of `value`'s type in JMESPath."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
        case _:
            return "expression"
