"""The tools that the documents of the corpus call: functions, one fresh set for each run.

| server | tool | what it does |
|---|---|---|
| `kit` | `echo` | gives its arguments |
| `kit` | `add` | `{a, b}` to `{sum}` |
| `kit` | `flaky` | fails with `code` (ToolError) in the first `times` attempts, then gives `{attempt}` |
| `kit` | `fail` | fails with `code` (ToolError), `message` and `data` |
| `kit` | `crash` | raises what no tool should |
| `kit` | `count` | gives `{calls}`: how often it was called in this process |
| `kit` | `hang` | never answers the first attempt, and tells that it was called; gives `{attempt}` later |
| `kit` | `warm_up` | fails the first `times` calls in this process, whatever the attempt, then gives `{calls}` |
| `kit` | `say` | text only: one block for each of `texts` |
| `kit` | `picture` | a text and something that is no text |
| `kit` | `both` | text, and `structuredContent` that says something else |
| `kit` | `large` | a text of `bytes` characters |
| `kit` | `job` | `{done}`: true from the `after`-th call on |
| `kit`, `spare` | `shared` | two servers offer it |
| `news` | `search_news_sources` | `{candidates: [{url}]}`, those of `urls`, else three |
| `news` | `fetch_article` | `{url, published}` of a few known articles; others are a ToolError |
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from callsheet.errors.tools import (
    BadOutput,
    OutputTooLarge,
    RateLimited,
    ServerUnavailable,
    ToolCallFailed,
    ToolFailed,
    ToolMissing,
    ToolTimeout,
    TransportLost,
)
from callsheet.runs.tools import OtherBlock, TextBlock, ToolResult
from callsheet.testing import Json, ToolCall
from callsheet.tools.memory import MemoryTool

FAULTS: Final[Mapping[str, type[ToolCallFailed]]] = {
    each.code: each
    for each in (
        BadOutput,
        OutputTooLarge,
        RateLimited,
        ServerUnavailable,
        ToolFailed,
        ToolMissing,
        ToolTimeout,
        TransportLost,
    )
}
"""How a call can fail, by the code that scenarios see."""

ARTICLES: Final[Mapping[str, str | None]] = {
    "https://a.example/1": "2026-03-01T08:00:00Z",
    "https://b.example/2": "2026-02-01T08:00:00Z",
    "https://c.example/3": None,
}
"""When the known articles were published."""


@dataclass(slots=True)
class Kit:
    """The tools of one process; `hanging` is set while a call of `hang` waits, `arguments` has every call's."""

    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    arguments: list[Json] = field(default_factory=list[Json])
    calls: int = 0
    jobs: int = 0

    @property
    def servers(self) -> dict[str, dict[str, MemoryTool]]:
        """The tools by server and name."""
        kit: dict[str, MemoryTool] = {
            "echo": self.echo,
            "add": _add,
            "flaky": _flaky,
            "fail": _fail,
            "crash": _crash,
            "count": self.count,
            "hang": self.hang,
            "warm_up": self.warm_up,
            "say": _say,
            "picture": _picture,
            "both": _both,
            "large": _large,
            "job": self.job,
            "shared": self.echo,
        }
        return {
            "kit": kit,
            "spare": {"shared": self.echo},
            "news": {"search_news_sources": _search, "fetch_article": _fetch},
        }

    async def echo(self, call: ToolCall) -> Json:
        """The arguments."""
        self.arguments.append(call.arguments)
        return call.arguments

    async def count(self, call: ToolCall) -> Json:
        """How often it was called."""
        self.calls += 1
        return {"calls": self.calls}

    async def job(self, call: ToolCall) -> Json:
        """Done from the `after`-th call on."""
        self.jobs += 1
        after = call.arguments["after"]
        return {"done": isinstance(after, int) and self.jobs >= after, "call": self.jobs}

    async def warm_up(self, call: ToolCall) -> Json:
        """Fails in its first calls."""
        self.calls += 1
        times = call.arguments["times"]
        if isinstance(times, int) and self.calls <= times:
            raise _fault(call)
        return {"calls": self.calls}

    async def hang(self, call: ToolCall) -> Json:
        """No answer, ever, to the first attempt."""
        if call.attempt > 1:
            return {"attempt": call.attempt}
        self.hanging.set()
        await asyncio.Event().wait()
        return None


def _fault(call: ToolCall) -> ToolCallFailed:
    kind = FAULTS[str(call.arguments.get("code", "ToolError"))]
    message = str(call.arguments.get("message", "it is out of order"))
    return kind(message, server="kit", tool=call.tool, data=call.arguments.get("data"))


async def _add(call: ToolCall) -> Json:
    a, b = call.arguments["a"], call.arguments["b"]
    if not isinstance(a, int) or not isinstance(b, int):
        raise ToolFailed("a and b are whole numbers", server="kit", tool="add")
    return {"sum": a + b}


async def _flaky(call: ToolCall) -> Json:
    times = call.arguments["times"]
    if isinstance(times, int) and call.attempt <= times:
        raise _fault(call)
    return {"attempt": call.attempt}


async def _fail(call: ToolCall) -> Json:
    raise _fault(call)


async def _crash(call: ToolCall) -> Json:
    raise RuntimeError("a tool's own fault")


async def _say(call: ToolCall) -> ToolResult:
    texts = call.arguments["texts"]
    return ToolResult(content=tuple(TextBlock(text=str(text)) for text in (texts if isinstance(texts, list) else [])))


async def _picture(call: ToolCall) -> ToolResult:
    other = OtherBlock(value={"type": "image", "mimeType": "image/png", "data": "AAAA"})
    return ToolResult(content=(TextBlock(text="a kettle"), other))


async def _both(call: ToolCall) -> ToolResult:
    return ToolResult(
        content=(TextBlock(text='{"from": "text"}'),), structured={"from": "structured"}, has_structured=True
    )


async def _large(call: ToolCall) -> Json:
    size = call.arguments["bytes"]
    return "x" * (size if isinstance(size, int) else 0)


async def _search(call: ToolCall) -> Json:
    urls = call.arguments.get("urls", list(ARTICLES))
    candidates: list[Json] = [{"url": url} for url in (urls if isinstance(urls, list) else [])]
    return {"candidates": candidates}


async def _fetch(call: ToolCall) -> Json:
    url = str(call.arguments["url"])
    if url not in ARTICLES:
        raise ToolFailed(f"There is no article at {url}.", server="news", tool="fetch_article")
    return {"url": url, "published": ARTICLES[url]}
