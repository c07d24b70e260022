"""The page `/docs` as the framework makes it, under a policy that lets its own scripts run and nothing else."""

import base64
import hashlib
import re
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class DocsPage:
    """Answers what `app` does, with a Content-Security-Policy that names the scripts inside the page by their digests.

    They are the framework's and hold no foreign text, so what they are is known when the page is made.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        held: list[Message] = []

        async def with_policy(message: Message) -> None:
            held.append(message)
            if message["type"] != "http.response.body" or message.get("more_body", False):
                return
            policy = policy_of(b"".join(part.get("body", b"") for part in held))
            held[0]["headers"] = [*held[0]["headers"], (b"content-security-policy", policy.encode())]
            for part in held:
                await send(part)

        await self._app(scope, receive, with_policy)


def policy_of(page: bytes) -> str:
    """The policy of a page with these scripts."""
    digests = (base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _INLINE.findall(page))
    scripts = " ".join(("'self'", *(f"'sha256-{digest}'" for digest in digests)))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
