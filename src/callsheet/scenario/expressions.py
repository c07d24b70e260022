"""JMESPath expressions: parsed once when a document is read, evaluated under a budget.

Expressions are pure (no clock, no randomness) and always terminate; the guards in here also bound what they cost:

* a source of at most 4,096 characters, an AST at most 64 deep, in which a path is as deep as it has names;
* at most 500,000 node visits per evaluation (nested filters are polynomial), paid before a loop begins;
* texts and lists are measured before they are built, and so is the result;
* ordering values of different types is an error instead of `null` or a `TypeError`.

See https://jmespath.org/specification.html for the language and docs/expressions.md for what is added.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import jmespath.ast as ast_of
import jmespath.exceptions
import jmespath.parser

from callsheet.scenario.budget import MAX_VISITS, Budget, BudgetExceeded, CallFailed, Fault
from callsheet.scenario.compiler import Code, Compiler, ExpressionInvalid
from callsheet.scenario.functions.guarded import GuardedFunctions
from callsheet.scenario.json import MAX_DEPTH, Json, JsonObject

__all__ = [
    "MAX_SOURCE",
    "EvaluationFailed",
    "EvaluationLimitExceeded",
    "Expression",
    "ExpressionInvalid",
    "parse_expression",
    "walk",
]

MAX_SOURCE: Final = 4096

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}(?:\.[A-Za-z_][A-Za-z0-9_]{0,127}){0,15}")
_QUOTED: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`((?:[^`\\]|\\.)*)`""", re.DOTALL)


class EvaluationFailed(ValueError):
    """The expression cannot be evaluated on this data. `column` counts from 1, None where it is not known."""

    def __init__(self, message: str, column: int | None = None) -> None:
        super().__init__(message)
        self.column = column


class EvaluationLimitExceeded(EvaluationFailed):
    """Evaluating the expression costs more than is allowed; `limit` names what was crossed, `value` what is allowed."""

    def __init__(self, message: str, limit: str, value: int, column: int | None = None) -> None:
        super().__init__(message, column)
        self.limit = limit
        self.value = value


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
    _code: Code | None = field(default=None, repr=False, compare=False)

    def evaluate(self, roots: JsonObject, visits: int = MAX_VISITS) -> Json:
        """The expression's value over `roots`, within `visits` node visits; null where a field is missing.

        Raises:
            EvaluationLimitExceeded: a guard stopped it.
            EvaluationFailed: a function got what it does not take, or mixed types were ordered.
        """
        if self.path is not None or self._code is None:
            return _follow(self.path or (), roots)
        budget = Budget(visits)
        try:
            budget.visit(self._code.visits)
            result: Json = self._code.run(roots, GuardedFunctions(budget, roots))
            Budget(budget.visits).write(result)
            return result
        except BudgetExceeded as fault:
            raise EvaluationLimitExceeded(self._sentence(fault), fault.limit, fault.value, fault.column) from fault
        except CallFailed as fault:
            raise EvaluationFailed(self._sentence(fault), fault.column) from fault
        except RecursionError:
            message = f"Expression '{self.source}' recurses too deeply."
            raise EvaluationLimitExceeded(message, "expression depth", MAX_DEPTH) from None

    def _sentence(self, fault: Fault) -> str:
        where = "" if fault.column is None else f" at column {fault.column}"
        return f"Expression '{self.source}'{where}: {_sentence(fault)}"


def parse_expression(source: str) -> Expression:
    """Parse `source`.

    Raises:
        ExpressionInvalid: with the column of what is wrong.
    """
    if _PLAIN.fullmatch(source):
        return _plain(source)
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
    return Expression(source, ast, _plain_path(ast), Compiler(source).compile(ast))


def _plain(source: str) -> Expression:
    """A plain path, which most expressions are: jmespath's tree of it, without jmespath's lexer and parser."""
    path = tuple(source.split("."))
    fields = [ast_of.field(name) for name in path]
    return Expression(source, fields[0] if len(fields) == 1 else ast_of.subexpression(fields), path)


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


def _children(node: Any) -> list[Any]:
    return [child for child in node.get("children", ()) if isinstance(child, dict)]  # a slice's are numbers


def _depth(ast: Any) -> int:
    """How deep a tree is; the names of a path count, for each of them leads deeper into the value."""
    deepest, stack = 0, [(ast, 1)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        names = 0
        for child in _children(node):
            stack.append((child, depth + 1 + names))
            names += node["type"] == "subexpression" and child["type"] == "field"
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
