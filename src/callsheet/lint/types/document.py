"""A JSON Schema document: its references and its dialect, and how much of it may be read."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final, cast
from urllib.parse import unquote

from callsheet.scenario.json import unescape

MAX_WORK: Final = 50_000
"""Schemas and properties that are read of one document, all expressions together; what is left then is unknown."""

MAX_TOTAL_WORK: Final = 100_000
"""The same for everything that is done with types while one scenario is checked: some tenths of a second."""


class Exhausted(Exception):
    """Reading this costs more than is allowed; what it would have been is unknown."""


class Dialect(Enum):
    """What a document's keywords mean, as far as the drafts differ for us."""

    CURRENT = "2020-12"
    TUPLES_IN_ITEMS = "2019-09"
    REF_ALONE = "draft-07"
    """As 2019-09, and `$ref` hides every keyword next to it."""


_DIALECTS: Final = {
    "2020-12": Dialect.CURRENT,
    "2019-09": Dialect.TUPLES_IN_ITEMS,
    "draft-07": Dialect.REF_ALONE,
    "draft-06": Dialect.REF_ALONE,
}


@dataclass(slots=True)
class Work:
    """What may still be spent, on a document or on all of them.

    Attributes:
        left: so much.
        within: what this is a part of; it is spent there, too.
    """

    left: int = MAX_WORK
    within: "Work | None" = None

    def spend(self, amount: int) -> None:
        """Pay for reading.

        Raises:
            Exhausted: there is not so much left.
        """
        self.left -= amount
        if self.within is not None:
            self.within.spend(amount)
        if self.left < 0:
            raise Exhausted


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A schema and everything in it.

    Attributes:
        root: what `#` refers to.
        dialect: as its `$schema` says, 2020-12 without one; None for one that we do not know.
    """

    root: object
    dialect: Dialect | None
    work: Work = field(default_factory=Work)

    def find(self, reference: str) -> object | None:
        """The schema that a `$ref` means; None when it is not in here, or found by anything but a JSON pointer."""
        fragment = unquote(reference[1:])
        if not reference.startswith("#") or (fragment and not fragment.startswith("/")):
            return None
        node = self.root
        tokens = fragment.split("/")[1:]
        self.work.spend(len(tokens))
        for token in tokens:
            fields = _fields(node)
            if node is not self.root and "$id" in fields:
                return None  # a document of its own, with references of its own
            node = fields.get(unescape(token)) if fields else _item(node, token)
        return node


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A schema inside of a document."""

    node: object
    document: Document


def document_of(schema: object, within: Work | None = None) -> Document:
    """The document that `schema` is the root of; reading it is paid from `within`, too."""
    work = Work(within=within)
    named = _fields(schema).get("$schema")
    if named is None:
        return Document(schema, Dialect.CURRENT, work)
    known = [dialect for name, dialect in _DIALECTS.items() if isinstance(named, str) and name in named]
    return Document(schema, known[0] if known else None, work)


def _fields(node: object) -> dict[str, object]:
    return cast("dict[str, object]", node) if isinstance(node, dict) else {}


def _item(node: object, token: str) -> object | None:
    if not isinstance(node, list) or not (token.isascii() and token.isdigit() and len(token) < 9):
        return None
    items = cast("list[object]", node)
    return items[int(token)] if int(token) < len(items) else None
