"""JSON values as the rest of the house sees them, and the check that makes a foreign value one of them."""

import itertools
import math
from typing import Final, TypeAlias, TypeGuard, cast

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
"""Any JSON value. Treated as immutable everywhere: share it, never change it."""

JsonObject: TypeAlias = dict[str, Json]
"""A JSON object."""

MAX_DEPTH: Final = 64
"""How deep arrays and objects may nest, in any document, request or tool result."""

MAX_NODES: Final = 100_000
"""How many values one document, request or tool result may hold."""

MAX_INT: Final = 2**63
"""Integers are those of 64 bits, as every JSON reader and database we know has them."""


class NotJson(ValueError):
    """The value is not JSON that Callsheet accepts. `pointer` (RFC 6901) says where."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.pointer = pointer


def is_object(value: Json) -> TypeGuard[JsonObject]:
    """Tell whether `value` is a JSON object."""
    return isinstance(value, dict)


def escape(token: str | int) -> str:
    """One reference token of a JSON pointer (RFC 6901, section 3)."""
    return str(token).replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """What `escape` made of `token`."""
    return token.replace("~1", "/").replace("~0", "~")


def check_json(value: object, *, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES) -> Json:
    """Return `value` unchanged when it is JSON within the limits.

    Refused are NaN and the infinities, integers beyond 64 bits, NUL and lone surrogates in any string (PostgreSQL's
    jsonb and UTF-8 refuse them, so they would be lost later), other Python types, and values too deep or too many.

    Raises:
        NotJson: with the pointer of the first value that is not acceptable.
    """
    if not _is_plainly_json(value, max_depth, max_nodes):
        problem = _first_problem(value, max_depth, max_nodes)
        if problem is not None:
            raise problem
    return value  # pyright: ignore[reportReturnType]: the walk above has just proved it


def _is_plainly_json(value: object, max_depth: int, max_nodes: int) -> bool:
    """Whether there is nothing to complain of; three times as fast as finding out what and where."""
    level: list[object] = [value]
    nodes = 0
    for _ in range(max_depth + 1):
        nodes += len(level)
        if nodes > max_nodes:
            return False
        below: list[object] = []
        for node in level:
            kind = type(node)
            if kind is dict:
                children = cast("dict[object, object]", node)
                if not all(map(_is_plain_text, children)):
                    return False
                below += children.values()
            elif kind is list:
                below += cast("list[object]", node)
            elif not (_is_plain_text(node) or _is_plain_scalar(node)):
                return False
        if not below:
            return True
        level = below
    return False


def _is_plain_text(node: object) -> bool:
    if type(node) is not str or "\0" in node:
        return False
    if node.isascii():
        return True
    try:
        node.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_plain_scalar(node: object) -> bool:
    kind = type(node)
    if kind is int:
        return -MAX_INT <= cast("int", node) < MAX_INT
    return node is None or kind is bool or (kind is float and math.isfinite(cast("float", node)))


def _first_problem(value: object, max_depth: int, max_nodes: int) -> NotJson | None:
    # Level by level, so that depth is a counter; pointers are made only for what is refused.
    level: list[tuple[object, Trail | None]] = [(value, None)]
    nodes = 0
    for depth in itertools.count():
        if not level:
            return None
        nodes += len(level)
        if nodes > max_nodes:
            return NotJson(f"more than {max_nodes} values")
        if depth > max_depth:
            return NotJson(f"nested deeper than {max_depth}", pointer_of(level[0][1]))
        below: list[tuple[object, Trail | None]] = []
        for node, trail in level:
            if nodes + len(below) > max_nodes:  # before the places of all the others are noted, too
                return NotJson(f"more than {max_nodes} values")
            try:
                _open(node, trail, below)
            except NotJson as exc:
                return NotJson(str(exc), pointer_of(trail))
        level = below
    return None


Trail: TypeAlias = "tuple[str | int, Trail | None]"
"""A token of a JSON pointer and the trail of its parent."""


def _open(node: object, trail: "Trail | None", below: "list[tuple[object, Trail | None]]") -> None:
    if type(node) is dict:
        for key, child in cast("dict[object, object]", node).items():
            if not isinstance(key, str):
                raise NotJson("a key is not text")
            check_text(key)
            below.append((child, (key, trail)))
    elif type(node) is list:
        below.extend((child, (index, trail)) for index, child in enumerate(cast("list[object]", node)))
    else:
        check_scalar(node)


def pointer_of(trail: "Trail | None") -> str:
    """The JSON pointer that `trail` spells."""
    tokens: list[str] = []
    while trail is not None:
        token, trail = trail
        tokens.append(escape(token))
    return "".join(f"/{token}" for token in reversed(tokens))


def check_scalar(value: object) -> None:
    """Refuse what is neither null, a boolean, text, nor a number that JSON can write.

    Raises:
        NotJson: without a pointer.
    """
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise NotJson("NaN, Infinity and numbers beyond 1.8e308 are not JSON")
    elif isinstance(value, int):  # bool included
        if not -MAX_INT <= value < MAX_INT:
            raise NotJson("the integer does not fit in 64 bits")
    elif value is not None:
        raise NotJson(f"{type(value).__name__} is not a JSON type")


def check_text(text: str) -> None:
    """Refuse NUL and lone surrogates.

    Raises:
        NotJson: without a pointer.
    """
    if "\0" in text:
        raise NotJson("the text contains a NUL character")
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotJson("the text contains a lone surrogate, which is not Unicode") from None
