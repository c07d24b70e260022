"""From the bytes of a page to an article: title, author, day, text, links.

Everything here is plain computation that can take seconds on a large page: call it in a thread.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar, cast
from urllib.parse import urldefrag, urljoin, urlsplit

from trafilatura import extract, extract_metadata, load_html
from trafilatura.settings import Document

from news_server.web import Page

MAX_TEXT = 50_000
MAX_TITLE = 500
MAX_LINKS = 100

# "original_date": the first publication, not the last change. No extensive search: it guesses (the year of a copyright
# line becomes 1 January) and completes partial dates with the present year, and a guess could win as the earliest.
# The upper bound is fixed because the default is the end of today: the same page must always give the same date.
# The page's own markup comes before a date in its address.
_DATES: dict[str, object] = {
    "original_date": True,
    "extensive_search": False,
    "deferred_url_extractor": True,
    "max_date": "2099-12-31",
}
_BODY_LINKS = "//article//a/@href | //main//a/@href"
_FEEDS = "//link[@rel='alternate'][@type='application/rss+xml' or @type='application/atom+xml']/@href"

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a page says about itself. None is "the page does not say", also for a page that cannot be parsed."""

    url: str
    title: str | None
    author: str | None
    published: date | None
    site: str | None
    text: str | None
    links: tuple[str, ...]


class _Tree(Protocol):
    """The part of an lxml element that is used here; lxml ships no types."""

    def xpath(self, _path: str, /) -> list[object]: ...


def parse_article(page: Page) -> Article:
    """Read an article; never raises, whatever the page holds."""
    # Bytes are accepted, the annotation is too narrow.
    about = _or_none(page.url, lambda: extract_metadata(page.body, page.url, _DATES)) or Document()  # pyright: ignore[reportArgumentType]
    text = _or_none(page.url, lambda: extract(page.body, page.url, fast=True, include_comments=False))
    return Article(
        url=page.url,
        title=about.title[:MAX_TITLE] if about.title else None,
        author=about.author or None,
        published=_day(about.date),
        site=about.sitename or urlsplit(page.url).hostname,
        text=text[:MAX_TEXT] if text else None,
        links=_or_none(page.url, lambda: _links(page, _BODY_LINKS, "//a/@href")) or (),
    )


def feed_links(page: Page) -> tuple[str, ...]:
    """Absolute addresses of the feeds that a home page announces; never raises."""
    return _or_none(page.url, lambda: _links(page, _FEEDS)) or ()


def _links(page: Page, *paths: str) -> tuple[str, ...]:
    tree = cast("_Tree | None", load_html(page.body))
    if tree is None:
        return ()
    base = next((urljoin(page.url, str(href)) for href in tree.xpath("//base/@href")), page.url)
    found: dict[str, None] = {}
    for path in paths:
        for href in tree.xpath(path):
            link = _absolute(base, str(href))
            if link is not None and link != page.url:
                found.setdefault(link)
            if len(found) == MAX_LINKS:
                return tuple(found)
    return tuple(found)


def _absolute(base: str, href: str) -> str | None:
    try:
        link = urldefrag(urljoin(base, href.strip())).url
        parts = urlsplit(link)
    except ValueError:
        return None
    return link if parts.scheme in {"http", "https"} and parts.hostname else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _or_none(url: str, parse: Callable[[], _T]) -> _T | None:
    try:
        return parse()
    # The parsers meet any bytes at all and have raised many things.
    except Exception as error:  # noqa: BLE001
        _log.warning("%s could not be parsed: %r", url, error)
        return None
