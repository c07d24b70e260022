"""What one evaluation of an expression may cost, and the faults that end it."""

from typing import Any, Final

from callsheet.scenario.json import MAX_DEPTH

MAX_VISITS: Final = 500_000
"""Visits of nodes of an expression in one evaluation."""

QUICK_VISITS: Final = 2_000
"""What an event loop can afford, some milliseconds; an evaluation that needs more belongs in a thread."""

MAX_BUILT: Final = 4 * 2**20
"""Characters of text that one evaluation may build; an element of a list counts as eight of them."""

TEXT_VISIT: Final = 1024
"""Characters that are compared or copied at the cost of one visit."""

SEARCH_VISIT: Final = 32
"""Characters that are searched at the cost of one visit."""

_ELEMENT: Final = 8
_OBJECT: Final = 32
_NODE: Final = 3
"""What going through a list costs beside its elements; an object costs twice as much as a list."""

_DEEPEST: Final = MAX_DEPTH + 8
"""Levels of a value: the roots put some around one of the full depth."""


class Fault(Exception):
    """Ends an evaluation. `column` counts from 1 and says where in the expression, when that is known."""

    def __init__(self, message: str, column: int | None = None) -> None:
        super().__init__(message)
        self.column = column


class BudgetExceeded(Fault):
    """The evaluation costs more than is allowed; `limit` names what was crossed and `value` how much is allowed."""

    def __init__(self, message: str, limit: str, value: int, column: int | None = None) -> None:
        super().__init__(f"{message} (LimitExceeded: {limit})", column)
        self.limit = limit
        self.value = value


class CallFailed(Fault):
    """A function or an operator does not take the values it got; the message says which."""


class Budget:
    """What one evaluation has left."""

    __slots__ = ("_built", "_visits")

    def __init__(self, visits: int = MAX_VISITS, built: int = MAX_BUILT) -> None:
        self._visits = visits
        self._built = built

    @property
    def visits(self) -> int:
        """The visits that are left."""
        return self._visits

    def visit(self, nodes: int = 1, column: int | None = None) -> None:
        """Pay for visits of nodes of the expression, or of values that a function reads, before they are made."""
        self._visits -= nodes
        if self._visits < 0:
            raise BudgetExceeded(f"it needs more than {MAX_VISITS} steps", "expression visits", MAX_VISITS, column)

    def build(self, characters: int, column: int | None = None) -> None:
        """Pay for a text of this length, before it is built."""
        self._built -= characters
        if self._built < 0:
            raise BudgetExceeded(f"it builds more than {MAX_BUILT} characters", "expression size", MAX_BUILT, column)

    def build_list(self, elements: int, column: int | None = None) -> None:
        """Pay for a list of this length."""
        self.build(_ELEMENT * (1 + elements), column)

    def build_object(self, fields: int) -> None:
        """Pay for an object with so many fields."""
        self.build(_OBJECT + 2 * _ELEMENT * fields)

    def read(self, value: Any, times: int = 1) -> None:
        """Pay for going through all of `value` so often, as a comparison does.

        `[@,@]|[@,@]|…` makes a value that holds itself twice in each of its parts: a few objects in memory, 2^n when
        they are compared or written.
        """
        before = self._visits
        self.visit(self._characters(value) // TEXT_VISIT)
        self.visit((times - 1) * (before - self._visits))

    def write(self, value: Any) -> int:
        """Pay for all of `value` as text; gives the characters that were paid."""
        characters = self._characters(value)
        self.build(characters)
        return characters

    def _characters(self, value: Any) -> int:
        """How many characters the texts and keys in `value` have; each value in it is a visit, containers are more."""
        characters = 0
        level: list[Any] = [[value]]
        for _ in range(_DEEPEST):
            below: list[Any] = []
            for node in level:
                if node.__class__ is list:
                    self.visit(_NODE + len(node))
                else:
                    self.visit(2 * (_NODE + len(node)))
                    characters += sum(map(len, node))
                    node = node.values()
                for item in node:
                    kind = item.__class__
                    if kind is str:
                        characters += len(item)
                    elif kind is list or kind is dict:
                        below.append(item)
            if not below:
                return characters
            level = below
        raise BudgetExceeded(f"it makes a value that nests deeper than {MAX_DEPTH}", "expression depth", MAX_DEPTH)
