"""Writes a tree as YAML: two spaces, 120 columns for what is in braces or brackets, comments where they belong.

A text is plain only if every reader of YAML, of version 1.1 too, takes it for a text, or if the author wrote it plain.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from callsheet.scenario.yaml_tree import Block, Entry, Node, Scalar, Tree

WIDTH: Final = 120

_PLAIN: Final = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_./@$*()+-]*(?: [A-Za-z0-9_./@$*()+-]+)*|[0-9]+(?:ms|s|m|h|d))")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""What some reader takes for something else than a text, in any letters."""


def write_tree(tree: Tree) -> str:
    """The text, with a line break at its end."""
    root = tree.root
    body = list(_block(root, 0)) if isinstance(root, Block) and not _fits(root, 0) else [_flow(root)]
    lines = [*tree.head, *body, *tree.foot]
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines) + "\n"


def _block(block: Block, indent: int) -> Iterator[str]:
    """The lines of a block, an empty line before those entries that had one, but not before the first."""
    for number, entry in enumerate(block.entries):
        lines = list(_member(entry, indent) if block.is_object else _item(entry, indent))
        above = [f"{' ' * indent}{line}" if line else "" for line in entry.above]
        while number == 0 and above and not above[0]:
            above.pop(0)
        yield from above
        yield from lines
        yield from (f"{' ' * indent}{line}" for line in entry.below)


def _member(entry: Entry, indent: int) -> Iterator[str]:
    key = f"{' ' * indent}{_scalar(entry.key or Scalar(''))}:"
    beside = f" {entry.beside}" if entry.beside else ""
    node = entry.node
    if isinstance(node, Block):
        if _fits(node, len(key) + 1 + len(beside)):
            yield f"{key} {_flow(node)}{beside}"
            return
        yield f"{key}{beside}"
        yield from _block(node, indent + 2)
        return
    yield from _with_text(key, node, indent, beside)


def _with_text(lead: str, node: Scalar, indent: int, beside: str) -> Iterator[str]:
    header, lines = _lines(node)
    if header:
        yield f"{lead} {header}{beside}"
        yield from (f"{' ' * (indent + 2)}{line}" if line else "" for line in lines)
    else:
        yield f"{lead} {_scalar(node)}{beside}"


def _item(entry: Entry, indent: int) -> Iterator[str]:
    dash = f"{' ' * indent}-"
    beside = f" {entry.beside}" if entry.beside else ""
    node = entry.node
    if isinstance(node, Scalar):
        yield from _with_text(dash, node, indent, beside)
    elif _fits(node, indent + 2 + len(beside)):
        yield f"{dash} {_flow(node)}{beside}"
    else:
        lines = list(_block(node, indent + 2))
        while lines[0].lstrip().startswith("#") or not lines[0]:  # comments that came to the front go before the dash
            line = lines.pop(0)
            if line:
                yield f"{' ' * indent}{line.lstrip()}"
        if beside:
            yield f"{' ' * indent}{entry.beside}"
        yield f"{dash} {lines[0].lstrip()}"
        yield from lines[1:]


def _fits(block: Block, column: int) -> bool:
    """Whether a block goes on one line: it is empty, or was written so, has no comments and is short enough."""
    if not block.entries:
        return True
    return _is_flow(block) and column + len(_flow(block)) <= WIDTH


def _is_flow(node: Node) -> bool:
    if isinstance(node, Scalar):
        return True
    return (node.flow or not node.entries) and all(
        _is_flow(entry.node) and not entry.beside and not entry.below and not any(entry.above) for entry in node.entries
    )


def _flow(node: Node) -> str:
    if isinstance(node, Scalar):
        return _scalar(node)
    parts = [f"{_scalar(e.key)}: {_flow(e.node)}" if e.key else _flow(e.node) for e in node.entries]
    return f"{{{', '.join(parts)}}}" if node.is_object else f"[{', '.join(parts)}]"


def _lines(node: Scalar) -> tuple[str, tuple[str, ...]]:
    """The header and the lines of a text in several lines; an empty header for any other scalar."""
    if node.lines:
        return node.header, node.lines
    value = node.value
    if node.style is not None or not isinstance(value, str) or "\n" not in value:
        return "", ()
    lines = value.split("\n")
    ends = lines[-1] == ""
    lines = lines[:-1] if ends else lines
    odd = any(not line.isprintable() or line != line.strip() for line in lines) or not lines[0] or not lines[-1]
    return ("", ()) if odd else ("|" if ends else "|-", tuple(lines))


def _scalar(node: Scalar) -> str:
    value = node.value
    if not isinstance(value, str):
        return json.dumps(value)
    if node.style == "" and "\n" not in value:  # an empty line in it is a line break
        return value or "null"
    return value if _is_plain(value) else _quoted(value)


def _is_plain(value: str) -> bool:
    return bool(_PLAIN.fullmatch(value)) and value.lower() not in _WORDS


def _quoted(value: str) -> str:
    if ('"' in value or "\\" in value) and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return "".join(_escaped(char) for char in json.dumps(value, ensure_ascii=False))


def _escaped(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
