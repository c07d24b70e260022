"""From JSON Schema (2020-12 and the drafts 2019-09, 7 and 6) to shapes: one layer at a time, when it is looked at.

What a keyword certainly says is taken; what it leaves open, and every keyword that is not known here, is not. So the
shape holds each value that fits the schema, and perhaps others. See https://json-schema.org/draft/2020-12.
"""

from dataclasses import dataclass, replace
from typing import Final, cast

from callsheet.lint.types.document import Dialect, Document, Exhausted, Part, Work, document_of
from callsheet.lint.types.joining import meet, union
from callsheet.lint.types.literals import shape_of_literal
from callsheet.lint.types.shape import (
    NEVER,
    NULL,
    UNKNOWN,
    Alternative,
    Array,
    Boolean,
    Deferred,
    Number,
    Object,
    Open,
    Property,
    Shape,
    Text,
    alternatives,
    size_of,
)

_MAX_LAYERS: Final = 64
"""Values are not nested deeper, see `scenario.json.MAX_DEPTH`."""

_MAX_HOPS: Final = 32
"""References and combinations on the way to what describes the value itself."""

_MAX_WORK: Final = 5_000
"""For one layer."""

_TYPES: Final = ("null", "boolean", "number", "integer", "string", "array", "object")
_OBJECT: Final = frozenset({"properties", "required", "additionalProperties"})
_ARRAY: Final = frozenset({"items", "prefixItems", "minItems"})
_VAGUE: Final = frozenset({"if", "then", "else", "dependentSchemas", "dependencies", "patternProperties", "not",
                           "unevaluatedProperties", "$dynamicRef", "$recursiveRef", "propertyNames"})  # fmt: skip
"""Keywords that may know names which `properties` does not."""


def shape_of_schema(schema: object, work: Work | None = None) -> Shape:
    """The values that fit `schema`, which may be any JSON: what is no schema says nothing. Never raises.

    Reading it is paid from `work`, too, where there is more to be paid from that.
    """
    return Deferred((Part(schema, document_of(schema, work)),))


def opened(shape: Shape) -> Open:
    """`shape` with its outermost layer read. Never raises; what costs too much to read is unknown."""
    if not isinstance(shape, Deferred):
        return shape
    if not shape.memo:
        shape.memo.append(_read(shape))
    return shape.memo[0]


def either(*shapes: Shape) -> Open:
    """What one of `shapes` holds."""
    return union(map(opened, shapes))


def _read(deferred: Deferred) -> Open:
    if deferred.depth > _MAX_LAYERS:
        return UNKNOWN
    found: Open = UNKNOWN
    reader = _Reader(deferred.depth, Work(_MAX_WORK))
    try:
        for part in deferred.parts:
            found = reader.meet(found, reader.schema(part.node, part.document, 0))
    except Exhausted:
        return UNKNOWN
    return _certain(found) if reader.vague else found


def _certain(shape: Open) -> Open:
    """`shape` without the suspicion that it has no other members than those it names."""
    if shape == UNKNOWN:
        return shape
    return union(replace(each, loose=False) if isinstance(each, Object) else each for each in alternatives(shape))


