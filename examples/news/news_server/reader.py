"""Reading an article: fetch it, then parse it in a thread."""

import asyncio

from news_server.errors import NewsError
from news_server.page import Article, parse_article
from news_server.web import Web

_HTML = {"text/html", "application/xhtml+xml", ""}


class ArticleReader:
    """Reads the articles that a ``Web`` fetches."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def read(self, url: str) -> Article:
        """Fetch and parse one article.

        Raises:
            NewsError: It could not be fetched, or it is not a web page.
        """
        page = await self._web.get(url)
        if page.content_type not in _HTML:
            raise NewsError(f"{page.url} is {page.content_type}, not a web page.")
        return await asyncio.to_thread(parse_article, page)
