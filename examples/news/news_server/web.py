"""Fetching pages from strangers, with a limit on everything they send."""

import asyncio
import zlib
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from news_server.errors import NewsError

MAX_REDIRECTS = 5
HEADERS = {
    "User-Agent": "callsheet-news-example/1.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
    # Nothing else, so that `_inflate` can bound what a compressed page grows to.
    "Accept-Encoding": "gzip",
}
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer with a 2xx status.

    Attributes:
        url: Address after redirects.
        content_type: Media type in lower case without parameters, empty if the server named none.
        body: At most the limit that ``Web`` was made with, decompressed.
    """

    url: str
    content_type: str
    body: bytes


class Web:
    """Reads pages over http and https with one shared client.

    Args:
        client: Open client; it must not follow redirects by itself, because it reads their bodies whole.
        seconds: Deadline for one page, from connecting to the last byte.
        max_bytes: Largest body, before and after decompression.
    """

    def __init__(self, client: httpx2.AsyncClient, *, seconds: float, max_bytes: int) -> None:
        self._client = client
        self._seconds = seconds
        self._max_bytes = max_bytes

    async def get(self, url: str) -> Page:
        """Fetch one page.

        Raises:
            NewsError: Wrong scheme, no answer in time, status of 300 or more, too large, too many redirects.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(url)
        except (TimeoutError, httpx2.TimeoutException):
            raise NewsError(f"{url} did not answer in {self._seconds:g} s.") from None
        except (httpx2.InvalidURL, UnicodeError):
            raise NewsError(f"{url!r} is not a valid address.") from None
        except httpx2.TransportError as error:
            raise NewsError(f"{url} could not be reached: {error or type(error).__name__}.") from error

    async def _follow(self, url: str) -> Page:
        asked = url
        for _ in range(MAX_REDIRECTS + 1):
            check_address(url)
            async with self._client.stream("GET", url, headers=HEADERS) as response:
                if response.next_request is None:
                    return await self._page(response)
                url = str(response.next_request.url)
        raise NewsError(f"{asked} redirects more than {MAX_REDIRECTS} times.")

    async def _page(self, response: httpx2.Response) -> Page:
        url = str(response.url)
        if not response.is_success:
            raise NewsError(f"{url} answered {response.status_code} {response.reason_phrase}".rstrip() + ".")
        body = await self._body(url, response)
        return Page(url=url, content_type=_media_type(response.headers.get("content-type", "")), body=body)

    async def _body(self, url: str, response: httpx2.Response) -> bytes:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"identity", "gzip", ""}:
            raise NewsError(f"{url} answered in the encoding {encoding!r}, which was not asked for.")
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > self._max_bytes:
                raise self._too_large(url)
        # By the magic bytes and not by the header: sitemaps are also stored as .gz files.
        return self._inflate(url, bytes(body)) if body.startswith(_GZIP_MAGIC) else bytes(body)

    def _inflate(self, url: str, body: bytes) -> bytes:
        try:
            inflated = zlib.decompressobj(wbits=31).decompress(body, self._max_bytes + 1)
        except zlib.error as error:
            raise NewsError(f"{url} answered with broken gzip data.") from error
        if len(inflated) > self._max_bytes:
            raise self._too_large(url)
        return inflated

    def _too_large(self, url: str) -> NewsError:
        return NewsError(f"{url} is larger than {self._max_bytes:,} bytes.")


def check_address(url: str) -> None:
    """Refuse what is not a full http or https address.

    Raises:
        NewsError: It is not.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise NewsError(f"{url!r} is not an http or https address.")


def _media_type(header: str) -> str:
    return header.partition(";")[0].strip().lower()
