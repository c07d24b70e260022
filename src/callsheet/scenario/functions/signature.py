"""What a function takes: made from jmespath's description of it, for fast checks and for sentences that name types."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from callsheet.scenario.budget import TEXT_VISIT, CallFailed
from callsheet.scenario.functions.base import Reference, kind_of
from callsheet.scenario.functions.guarded import GuardedFunctions

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "array": (list,),
    "boolean": (bool,),
    "expref": (Reference,),
    "null": (type(None),),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}

_CONSTANT: Final = frozenset({"length", "not_null", "root", "to_array", "to_number", "type"})
"""Functions that do not go through what they get."""


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One parameter.

    Attributes:
        kinds: the types it takes, as jmespath names them; empty for any.
        types: the same as exact Python types.
        elements: for arrays, the sets of types of which one must have all elements; empty for any.
    """

    kinds: tuple[str, ...]
    types: frozenset[type]
    elements: tuple[frozenset[type], ...]

    def takes(self, argument: Any) -> bool:
        """Whether `argument` has one of the types."""
        if not self.types:
            return True
        if argument.__class__ not in self.types:
            return False
        if not self.elements or argument.__class__ is not list:
            return True
        found: set[type] = set(map(type, argument))
        return any(found <= types for types in self.elements)

    def described(self) -> str:
        """The types as a sentence has them."""
        names = {"expref": "an expression with '&'", "array": "an array", "object": "an object"}
        plural = [kind.removeprefix("array-") for kind in self.kinds if kind.startswith("array-")]
        single = [names.get(kind, f"a {kind}") for kind in self.kinds if not kind.startswith("array-")]
        return " or ".join([*single, *(f"an array of {kind}s" for kind in plural)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A function with what a call of it takes.

    Attributes:
        name: of the function.
        function: the method.
        parameters: one for each argument.
        types: those of the parameters, near at hand.
        has_elements: whether an array's elements must have certain types.
        reads: whether the function goes through what it gets.
    """

    name: str
    function: Callable[..., Any]
    parameters: tuple[_Parameter, ...]
    types: tuple[frozenset[type], ...]
    has_elements: bool
    reads: bool

    def call(self, functions: GuardedFunctions, arguments: list[Any]) -> Any:
        """Pay for reading the arguments, check them, and call the function.

        Raises:
            CallFailed: an argument has another type.
            BudgetExceeded: that costs more than is left.
        """
        visits = 0
        for position, argument in enumerate(arguments):
            kind = argument.__class__
            types = self.types[position]
            if types and kind not in types:
                raise CallFailed(self._complaint(arguments))
            if kind is list or kind is dict:
                visits += len(argument)
            elif kind is str:
                visits += len(argument) // TEXT_VISIT
        if visits and self.reads:
            functions.budget.visit(visits)
        if self.has_elements and not all(map(_Parameter.takes, self.parameters, arguments)):
            raise CallFailed(self._complaint(arguments))
        return self.function(functions, *arguments)

    def takes_expression(self, position: int) -> bool:
        """Whether the argument at `position` is written `&expression`."""
        return "expref" in self.parameters[position].kinds

    def _complaint(self, arguments: list[Any]) -> str:
        wrong = (self.parameters[i].takes(argument) for i, argument in enumerate(arguments))
        position = list(wrong).index(False)
        parameter, argument = self.parameters[position], arguments[position]
        found = kind_of(argument)
        if found == "array" and parameter.elements:
            found = f"an array of {' and '.join(sorted({kind_of(element) for element in argument}))}"
        return f"{self.name}() takes {parameter.described()} as argument {position + 1}, not {found}"


def signature_of(name: str, count: int) -> Signature:
    """The function `name` for a call with `count` arguments.

    Raises:
        CallFailed: there is no such function, or it takes another number of arguments.
    """
    entry = GuardedFunctions.FUNCTION_TABLE.get(name)
    if entry is None:
        known = get_close_matches(name, function_names(), n=1)
        raise CallFailed(f"There is no function '{name}()'." + (f" Did you mean '{known[0]}()'?" if known else ""))
    described: list[dict[str, Any]] = list(entry["signature"])
    variadic = bool(described and described[-1].get("variadic"))
    if count < len(described) or (count > len(described) and not variadic):
        least = "at least " if variadic else ""
        takes = f"{least}{len(described)} argument{'' if len(described) == 1 else 's'}"
        raise CallFailed(f"{name}() takes {takes}, not {count}.")
    described += [described[-1]] * (count - len(described)) if variadic else []
    parameters = tuple(_parameter(each["types"]) for each in described)
    return Signature(
        name=name,
        function=entry["function"],
        parameters=parameters,
        types=tuple(parameter.types for parameter in parameters),
        has_elements=any(parameter.elements for parameter in parameters),
        reads=name not in _CONSTANT,
    )


def function_names() -> list[str]:
    """The names of all functions."""
    return sorted(GuardedFunctions.FUNCTION_TABLE)


def _parameter(kinds: list[str]) -> _Parameter:
    types = frozenset(type_ for kind in kinds for type_ in _TYPES[kind.partition("-")[0]])
    elements = tuple(frozenset(_TYPES[kind.partition("-")[2]]) for kind in kinds if "-" in kind)
    return _Parameter(tuple(kinds), types, elements)
