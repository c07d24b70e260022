"""What the tools return. These models are the tools' ``outputSchema``."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class _Output(BaseModel):
    model_config = ConfigDict(frozen=True)


class ArticleSummary(_Output):
    """The article that a search started from."""

    url: str = Field(description="Address of the article after redirects.")
    title: str | None
    author: str | None
    published: date | None = Field(description="Day of first publication, null if the page does not say.")
    site: str | None = Field(description="Name of the site, or its host.")


class Candidate(_Output):
    """A page that tells the same story."""

    url: str
    title: str | None
    published: date | None = Field(description="Day of first publication, null if unknown.")
    site: str | None = Field(description="Name of the site, or its host.")
    matched_terms: list[str] = Field(description="Terms of the article that the provider's text of this page contains.")


class SkippedPage(_Output):
    """A page that looked promising but could not be read."""

    url: str
    reason: str


class SourceSearch(_Output):
    """Answer of ``search_news_sources``."""

    article: ArticleSummary
    terms: list[str] = Field(description="Distinctive words of the article, most distinctive first.")
    provider: str = Field(description="Who was asked: 'gdelt' or 'site'.")
    candidates: list[Candidate] = Field(description="Earliest first; pages without a date come last.")
    skipped: list[SkippedPage]


class FetchedArticle(_Output):
    """Answer of ``fetch_article``."""

    url: str = Field(description="Address of the article after redirects.")
    title: str | None
    author: str | None
    published: date | None = Field(description="Day of first publication, null if the page does not say.")
    site: str | None = Field(description="Name of the site, or its host.")
    text: str | None = Field(description="Main text, cut at 50,000 characters; null if none was found.")
    links: list[str] = Field(description="Up to 100 absolute http(s) links, those of the article's body first.")