@dataclass(slots=True)
class _Reader:
    """Reads one layer. `vague` tells that a schema on the way may know more names than were found."""

    depth: int
    work: Work
    vague: bool = False

    def schema(self, node: object, document: Document, hops: int) -> Open:
        self._spend(1, document)
        if isinstance(node, bool):
            return UNKNOWN if node else NEVER
        if not isinstance(node, dict) or hops > _MAX_HOPS or document.dialect is None:
            return self._unreadable()
        keywords = cast("dict[str, object]", node)
        if node is not document.root and "$schema" in node:
            return self._unreadable()
        if document.dialect is Dialect.REF_ALONE and "$ref" in keywords:
            return self._reference(keywords["$ref"], document, hops)
        if node is not document.root and "$id" in node:
            document = replace(document, root=keywords)
        self.vague = self.vague or not _VAGUE.isdisjoint(keywords)
        return self._conjunction(keywords, document, hops)

    def _conjunction(self, node: dict[str, object], document: Document, hops: int) -> Open:
        found = self._own(node, document)
        if "const" in node:
            found = self.meet(found, self._one_of([node["const"]], document))
        if choices := _list(node, "enum"):
            found = self.meet(found, self._one_of(choices, document))
        if "$ref" in node:
            found = self.meet(found, self._reference(node["$ref"], document, hops))
        for part in _list(node, "allOf"):
            found = self.meet(found, self.schema(part, document, hops + 1))
        for keyword in ("anyOf", "oneOf"):
            if parts := _list(node, keyword):
                found = self.meet(found, union([self.schema(part, document, hops + 1) for part in parts]))
        return found

    def meet(self, one: Open, other: Open) -> Open:
        """As `joining.meet`, on the budget."""
        if one != UNKNOWN and other != UNKNOWN:
            self.work.spend(size_of(one) * len(alternatives(other)) + size_of(other) * len(alternatives(one)))
        return meet(one, other)

    def _own(self, node: dict[str, object], document: Document) -> Open:
        """What the keywords say that are about this value's type and members."""
        named = _type_names(node)
        self.vague = self.vague or ("type" in node and named is None)
        if named is None and _OBJECT.isdisjoint(node) and _ARRAY.isdisjoint(node):
            return UNKNOWN
        return union([self._typed(name, node, document) for name in named or _TYPES])

    def _typed(self, name: str, node: dict[str, object], document: Document) -> Alternative:
        match name:
            case "null":
                return NULL
            case "boolean":
                return Boolean()
            case "integer" | "number":
                return Number(whole=name == "integer")
            case "string":
                return Text()
            case "array":
                return self._array(node, document)
            case _:
                return self._object(node, document)

    def _array(self, node: dict[str, object], document: Document) -> Array:
        least = node.get("minItems")
        shape = self._child(node.get("items", True), document)
        first = _list(node, "prefixItems") if document.dialect is Dialect.CURRENT else []
        self._spend(len(first), document)
        prefix = tuple(self._child(each, document) for each in first)
        return Array(shape, prefix, least if isinstance(least, int) else 0)

    def _object(self, node: dict[str, object], document: Document) -> Object:
        declared = node.get("properties")
        named = cast("dict[str, object]", declared) if isinstance(declared, dict) else {}
        required = {name for name in _list(node, "required") if isinstance(name, str)}
        self._spend(len(named) + len(required), document)
        patterns = "patternProperties" in node
        additional = UNKNOWN if patterns else self._child(node.get("additionalProperties", True), document)
        properties = {name: Property(self._child(each, document), name in required) for name, each in named.items()}
        properties.update({name: Property(additional, True) for name in required if name not in named})
        return Object(properties, additional, loose="additionalProperties" not in node and not patterns)

    def _child(self, node: object, document: Document) -> Shape:
        if isinstance(node, dict):
            return Deferred((Part(cast("object", node), document),), self.depth + 1)
        return NEVER if node is False else UNKNOWN

    def _reference(self, reference: object, document: Document, hops: int) -> Open:
        target = document.find(reference) if isinstance(reference, str) else None
        return self._unreadable() if target is None else self.schema(target, document, hops + 1)

    def _one_of(self, values: list[object], document: Document) -> Open:
        sizes = (len(cast("list[object]", each)) if isinstance(each, list | dict) else 1 for each in values)
        self._spend(sum(sizes), document)
        return union([shape_of_literal(value, self.depth) for value in values])

    def _unreadable(self) -> Open:
        self.vague = True
        return UNKNOWN

    def _spend(self, amount: int, document: Document) -> None:
        self.work.spend(amount)
        document.work.spend(amount)


def _list(node: dict[str, object], keyword: str) -> list[object]:
    listed = node.get(keyword)
    return cast("list[object]", listed) if isinstance(listed, list) else []


def _type_names(node: dict[str, object]) -> list[str] | None:
    """The values of `type`; None where it is absent or is not understood."""
    written = node.get("type")
    names = cast("list[object]", written) if isinstance(written, list) else [written]
    known = [name for name in names if isinstance(name, str) and name in _TYPES]
    return known if known and len(known) == len(names) else None
