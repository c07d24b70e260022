"""Sitemaps, sitemap indexes, RSS and Atom: XML files that list pages.

One streaming reader serves all four. A file that breaks off or is not XML gives the entries before the break; a
document type declaration ends the reading, so no entity is ever expanded.
"""

from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from xml.parsers import expat

MAX_ENTRIES = 5_000
MAX_FIELD = 2_000
_ENTRIES = {"url", "sitemap", "item", "entry"}
_FIELDS = {
    "loc": "url",
    "link": "url",
    "title": "title",
    "pubDate": "day",
    "published": "day",
    "publication_date": "day",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a listing.

    Attributes:
        kind: ``sitemap`` for a further sitemap, ``page`` for a page.
        url: As written in the file.
        title: None if the listing gives none (plain sitemaps do not).
        published: Day of publication; a sitemap's ``lastmod`` is not one.
    """

    kind: str
    url: str
    title: str | None
    published: date | None


def read_listing(body: bytes) -> list[Entry]:
    """Read up to 5,000 entries; never raises."""
    reader = _Reader()
    try:
        reader.parse(body)
    except (expat.ExpatError, _Stop, ValueError, LookupError):
        return reader.entries
    return reader.entries


class _Stop(Exception):
    """Nothing more is wanted from this file."""


class _Reader:
    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._values: dict[str, str] | None = None
        self._field: str | None = None
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype

    def parse(self, body: bytes) -> None:
        self._parser.Parse(body, True)

    def _doctype(self, *_parts: object) -> None:
        raise _Stop

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name in _ENTRIES:
            self._values = {}
        if self._values is None:
            return
        self._field = _FIELDS.get(name)
        # Atom writes the address of an entry as an attribute.
        if name == "link" and "href" in attributes and attributes.get("rel", "alternate") == "alternate":
            self._values.setdefault("url", attributes["href"])
            self._field = None

    def _text(self, text: str) -> None:
        if self._values is not None and self._field is not None:
            self._values[self._field] = (self._values.get(self._field, "") + text)[:MAX_FIELD]

    def _end(self, tag: str) -> None:
        self._field = None
        if self._values is None or _local(tag) not in _ENTRIES:
            return
        values, self._values = self._values, None
        if url := values.get("url", "").strip():
            title = values.get("title", "").strip() or None
            kind = "sitemap" if _local(tag) == "sitemap" else "page"
            self.entries.append(Entry(kind=kind, url=url, title=title, published=_day(values.get("day", "").strip())))
        if len(self.entries) >= MAX_ENTRIES:
            raise _Stop


def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


def _day(text: str) -> date | None:
    """Read the day of an ISO 8601 (Atom, sitemaps) or RFC 5322 (RSS) date."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return parse(text).date()
        except (ValueError, IndexError, OverflowError):
            continue
    return None
