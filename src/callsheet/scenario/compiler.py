"""From jmespath's tree to functions: finds on the way what jmespath finds only when it evaluates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from jmespath.lexer import Lexer

from callsheet.scenario import interpreter
from callsheet.scenario.budget import CallFailed
from callsheet.scenario.functions.base import Reference
from callsheet.scenario.functions.signature import Signature, signature_of
from callsheet.scenario.interpreter import Run
from callsheet.scenario.json import NotJson, check_json

_COMPARISON: Final = 3
_CALL: Final = 12
_LIST: Final = 8
_OBJECT: Final = 10
"""`a == b`, a call, `[a, b]` and `{a: b}` cost as much time or memory as so many other nodes."""

_COMPARATORS: Final = frozenset({"eq", "ne", "lt", "lte", "gt", "gte"})


class ExpressionInvalid(ValueError):
    """The text is not an expression. `column` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Code:
    """A compiled node.

    Attributes:
        run: evaluates it.
        visits: what one evaluation costs, without the loops inside, which pay for themselves.
    """

    run: Run
    visits: int


class _Columns:
    """Where things stand in the source. jmespath's tree does not say, but it has them in the order of the tokens."""

    def __init__(self, source: str) -> None:
        tokens = list(Lexer().tokenize(source))
        found: dict[str, list[int]] = {}
        for token, following in zip(tokens, [*tokens[1:], None], strict=True):
            kind = _kind(token["type"], None if following is None else following["type"])
            found.setdefault(kind, []).append(token["start"] + 1)
        self._left: dict[str, Iterator[int]] = {kind: iter(columns) for kind, columns in found.items()}

    def next(self, kind: str) -> int | None:
        """The column of the next token of this kind: `call`, `comparator`, `key`, or one of the lexer's."""
        return next(self._left.get(kind, iter(())), None)


