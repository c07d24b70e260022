"""Provider ``gdelt``: the DOC 2.0 API of the GDELT project, which watches the world's online news.

Source: https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import httpx2
from pydantic import BaseModel, TypeAdapter, ValidationError

from news_server.errors import NewsError
from news_server.models import Candidate
from news_server.page import Article
from news_server.ports import Found, Report
from news_server.terms import matched, words
from news_server.web import Page, Web

MAX_RECORDS = 75
# GDELT joins words with AND: with more than a few of them only copies of the same text are found.
QUERY_TERMS = 4
# A story is looked for from this long before the article's own day.
DAYS_BEFORE = 30


class _Record(BaseModel):
    url: str
    title: str = ""
    seendate: str = ""
    domain: str = ""


class _Answer(BaseModel):
    articles: list[_Record] = []


_ANSWER = TypeAdapter(_Answer)


class GdeltProvider:
    """Asks GDELT once for each search; it dates a page by the day on which GDELT saw it first.

    Args:
        web: Fetches the answer.
        url: Address of the API.
    """

    def __init__(self, web: Web, url: str) -> None:
        self._web = web
        self._url = url

    @property
    def name(self) -> str:
        """``gdelt``."""
        return "gdelt"

    async def search(self, article: Article, terms: Sequence[str], report: Report) -> Found:
        """See ``Provider``; candidates carry the terms that their titles contain."""
        page = await self._web.get(str(httpx2.URL(self._url).copy_merge_params(_query(article, terms))))
        records = _records(page)
        await report(1, 1, f"GDELT knows {len(records)} pages")
        return Found(candidates=tuple(_candidate(record, terms) for record in records))


def _query(article: Article, terms: Sequence[str]) -> dict[str, str]:
    query = {
        "query": " ".join(terms[:QUERY_TERMS]),
        "mode": "artlist",
        "format": "json",
        "sort": "dateasc",
        "maxrecords": str(MAX_RECORDS),
    }
    if article.published is not None:
        query["startdatetime"] = f"{article.published - timedelta(days=DAYS_BEFORE):%Y%m%d}000000"
        query["enddatetime"] = f"{article.published:%Y%m%d}235959"
    return query


def _records(page: Page) -> list[_Record]:
    try:
        return _ANSWER.validate_json(page.body).articles[:MAX_RECORDS]
    except ValidationError as error:
        # GDELT reports a bad query as a line of text with status 200.
        said = page.body[:200].decode(errors="replace").strip()
        raise NewsError(f"GDELT did not answer with a list of articles, but with: {said!r}.") from error


def _candidate(record: _Record, terms: Sequence[str]) -> Candidate:
    return Candidate(
        url=record.url,
        title=record.title or None,
        published=_seen(record.seendate),
        site=record.domain or None,
        matched_terms=matched(terms, words(record.title)),
    )


def _seen(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).date()
    except ValueError:
        return None
