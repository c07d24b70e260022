"""jmespath's tree interpreter with a budget: what an expression may cost is bounded."""

from typing import Any, Final, cast

import jmespath.exceptions
import jmespath.functions
import jmespath.visitor

MAX_VISITS: Final = 500_000
QUICK_VISITS: Final = 2_000
"""What an event loop can afford, some milliseconds; an evaluation that needs more belongs in a thread."""

MAX_BUILT: Final = 4 * 2**20
"""Characters of text, or elements of lists times eight, that one evaluation may build."""

_ELEMENT: Final = 8
TEXT_VISIT: Final = 1024
"""Characters that are read at the cost of one visit."""


class BudgetExceeded(Exception):
    """The evaluation costs more than is allowed; the message says what."""


class Budget:
    """What one evaluation has left."""

    __slots__ = ("_built", "_visits")

    def __init__(self, visits: int = MAX_VISITS) -> None:
        self._visits = visits
        self._built = MAX_BUILT

    def visit(self, nodes: int = 1) -> None:
        """Pay for visits of nodes of the expression, or of values that a function reads."""
        self._visits -= nodes
        if self._visits < 0:
            raise BudgetExceeded(f"it needs more than {MAX_VISITS} steps (LimitExceeded: expression visits)")

    def build(self, characters: int) -> None:
        """Pay for a text of this length, before it is built."""
        self._built -= characters
        if self._built < 0:
            raise BudgetExceeded(f"it builds more than {MAX_BUILT} characters (LimitExceeded: expression size)")

    def build_list(self, elements: int) -> None:
        """Pay for a list of this length."""
        self.build(elements * _ELEMENT)

    def read(self, value: object) -> None:
        """Pay for going through all of `value`, as a comparison does.

        `[@,@]|[@,@]|…` makes a value that holds itself twice in each of its parts: a few objects in memory, 2^n when
        they are compared or written.
        """
        if isinstance(value, list | dict):
            self._measure(cast("object", value), text_costs=False)
        elif isinstance(value, str):
            self.visit(len(value) // TEXT_VISIT)

    def write(self, value: object) -> None:
        """Pay for all of `value` as text.

        Raises:
            JMESPathError: there is something in it that is not JSON.
        """
        self._measure(value, text_costs=True)

    def _measure(self, value: object, *, text_costs: bool) -> None:
        stack = [value]
        while stack:
            node = stack.pop()
            self.visit()
            if isinstance(node, dict):
                fields = cast("dict[str, object]", node)
                self.build(sum(map(len, fields)) if text_costs else 0)
                stack.extend(fields.values())
            elif isinstance(node, list):
                stack.extend(cast("list[object]", node))
            elif isinstance(node, str):
                self.visit(len(node) // TEXT_VISIT)
                self.build(len(node) if text_costs else 0)
            elif node is not None and not isinstance(node, int | float):
                raise jmespath.exceptions.JMESPathError("a reference made with '&' is not a value")


class GuardedInterpreter(jmespath.visitor.TreeInterpreter):
    """Evaluates an AST of jmespath under a budget."""

    def __init__(self, functions: jmespath.functions.Functions, budget: Budget) -> None:
        super().__init__(jmespath.visitor.Options(custom_functions=functions))
        self._budget = budget

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        """Evaluate one node, on the budget."""
        self._budget.visit()
        return super().visit(node, *args, **kwargs)

    def visit_comparator(self, node: Any, value: Any) -> Any:
        """Compare; ordering is for two numbers or two strings, anything else but null is an error."""
        name: str = node["value"]
        left, right = (self.visit(child, value) for child in node["children"])
        self._budget.read(left)
        if name in {"eq", "ne"}:
            return self.COMPARATOR_FUNC[name](left, right)
        if left is None or right is None:
            return None
        if _kind(left) != _kind(right) or _kind(left) not in {"number", "string"}:
            raise jmespath.exceptions.JMESPathError(
                f"{_kind(left)} and {_kind(right)} cannot be ordered; convert with to_number() or to_string()"
            )
        return self.COMPARATOR_FUNC[name](left, right)

    def visit_flatten(self, node: Any, value: Any) -> Any:
        """Flatten one level, on the budget."""
        result = super().visit_flatten(node, value)
        self._budget.build_list(len(result or ()))
        return result

    def visit_slice(self, node: Any, value: Any) -> Any:
        """Copy a part of a list, on the budget."""
        result = super().visit_slice(node, value)
        self._budget.build_list(len(result or ()))
        return result


def _kind(value: Any) -> str:
    match value:
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
            return "null"
