"""What a search needs from whoever knows the pages."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from news_server.models import Candidate, SkippedPage
from news_server.page import Article

Report = Callable[[float, float, str], Awaitable[None]]
"""Tells the caller how far a search is: done, total, sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Answer of a provider, in any order."""

    candidates: tuple[Candidate, ...]
    skipped: tuple[SkippedPage, ...] = ()


class Provider(Protocol):
    """Finds pages that tell the same story as an article."""

    @property
    def name(self) -> str:
        """The name that the tool's answer carries."""
        ...

    async def search(self, article: Article, terms: Sequence[str], report: Report) -> Found:
        """Search for the terms of an article.

        Raises:
            NewsError: The provider could not be asked at all. A single page that fails is a ``SkippedPage``.
        """
        ...
