"""The two things this server does, without MCP."""

from news_server.errors import NewsError
from news_server.models import ArticleSummary, Candidate, FetchedArticle, SourceSearch
from news_server.ports import Provider, Report
from news_server.reader import ArticleReader
from news_server.terms import distinctive_terms


class News:
    """Finds sources of articles and fetches articles.

    Args:
        reader: Reads articles.
        provider: Knows the pages to search.
    """

    def __init__(self, reader: ArticleReader, provider: Provider) -> None:
        self._reader = reader
        self._provider = provider

    async def search(self, url: str, report: Report) -> SourceSearch:
        """Find pages that tell the story of an article, earliest first.

        Raises:
            NewsError: The article cannot be read or has no words to search for, or the provider fails.
        """
        article = await self._reader.read(url)
        terms = distinctive_terms(article.title, article.text, article.site)
        if not terms:
            raise NewsError(f"{article.url} has no article text to search for.")
        found = await self._provider.search(article, terms, report)
        return SourceSearch(
            article=ArticleSummary.model_validate(article, from_attributes=True),
            terms=list(terms),
            provider=self._provider.name,
            candidates=sorted(_each_once(found.candidates), key=_earliest_first),
            skipped=sorted(found.skipped, key=lambda page: page.url),
        )

    async def fetch(self, url: str) -> FetchedArticle:
        """Read one article.

        Raises:
            NewsError: It cannot be fetched, or it is not a web page. A page without an article is all nulls.
        """
        article = await self._reader.read(url)
        return FetchedArticle.model_validate(article, from_attributes=True)


def _each_once(candidates: tuple[Candidate, ...]) -> list[Candidate]:
    # Two listed addresses can redirect to one page.
    return list({candidate.url: candidate for candidate in candidates}.values())


def _earliest_first(candidate: Candidate) -> tuple[bool, str, str]:
    day = candidate.published
    return (day is None, day.isoformat() if day else "", candidate.url)
