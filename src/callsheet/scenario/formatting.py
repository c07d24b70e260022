"""The canonical way to write a document: keys in the order of the language, two spaces, nothing else changed.

What JSON says stays the same but for the order of keys, which has no meaning; comments of YAML stay where they belong.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias, cast

from ruamel.yaml.error import MarkedYAMLError

from callsheet.scenario.codec import canonical
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import Json, JsonObject, escape
from callsheet.scenario.key_order import key_order
from callsheet.scenario.objects import objects
from callsheet.scenario.source import Syntax, read_source
from callsheet.scenario.yaml_events import text_of
from callsheet.scenario.yaml_tree import Block, Entry, Node, Tree, read_tree, tree_of
from callsheet.scenario.yaml_writer import write_tree

_SCHEMA: Final = "$schema"
_Orders: TypeAlias = Mapping[str, Sequence[str]]
"""The keys of the objects that the model reads, by pointer, in the order in which they are to be written."""


class FormattingFailed(ValueError):
    """The text cannot be written in the canonical way. `diagnostics` say why where the document is at fault."""

    def __init__(self, message: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics


def format_document(data: bytes, syntax: Syntax, to: Syntax | None = None) -> str:
    """The document in the canonical way.

    Args:
        data: the document.
        syntax: how it is written.
        to: how it is to be written; the same by default. JSON has no comments, so those of YAML are lost in it.

    Raises:
        FormattingFailed: the document cannot be decoded, or the result would not say the same.
    """
    source = read_source(data, syntax)
    if source.diagnostics:
        raise FormattingFailed("The document cannot be read.", source.diagnostics)
    orders = _orders(source.document)
    wanted = to or syntax
    if wanted is Syntax.JSON:
        result = json_text(_ordered(source.document, "", orders))
    elif syntax is Syntax.JSON:
        result = write_tree(Tree(_sorted(tree_of(source.document), "", orders)))
    else:
        try:
            tree = read_tree("\n".join(data.decode("utf-8-sig").splitlines()) + "\n" if data else "")
        except MarkedYAMLError as exc:  # the reader that keeps comments is stricter than the one that runs use
            mark = cast("Any", exc).problem_mark
            place = "It" if mark is None else f"Line {mark.line + 1}"
            message = f"{place} is written in a way that only some readers of YAML take: put a space behind each colon."
            raise FormattingFailed(message) from exc
        tree.root = _sorted(tree.root, "", orders)
        result = write_tree(tree)
    _check(result, wanted, source.document)
    return result


def json_text(value: Json) -> str:
    """Indented JSON: letters as they are, what does not print as escapes, a line break at the end."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    if not text.isascii() or "\x7f" in text:
        text = "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text)
    return f"{text}\n"


def _check(result: str, syntax: Syntax, document: Json) -> None:
    again = read_source(result.encode(), syntax)
    if again.diagnostics or canonical(again.document) != canonical(document):
        raise FormattingFailed("Written anew it would not say the same, so it is left as it is.")


def _orders(document: Json) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pointer, node, model in objects(document):
        known = [_SCHEMA, *key_order(model)] if pointer == "" else key_order(model)
        ranks = {key: rank for rank, key in enumerate(known)}
        found[pointer] = sorted(node, key=lambda key: ranks.get(key, len(ranks)))
    return found


def _ordered(value: Json, pointer: str, orders: _Orders) -> Json:
    if isinstance(value, list):
        return [_ordered(item, f"{pointer}/{index}", orders) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    result: JsonObject = {}
    for key in orders.get(pointer, value):
        result[key] = _ordered(value[key], f"{pointer}/{escape(key)}", orders)
    return result


def _sorted(node: Node, pointer: str, orders: _Orders) -> Node:
    """The same for a tree, in place."""
    if not isinstance(node, Block):
        return node
    for token, entry in _tokens(node):
        _sorted(entry.node, f"{pointer}/{escape(token)}", orders)
    if node.is_object and pointer in orders:
        ranks = {key: rank for rank, key in enumerate(orders[pointer])}
        node.entries.sort(key=lambda entry: ranks[_key(entry)])
    return node


def _tokens(block: Block) -> Iterator[tuple[str, Entry]]:
    for index, entry in enumerate(block.entries):
        yield (_key(entry) if block.is_object else str(index)), entry


def _key(entry: Entry) -> str:
    return text_of(entry.key) if entry.key else ""
