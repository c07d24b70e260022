"""Functions of numbers."""

from contextlib import suppress
from typing import Any, Final, TypeAlias

from jmespath.functions import signature

from callsheet.scenario.budget import SEARCH_VISIT, CallFailed
from callsheet.scenario.functions.base import BudgetedFunctions

_Number: TypeAlias = int | float

_NUMBER: Final[Any] = {"types": ["number"]}


class Arithmetic(BudgetedFunctions):
    """`add`, `subtract`, `multiply`, `divide`, and how a text becomes a number.

    Whoever calls a function refuses results that are not finite or that do not fit in 64 bits.
    """

    @signature(_NUMBER, _NUMBER)
    def _func_add(self, left: _Number, right: _Number) -> _Number:
        return left + right

    @signature(_NUMBER, _NUMBER)
    def _func_subtract(self, left: _Number, right: _Number) -> _Number:
        return left - right

    @signature(_NUMBER, _NUMBER)
    def _func_multiply(self, left: _Number, right: _Number) -> _Number:
        return left * right

    @signature(_NUMBER, _NUMBER)
    def _func_divide(self, left: _Number, right: _Number) -> _Number:
        if right == 0:
            raise CallFailed("divide() cannot divide by zero")
        if isinstance(left, int) and isinstance(right, int) and left % right == 0:
            return left // right
        return left / right

    @signature({"types": []})
    def _func_to_number(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value if type(value) in {int, float} else None
        self.budget.visit(len(value) // SEARCH_VISIT)
        try:
            return int(value)
        except ValueError:
            with suppress(ValueError):
                return float(value)
        return None
