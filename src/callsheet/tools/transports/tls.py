"""The one TLS context of a pool."""

import asyncio
import ssl

import httpx2


class SharedTls:
    """The one TLS context of a pool. Reading the system's certificates takes up to 75 ms, so a thread does it."""

    def __init__(self) -> None:
        self._building = asyncio.Lock()
        self._context: ssl.SSLContext | None = None

    async def __call__(self) -> ssl.SSLContext:
        """The context, built on the first call."""
        async with self._building:
            if self._context is None:
                self._context = await asyncio.to_thread(httpx2.create_ssl_context, trust_env=False)
            return self._context
