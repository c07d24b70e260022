"""A JSON Schema as a graph of subschemas: which apply to the same value, and which to the values inside it.

Every keyword of the drafts 4 to 2020-12 is known here, and references inside the document are followed, through `$id`
and anchors too. What is not a schema is no node: whether the document is a schema at all is found by its compiler.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import unquote, urldefrag, urljoin

from callsheet.scenario.json import unescape

MAX_SUBSCHEMAS: Final = 5_000

_REFERENCES: Final = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})
_ANCHORS: Final = ("$anchor", "$dynamicAnchor")
_HERE: Final = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies"})
_ONE_OF_THEM: Final = frozenset({"properties", "prefixItems"})
_EACH: Final = frozenset(
    {
        *("additionalItems", "items", "unevaluatedItems", "contains"),
        *("additionalProperties", "patternProperties", "propertyNames", "unevaluatedProperties"),
    }
)
_DEFINITIONS: Final = frozenset({"$defs", "definitions"})
_MAPS: Final = _DEFINITIONS | {"dependentSchemas", "dependencies", "properties", "patternProperties"}
_SUBSCHEMAS: Final = _HERE | _ONE_OF_THEM | _EACH | _DEFINITIONS
_DIGITS: Final = 10
"""More than the position of any element has; int() refuses thousands of them."""

_FOREIGN: Final = 100
"""What a schema is taken to cost that is not in the document: those of JSON Schema itself."""


@dataclass(eq=False, slots=True)
class Node:
    """A subschema.

    Attributes:
        keywords: the subschema itself.
        weight: what checking it costs, without its subschemas.
        here: the nodes that apply to the same value; those behind `unevaluated…` are gone through twice.
        properties: the nodes of which one applies to each value inside, by its name or its position.
        each: the nodes that can all apply to each value inside.
    """

    keywords: dict[str, Any]
    weight: int
    here: list["Node"] = field(default_factory=list["Node"])
    properties: dict[str, "Node"] = field(default_factory=dict[str, "Node"])
    each: list["Node"] = field(default_factory=list["Node"])


class SchemaTooLarge(ValueError):
    """The document has more subschemas than are allowed."""


class SchemaGraph:
    """All subschemas of one document."""

    def __init__(self, schema: dict[str, Any]) -> None:
        """Find every subschema and what it applies.

        Raises:
            SchemaTooLarge: there are too many.
        """
        self._named: dict[str, list[dict[str, Any]]] = {"": [schema]}
        self._nodes: dict[int, Node] = {}
        self._references: list[tuple[Node, str, str]] = []
        self.root = self._read(schema, "")
        while self._references:
            node, base, reference = self._references.pop()
            node.here += [self._read(target, base) for target in self._targets(base, reference)]

    @property
    def nodes(self) -> list[Node]:
        """Every node, those that nothing leads to included."""
        return list(self._nodes.values())

    def _read(self, schema: dict[str, Any], base: str) -> Node:
        """The node of `schema`, with all that is inside it."""
        left = [] if id(schema) in self._nodes else [(self._node(schema), base)]
        while left:
            node, base = left.pop()
            base = self._name(node.keywords, base)
            for key, value in node.keywords.items():
                if key in _REFERENCES and isinstance(value, str):
                    self._references.append((node, base, value))
                elif key in _SUBSCHEMAS:
                    for name, keywords in _inside(key, value):
                        if id(keywords) not in self._nodes:
                            left.append((self._node(keywords), base))
                        self._attach(node, key, name, self._nodes[id(keywords)])
        return self._nodes[id(schema)]

    def _node(self, keywords: dict[str, Any]) -> Node:
        if len(self._nodes) >= MAX_SUBSCHEMAS:
            raise SchemaTooLarge(f"It holds more than {MAX_SUBSCHEMAS} subschemas (LimitExceeded: schema).")
        node = self._nodes[id(keywords)] = Node(keywords, _weight(keywords))
        return node

    def _attach(self, node: Node, key: str, name: str, child: Node) -> None:
        if key in _HERE:
            node.here.append(child)
        elif key in _ONE_OF_THEM:
            node.properties[name] = child
        elif key in _EACH:
            node.each.append(child)

    def _name(self, keywords: dict[str, Any], base: str) -> str:
        """Note what names the schema has; gives the base URI of what is inside it."""
        for key in ("$id", "id"):
            if isinstance(keywords.get(key), str):
                base, _ = _resolved(base, keywords[key])
                self._named.setdefault(base, []).append(keywords)
        for key in _ANCHORS:
            if isinstance(keywords.get(key), str):
                self._named.setdefault(f"{base}#{keywords[key]}", []).append(keywords)
        return base

    def _targets(self, base: str, reference: str) -> list[dict[str, Any]]:
        if not base and reference.startswith("#/"):  # nearly all of them
            whole, fragment = "", reference[1:]
        else:
            whole, fragment = _resolved(base, reference)
        if fragment and not fragment.startswith("/"):
            return self._named.get(f"{whole}#{unquote(fragment)}", [])
        found = [_at(document, unquote(fragment)) for document in self._named.get(whole, [])[:1]]
        return [target for target in found if target is not None] or [{"enum": [[]] * _FOREIGN}]


def _resolved(base: str, reference: str) -> tuple[str, str]:
    """What `reference` stands for, and its fragment. One that is no URI, such as `http://[`, names nothing."""
    try:
        whole, fragment = urldefrag(urljoin(base, reference) if base else reference)
    except ValueError:
        return reference, ""
    return whole, fragment


def _inside(key: str, value: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The subschemas of one keyword, each with its name or position."""
    if isinstance(value, dict) and key not in _MAPS:
        yield key, cast("dict[str, Any]", value)
    elif isinstance(value, dict | list):
        items = (
            cast("dict[str, Any]", value).items() if isinstance(value, dict) else enumerate(cast("list[Any]", value))
        )
        for name, child in items:
            if isinstance(child, dict):
                yield str(name), cast("dict[str, Any]", child)


def _at(document: Any, pointer: str) -> dict[str, Any] | None:
    for token in pointer.split("/")[1:]:
        name = unescape(token)
        if isinstance(document, dict):
            document = cast("dict[str, Any]", document).get(name)
        elif (
            isinstance(document, list)
            and name.isdecimal()
            and len(name) < _DIGITS
            and int(name) < len(cast("list[Any]", document))
        ):
            document = cast("list[Any]", document)[int(name)]
        else:
            return None
    return cast("dict[str, Any]", document) if isinstance(document, dict) else None


def _weight(keywords: dict[str, Any]) -> int:
    weight = 1
    choices, patterns = keywords.get("enum"), keywords.get("patternProperties")
    if isinstance(choices, list) and any(isinstance(each, list | dict) for each in cast("list[Any]", choices)):
        weight += len(cast("list[Any]", choices))  # scalars are found at once, these one after the other
    if isinstance(patterns, dict):
        weight += len(cast("dict[str, Any]", patterns))
    return weight
