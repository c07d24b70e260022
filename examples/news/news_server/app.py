"""The MCP server: two tools over a ``News``."""

from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from news_server.errors import NewsError
from news_server.models import FetchedArticle, SourceSearch
from news_server.search import News

Url = Annotated[str, Field(description="http or https address of a news article", min_length=1, max_length=2048)]


def build_server(news: News) -> MCPServer[Any]:
    """Offer ``search_news_sources`` and ``fetch_article``; what fails is an ``isError`` result with a sentence."""
    server = MCPServer[Any](
        "news",
        title="News sources",
        version="1.0",
        instructions="Start with search_news_sources; read what it finds with fetch_article.",
        log_level="WARNING",
    )

    @server.tool(title="Search news sources", annotations=_reads("Search news sources"), structured_output=True)
    # The decorator registers it.
    async def search_news_sources(url: Url, context: Context[Any, Any]) -> SourceSearch:  # pyright: ignore[reportUnusedFunction]
        """Find pages that tell the same story as a news article, earliest first."""
        try:
            return await news.search(url, context.report_progress)
        except NewsError as error:
            raise ToolError(str(error)) from error

    @server.tool(title="Fetch article", annotations=_reads("Fetch article"), structured_output=True)
    # The decorator registers it.
    async def fetch_article(url: Url) -> FetchedArticle:  # pyright: ignore[reportUnusedFunction]
        """Read a news article: title, author, day of first publication, text and outgoing links."""
        try:
            return await news.fetch(url)
        except NewsError as error:
            raise ToolError(str(error)) from error

    return server


def _reads(title: str) -> ToolAnnotations:
    return ToolAnnotations(
        title=title, read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=True
    )
