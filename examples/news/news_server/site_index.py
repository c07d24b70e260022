"""Which pages a site offers: its robots.txt, sitemaps and feeds."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from news_server.errors import NewsError
from news_server.listing import Entry, read_listing
from news_server.page import feed_links
from news_server.web import HEADERS, Page, Web

MAX_LISTINGS = 10
MAX_PAGES_LISTED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteIndex:
    """Pages of one site that robots may read, each address once, in the order in which they were listed."""

    entries: tuple[Entry, ...]


async def read_site_index(web: Web, home: str) -> SiteIndex:
    """Read up to ten sitemaps and feeds of a site.

    Args:
        web: Fetches the files; those that cannot be fetched count as absent.
        home: Any address of the site; pages of other hosts are left out.
    """
    home = urljoin(home, "/")
    robots = await _robots(web, home)
    queue = list(robots.site_maps() or [urljoin(home, "/sitemap.xml")])
    queue += await _feeds(web, home)
    pages: dict[str, Entry] = {}
    seen: set[str] = set()
    while queue and len(seen) < MAX_LISTINGS and len(pages) < MAX_PAGES_LISTED:
        address = queue.pop(0)
        if address in seen or not _allowed(robots, home, address):
            continue
        seen.add(address)
        for entry in await _listing(web, address):
            if entry.kind == "sitemap":
                queue.append(entry.url)
            elif _allowed(robots, home, entry.url):
                _remember(pages, entry)
    return SiteIndex(entries=tuple(pages.values())[:MAX_PAGES_LISTED])


def _remember(pages: dict[str, Entry], entry: Entry) -> None:
    known = pages.get(entry.url)
    # A feed knows titles and days that a plain sitemap does not.
    if known is None or (known.title is None and entry.title is not None):
        pages[entry.url] = entry


async def _robots(web: Web, home: str) -> RobotFileParser:
    robots = RobotFileParser()
    page = await _get(web, urljoin(home, "/robots.txt"))
    robots.parse(page.body.decode("utf-8", errors="replace").splitlines() if page else [])
    return robots


async def _feeds(web: Web, home: str) -> list[str]:
    page = await _get(web, home)
    announced = feed_links(page) if page else ()
    return list(announced) or [urljoin(home, "/feed.xml")]


async def _listing(web: Web, address: str) -> list[Entry]:
    page = await _get(web, address)
    return read_listing(page.body) if page else []


async def _get(web: Web, url: str) -> Page | None:
    try:
        return await web.get(url)
    except NewsError:
        return None


def _allowed(robots: RobotFileParser, home: str, url: str) -> bool:
    try:
        same_host = urlsplit(url).netloc == urlsplit(home).netloc
        return same_host and robots.can_fetch(HEADERS["User-Agent"], url)
    except ValueError:
        return False
