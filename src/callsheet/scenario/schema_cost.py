"""What checking a value against a schema may cost.

Schemas unfold: twenty-five definitions of which each refers to the next one twice are 2^25 subschemas for one value.
The validator remembers what it has found only where a reference leads back to a schema that it is in the middle of,
and only while it asks whether a value fits. Where it collects what is wrong it remembers nothing, so that a plain
grammar of expressions takes seconds on a faulty value that is six levels deep.
"""

from typing import Any, Final, TypeAlias, cast

from callsheet.scenario.json import Json
from callsheet.scenario.schema_graph import Node, SchemaGraph

_Cost: TypeAlias = tuple[int, int]
"""How many subschemas apply to a value itself, and at most to any one value inside it."""

_CYCLE: Final[_Cost] = (1, 1)
_CAP: Final = 10**9  # sums stay small numbers


def unfolded(graph: SchemaGraph) -> int:
    """How many subschemas apply to one value at most, the value itself or any inside it; recursion counts once."""
    costs: dict[Node, _Cost | None] = {}
    for start in (graph.root, *graph.nodes):
        stack = [start]
        while stack:
            node = stack[-1]
            if node not in costs:
                costs[node] = None  # at work on it
                stack.extend(child for child in _children(node) if child not in costs)
                continue
            stack.pop()
            if costs[node] is None:
                costs[node] = _cost(node, costs)
    return max(costs[graph.root] or _CYCLE)


def affordable(graph: SchemaGraph, value: Json, most: int) -> bool:
    """Whether going through `value` with all subschemas that may apply, each time anew, takes `most` steps or less."""
    stack: list[tuple[Node, Any]] = [(graph.root, value)]
    steps = 0
    while stack:
        node, here = stack.pop()
        steps += node.weight
        if steps > most:
            return False
        stack.extend((child, here) for child in node.here * _passes(node))
        if isinstance(here, dict):
            fields = cast("dict[str, Any]", here)
            stack.extend((child, fields[name]) for name, child in node.properties.items() if name in fields)
            stack.extend((child, inside) for child in node.each for inside in fields.values())
        elif isinstance(here, list):
            items = cast("list[Any]", here)
            stack.extend((child, item) for child in node.each for item in items)
            stack.extend(
                (node.properties[str(place)], item) for place, item in enumerate(items) if str(place) in node.properties
            )
    return True


def size(value: Json) -> int:
    """How many values `value` holds, itself included."""
    count = 0
    stack: list[Any] = [value]
    while stack:
        node = stack.pop()
        count += 1
        if isinstance(node, dict):
            stack.extend(cast("dict[str, Any]", node).values())
        elif isinstance(node, list):
            stack.extend(cast("list[Any]", node))
    return count


def _children(node: Node) -> list[Node]:
    return [*node.here, *node.properties.values(), *node.each]


def _passes(node: Node) -> int:
    return 2 if "unevaluatedProperties" in node.keywords or "unevaluatedItems" in node.keywords else 1


def _cost(node: Node, costs: dict[Node, _Cost | None]) -> _Cost:
    passes = _passes(node)
    here = [costs.get(child) or _CYCLE for child in node.here]
    named = [max(costs.get(child) or _CYCLE) for child in node.properties.values()]
    each = [max(costs.get(child) or _CYCLE) for child in node.each]
    own = node.weight + passes * sum(cost for cost, _ in here)
    below = passes * sum(cost for _, cost in here) + max(named, default=0) + sum(each)
    return min(own, _CAP), min(below, _CAP)
