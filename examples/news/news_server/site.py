"""Provider ``site``: the pages that one site lists itself, the most promising ones read in full."""

import asyncio
from collections.abc import Sequence
from math import ceil
from urllib.parse import unquote, urljoin, urlsplit

from news_server.errors import NewsError
from news_server.listing import Entry
from news_server.models import Candidate, SkippedPage
from news_server.page import Article
from news_server.ports import Found, Report
from news_server.reader import ArticleReader
from news_server.site_index import read_site_index
from news_server.terms import matched, words
from news_server.web import Web

CONCURRENCY = 6
# A page tells the same story if it has this part of the article's terms.
SAME_STORY = 0.5


class SiteProvider:
    """Searches one site through its sitemaps and feeds.

    Args:
        web: Fetches sitemaps and feeds.
        reader: Reads the pages.
        site: Address of the site; None is the host of each article.
        max_pages: Most pages that a search reads in full.
    """

    def __init__(self, web: Web, reader: ArticleReader, *, site: str | None, max_pages: int) -> None:
        self._web = web
        self._reader = reader
        self._site = site
        self._max_pages = max_pages

    @property
    def name(self) -> str:
        """``site``."""
        return "site"

    async def search(self, article: Article, terms: Sequence[str], report: Report) -> Found:
        """See ``Provider``; a day that a page does not give is taken from the feed that lists it."""
        home = urljoin(self._site or article.url, "/")
        index = await read_site_index(self._web, home)
        if not index.entries:
            raise NewsError(f"{home} lists no pages: it has no readable sitemap and no readable feed.")
        chosen = _most_promising(index.entries, terms)[: self._max_pages]
        return await self._read_all(chosen, terms, report)

    async def _read_all(self, entries: Sequence[Entry], terms: Sequence[str], report: Report) -> Found:
        slots = asyncio.Semaphore(CONCURRENCY)
        results: list[Candidate | SkippedPage | None] = []

        async def read(entry: Entry) -> None:
            async with slots:
                results.append(await self._read(entry, terms))
            await report(len(results), len(entries), f"Read {len(results)} of {len(entries)} pages")

        async with asyncio.TaskGroup() as group:
            for entry in entries:
                group.create_task(read(entry))
        return Found(
            candidates=tuple(result for result in results if isinstance(result, Candidate)),
            skipped=tuple(result for result in results if isinstance(result, SkippedPage)),
        )

    async def _read(self, entry: Entry, terms: Sequence[str]) -> Candidate | SkippedPage | None:
        try:
            article = await self._reader.read(entry.url)
        except NewsError as error:
            return SkippedPage(url=entry.url, reason=str(error))
        found = matched(terms, words(f"{article.title or entry.title or ''} {article.text or ''}"))
        if len(found) < max(2, ceil(SAME_STORY * len(terms))):
            return None
        return Candidate(
            url=article.url,
            title=article.title or entry.title,
            published=article.published or entry.published,
            site=article.site,
            matched_terms=found,
        )


def _most_promising(entries: Sequence[Entry], terms: Sequence[str]) -> list[Entry]:
    """Order by how many terms the title and the address contain; the order of the listing decides a draw."""
    return sorted(entries, key=lambda entry: -len(matched(terms, words(f"{entry.title or ''} {_path(entry.url)}"))))


def _path(url: str) -> str:
    return unquote(urlsplit(url).path).replace("_", " ")
