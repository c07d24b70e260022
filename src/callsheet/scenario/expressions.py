"""JMESPath expressions: parsed once when a document is read, evaluated under a budget.

Expressions are pure (no clock, no randomness) and always terminate; the guards in here also bound what they cost:

* a source of at most 4,096 characters, an AST at most 64 deep;
* at most 500,000 node visits per evaluation (nested filters are polynomial);
* texts and lists that a function builds are measured before they are built, and so is the result;
* ordering values of different types is an error instead of `null` or a `TypeError`.

See https://jmespath.org/specification.html for the language.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import jmespath.exceptions
import jmespath.parser

from callsheet.scenario.functions import GuardedFunctions
from callsheet.scenario.interpreter import MAX_VISITS, Budget, BudgetExceeded, GuardedInterpreter
from callsheet.scenario.json import MAX_DEPTH, Json, JsonObject, NotJson, check_json

MAX_SOURCE: Final = 4096

_QUOTED: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`((?:[^`\\]|\\.)*)`""", re.DOTALL)


class ExpressionInvalid(ValueError):
    """The text is not an expression. `column` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


class EvaluationFailed(ValueError):
    """The expression cannot be evaluated on this data."""


class EvaluationLimitExceeded(EvaluationFailed):
    """Evaluating the expression costs more than is allowed."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression.

    Attributes:
        source: as the author wrote it.
        ast: jmespath's own tree: nested dicts with `type`, `value`, `children`.
        path: the names of a plain path such as `input.url`; None for anything else.
    """

    source: str
    ast: Any
    path: tuple[str, ...] | None

    def evaluate(self, roots: JsonObject, visits: int = MAX_VISITS) -> Json:
        """The expression's value over `roots`, within `visits` node visits; null where a field is missing.

        Raises:
            EvaluationLimitExceeded: a guard stopped it.
            EvaluationFailed: a function got what it does not take, or mixed types were ordered.
        """
        if self.path is not None:
            return _follow(self.path, roots)
        try:
            budget = Budget(visits)
            result: Json = GuardedInterpreter(GuardedFunctions(budget), budget).visit(self.ast, roots)
            Budget(visits).write(result)
            return result
        except BudgetExceeded as exc:
            raise EvaluationLimitExceeded(f"Expression '{self.source}': {exc}.") from exc
        except (jmespath.exceptions.JMESPathError, ArithmeticError, TypeError, ValueError) as exc:
            raise EvaluationFailed(f"Expression '{self.source}': {_sentence(exc)}") from exc
        except RecursionError:
            raise EvaluationLimitExceeded(f"Expression '{self.source}' recurses too deeply.") from None


def parse_expression(source: str) -> Expression:
    """Parse `source`.

    Raises:
        ExpressionInvalid: with the column of what is wrong.
    """
    if len(source) > MAX_SOURCE:
        raise ExpressionInvalid(f"An expression has at most {MAX_SOURCE} characters; this one has {len(source)}.", 1)
    _check_literals(source)
    try:
        ast: Any = jmespath.parser.Parser().parse(source).parsed
    except jmespath.exceptions.ParseError as exc:
        raise ExpressionInvalid(_parse_problem(exc), int(exc.lex_position) + 1) from exc
    except jmespath.exceptions.JMESPathError as exc:
        raise ExpressionInvalid(f"'{source}' is not an expression: {_sentence(exc)}", 1) from exc
    except RecursionError:
        raise ExpressionInvalid(f"The expression is nested deeper than {MAX_DEPTH}.", 1) from None
    if _depth(ast) > MAX_DEPTH:
        raise ExpressionInvalid(f"The expression is nested deeper than {MAX_DEPTH}.", 1)
    for node in walk({"type": "expression", "children": [ast]}):
        _check_node(node, source)
    return Expression(source, ast, _plain_path(ast))


def _check_literals(source: str) -> None:
    """Jmespath takes `foo` for the text "foo", with a warning; the specification and we do not."""
    for quoted in _QUOTED.finditer(source):
        if quoted[1] is None:
            continue
        try:
            json.loads(quoted[1].replace("\\`", "`"))
        except (ValueError, RecursionError):
            message = f"The literal {quoted[0]} is not JSON; a text is written in single quotes, such as 'text'."
            raise ExpressionInvalid(message, quoted.start() + 1) from None


def _follow(path: tuple[str, ...], roots: JsonObject) -> Json:
    value: Json = roots
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _plain_path(ast: Any) -> tuple[str, ...] | None:
    if ast["type"] == "field":
        return (ast["value"],)
    if ast["type"] == "subexpression":
        parts = [_plain_path(child) for child in ast["children"]]
        if all(part is not None for part in parts):
            return tuple(name for part in parts if part is not None for name in part)
    return None


def walk(ast: Any) -> Iterator[Any]:
    """Every node of a jmespath tree."""
    stack = [ast]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(_children(node))


def _takes_expression(function: str) -> bool:
    signature: list[dict[str, list[str]]] = GuardedFunctions.FUNCTION_TABLE[function]["signature"]
    return any("expref" in argument["types"] for argument in signature)


def _children(node: Any) -> list[Any]:
    return [child for child in node.get("children", ()) if isinstance(child, dict)]  # a slice's are numbers


def _check_node(node: Any, source: str) -> None:
    """What jmespath finds only when it evaluates: unknown functions, and literals that are not our JSON."""
    if node["type"] == "function_expression" and node["value"] not in GuardedFunctions.FUNCTION_TABLE:
        name: str = node["value"]
        table: dict[str, object] = GuardedFunctions.FUNCTION_TABLE
        known = get_close_matches(name, table, n=1)
        hint = f" Did you mean '{known[0]}()'?" if known else ""
        raise ExpressionInvalid(f"There is no function '{name}()'.{hint}", source.find(name) + 1)
    takes_expression = node["type"] == "function_expression" and _takes_expression(node["value"])
    if not takes_expression and any(child["type"] == "expref" for child in _children(node)):
        raise ExpressionInvalid(f"'&' belongs before a function's argument, as in min_by(): '{source}'.", 1)
    if node["type"] == "literal":
        try:
            check_json(node["value"])
        except NotJson as exc:
            raise ExpressionInvalid(f"The literal in '{source}' cannot be used: {exc}.", 1) from exc


def _depth(ast: Any) -> int:
    deepest, stack = 0, [(ast, 1)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        stack.extend((child, depth + 1) for child in _children(node))
    return deepest


def _parse_problem(exc: Any) -> str:
    where = f"at column {int(exc.lex_position) + 1}"
    if isinstance(exc, jmespath.exceptions.LexerError):
        message: str = exc.message  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]: not in its stubs
        return f"The expression '{exc.expression}' cannot be read {where}: {message.lower()}."
    if exc.token_type in {None, "EOF"}:
        return f"The expression '{exc.expression}' ends too early, {where}."
    return f"The expression '{exc.expression}' cannot be read {where}: unexpected '{exc.token_value}'."


def _sentence(exc: BaseException) -> str:
    text = str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__
    return text if text.endswith(".") else f"{text}."