class Compiler:
    """Compiles one tree, in the order of the source."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._columns = _Columns(source)
        self._kinds: dict[str, Callable[[Any], Code]] = {
            "and_expression": self._both,
            "comparator": self._comparator,
            "current": self._current,
            "expref": self._misplaced_reference,
            "field": self._field,
            "filter_projection": self._filter,
            "flatten": self._flatten,
            "function_expression": self._call,
            "identity": self._current,
            "index": self._index,
            "index_expression": self._chain,
            "literal": self._literal,
            "multi_select_dict": self._object,
            "multi_select_list": self._list,
            "not_expression": self._negated,
            "or_expression": self._either,
            "pipe": self._chain,
            "projection": self._projection,
            "slice": self._slice,
            "subexpression": self._chain,
            "value_projection": self._members,
        }

    def compile(self, node: Any) -> Code:
        """Compile `node`, which is at most as deep as Python recurses.

        Raises:
            ExpressionInvalid: an unknown function, a wrong number of arguments, a misplaced `&`, or a literal that is
                not our JSON.
        """
        return self._kinds[node["type"]](node)

    def _field(self, node: Any) -> Code:
        return Code(interpreter.fields([node["value"]]), 1)

    def _current(self, _: Any) -> Code:
        return Code(interpreter.current(), 1)

    def _literal(self, node: Any) -> Code:
        column = self._columns.next("literal")
        try:
            return Code(interpreter.constant(check_json(node["value"])), 1)
        except NotJson as exc:
            raise ExpressionInvalid(f"The literal in '{self._source}' cannot be used: {exc}.", column or 1) from exc

    def _index(self, node: Any) -> Code:
        return Code(interpreter.index(node["value"]), 1)

    def _slice(self, node: Any) -> Code:
        if node["children"][2] == 0:
            raise ExpressionInvalid(f"A slice cannot go on by steps of 0: '{self._source}'.", 1)
        return Code(interpreter.part(slice(*node["children"])), 1)

    def _chain(self, node: Any) -> Code:
        children: list[Any] = node["children"]
        visits = len(children) + 1
        if all(child["type"] == "field" for child in children):
            return Code(interpreter.fields([child["value"] for child in children]), visits)
        links = [self.compile(child) for child in children]
        return Code(interpreter.chain([link.run for link in links]), 1 + sum(link.visits for link in links))

    def _flatten(self, node: Any) -> Code:
        left = self.compile(node["children"][0])
        return Code(interpreter.flatten(left.run, self._columns.next("flatten")), 1 + left.visits)

    def _projection(self, node: Any) -> Code:
        left = self.compile(node["children"][0])
        column = None if _projects_by_itself(node["children"][0]) else self._columns.next("star")
        right = self.compile(node["children"][1])
        return Code(interpreter.projection(left.run, right.run, right.visits, column), 1 + left.visits)

    def _members(self, node: Any) -> Code:
        left = self.compile(node["children"][0])
        column = self._columns.next("star")
        right = self.compile(node["children"][1])
        run = interpreter.projection(interpreter.members(left.run), right.run, right.visits, column)
        return Code(run, 1 + left.visits)

    def _filter(self, node: Any) -> Code:
        left = self.compile(node["children"][0])
        column = self._columns.next("filter")
        condition = self.compile(node["children"][2])
        right = self.compile(node["children"][1])
        kept = interpreter.filtered(left.run, condition.run, condition.visits, column)
        if node["children"][1]["type"] != "identity":
            return Code(interpreter.projection(kept, right.run, right.visits, column), 1 + left.visits)
        return Code(interpreter.projection(kept, right.run, 1, column), 1 + left.visits)

    def _list(self, node: Any) -> Code:
        parts = [self.compile(child) for child in node["children"]]
        return Code(interpreter.list_of([part.run for part in parts]), _LIST + sum(part.visits for part in parts))

    def _object(self, node: Any) -> Code:
        parts: list[tuple[str, Run]] = []
        visits = _OBJECT
        for child in node["children"]:
            column = self._columns.next("key")
            try:
                check_json(child["value"])
            except NotJson as exc:
                raise ExpressionInvalid(f"A key in '{self._source}' cannot be used: {exc}.", column or 1) from exc
            code = self.compile(child["children"][0])
            parts.append((child["value"], code.run))
            visits += 1 + code.visits
        return Code(interpreter.object_of(parts), visits)

    def _either(self, node: Any) -> Code:
        left, right = map(self.compile, node["children"])
        return Code(interpreter.either(left.run, right.run), 1 + left.visits + right.visits)

    def _both(self, node: Any) -> Code:
        left, right = map(self.compile, node["children"])
        return Code(interpreter.both(left.run, right.run), 1 + left.visits + right.visits)

    def _negated(self, node: Any) -> Code:
        operand = self.compile(node["children"][0])
        return Code(interpreter.negated(operand.run), 1 + operand.visits)

    def _comparator(self, node: Any) -> Code:
        left = self.compile(node["children"][0])
        column = self._columns.next("comparator")
        right = self.compile(node["children"][1])
        name: str = node["value"]
        visits = _COMPARISON + left.visits + right.visits
        if name in {"eq", "ne"}:
            return Code(interpreter.equality(left.run, right.run, wanted=name == "eq"), visits)
        return Code(interpreter.ordering(name, left.run, right.run, column), visits)

    def _call(self, node: Any) -> Code:
        column = self._columns.next("call")
        try:
            signature = signature_of(node["value"], len(node["children"]))
        except CallFailed as exc:
            raise ExpressionInvalid(str(exc), column or 1) from exc
        arguments = [self._argument(signature, *each, column or 1) for each in enumerate(node["children"])]
        visits = _CALL + sum(argument.visits for argument in arguments)
        return Code(interpreter.call(signature, [argument.run for argument in arguments], column), visits)

    def _argument(self, signature: Signature, position: int, node: Any, column: int) -> Code:
        if not signature.takes_expression(position):
            return self.compile(node)
        if node["type"] != "expref":
            takes = f"{signature.name}() takes an expression with '&' as argument {position + 1}"
            raise ExpressionInvalid(f"{takes}: '{self._source}'.", column)
        self._columns.next("expref")
        code = self.compile(node["children"][0])
        return Code(interpreter.constant(Reference(code.run, code.visits)), 1)

    def _misplaced_reference(self, _: Any) -> Code:
        message = f"'&' belongs before an argument that takes it, as in min_by(xs, &date): '{self._source}'."
        raise ExpressionInvalid(message, self._columns.next("expref") or 1)


def _kind(token: str, following: str | None) -> str:
    if token == "unquoted_identifier" and following == "lparen":  # noqa: S105 - the token of a lexer
        return "call"
    if token in {"unquoted_identifier", "quoted_identifier"} and following == "colon":
        return "key"
    return "comparator" if token in _COMPARATORS else token


def _projects_by_itself(left: Any) -> bool:
    """Whether the tree has a projection behind `left` that no star in the source stands for: `[]` and `[1:]`."""
    children: list[Any] = left["children"]
    return left["type"] == "flatten" or (
        left["type"] == "index_expression" and len(children) == 2 and children[1]["type"] == "slice"
    )
