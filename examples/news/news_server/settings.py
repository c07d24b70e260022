"""Settings, read once from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from news_server.errors import NewsError

ProviderName = Literal["gdelt", "site"]

GDELT_URL = "https://api.gdeltproject.org/api/v2/doc/doc"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsSettings:
    """How this server searches, and its limits on what strangers send.

    Attributes:
        provider: Who is asked for pages: ``gdelt`` or ``site``.
        site: Address of the site that the ``site`` provider searches; None is the article's own host.
        gdelt_url: Address of the GDELT DOC 2.0 API.
        page_seconds: Deadline for one page, redirects and body included.
        page_bytes: Largest page, counted after decompression.
        max_pages: Most pages that one search reads in full.
    """

    provider: ProviderName = "site"
    site: str | None = None
    gdelt_url: str = GDELT_URL
    page_seconds: float = 10.0
    page_bytes: int = 2_000_000
    max_pages: int = 25


def read_settings(environment: Mapping[str, str]) -> NewsSettings:
    """Read ``NEWS_*`` variables; an empty one counts as not set.

    Raises:
        NewsError: A variable has a value that cannot be used; the sentence names it.
    """
    return NewsSettings(
        provider=_provider(environment.get("NEWS_PROVIDER") or "site"),
        site=_address("NEWS_SITE", environment.get("NEWS_SITE")),
        gdelt_url=_address("NEWS_GDELT_URL", environment.get("NEWS_GDELT_URL")) or GDELT_URL,
        page_seconds=_number(environment, "NEWS_PAGE_SECONDS", 10, (0.1, 300)),
        page_bytes=int(_number(environment, "NEWS_PAGE_BYTES", 2_000_000, (1_000, 50_000_000))),
        max_pages=int(_number(environment, "NEWS_MAX_PAGES", 25, (1, 200))),
    )


def _provider(text: str) -> ProviderName:
    match text:
        case "gdelt" | "site":
            return text
        case _:
            raise NewsError(f"NEWS_PROVIDER is {text!r}. Use 'gdelt' or 'site'.")


def _address(name: str, text: str | None) -> str | None:
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise NewsError(f"{name} is {text!r}. Use an http or https address.")
    return text


def _number(environment: Mapping[str, str], name: str, default: float, bounds: tuple[float, float]) -> float:
    low, high = bounds
    text = environment.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    # Written so that "nan", which is never inside any bounds, is refused as well.
    if not low <= value <= high:
        raise NewsError(f"{name} is {text!r}. Use a number from {low:g} to {high:g}.")
    return value
