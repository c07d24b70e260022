"""The functions of expressions: jmespath's own, on a budget and with JSON results only.

The added functions of the language page (`root`, `add`, `split` …) belong here too, one method each.
"""

from collections.abc import Iterable
from typing import Any, cast

import jmespath.exceptions
import jmespath.functions
import orjson
from jmespath.functions import signature

from callsheet.scenario.interpreter import TEXT_VISIT, Budget
from callsheet.scenario.json import NotJson, check_scalar


class GuardedFunctions(jmespath.functions.Functions):
    """The functions one evaluation may call, on its budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def call_function(self, function_name: str, resolved_args: Iterable[Any]) -> Any:
        """Pay for reading the arguments and for what is built; refuse numbers and texts that JSON does not have."""
        arguments = list(resolved_args)
        self._budget.visit(sum(_cost(argument) for argument in arguments))
        result = super().call_function(function_name, arguments)
        if isinstance(result, list | dict):
            self._budget.build_list(_cost(result))
            return cast("object", result)
        try:
            check_scalar(result)
        except NotJson as exc:
            raise jmespath.exceptions.JMESPathError(f"{function_name}(): {exc}") from exc
        return result

    @signature({"types": ["string"]}, {"types": ["array-string"]})
    def _func_join(self, glue: str, parts: list[str]) -> str:
        # A join of long parts by a long glue allocated 2 GiB from an expression of 4,000 characters.
        self._budget.build(sum(map(len, parts)) + len(glue) * max(0, len(parts) - 1))
        return glue.join(parts)

    @signature({"types": []})
    def _func_to_string(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        self._budget.write(value)
        return orjson.dumps(value).decode()

    @signature({"types": ["array", "string"]})
    def _func_reverse(self, value: Any) -> Any:
        self._budget.build(len(value) if isinstance(value, str) else 0)
        return value[::-1]

    @signature({"types": ["array", "string"]}, {"types": []})
    def _func_contains(self, subject: Any, search: Any) -> bool:
        self._budget.read(subject)
        return search in subject if isinstance(subject, list) or isinstance(search, str) else False


def _cost(value: Any) -> int:
    """Visits, for a function that looks at each element once."""
    if isinstance(value, str):
        return len(value) // TEXT_VISIT
    return len(cast("list[object] | dict[str, object]", value)) if isinstance(value, list | dict) else 0
