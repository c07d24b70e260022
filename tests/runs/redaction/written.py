"""Every form in which a secret is looked for, made by others' code."""

import base64
import json
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, quote_plus


def _base64(before: bytes, *, safe: bool, padded: bool) -> Callable[[str], str]:
    def written(secret: str) -> str:
        octets = before + secret.encode()
        text = (base64.urlsafe_b64encode if safe else base64.b64encode)(octets).decode()
        return text if padded else text.rstrip("=")

    return written


def _every_char(written: Callable[[str], str]) -> Callable[[str], str]:
    return lambda secret: "".join(map(written, secret))


def _json(secret: str) -> str:
    return json.dumps(secret)[1:-1]


def _unicode_escape(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


FORMS: Final[dict[str, Callable[[str], str]]] = {
    "plain": str,
    "url": lambda secret: quote(secret, safe=""),
    "url, small letters": lambda secret: "".join(f"%{octet:02x}" for octet in secret.encode()),
    "url, every character": lambda secret: "".join(f"%{octet:02X}" for octet in secret.encode()),
    "url, twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "url, of a form": quote_plus,
    "json": _json,
    "json, not ascii": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "json, twice": lambda secret: _json(_json(secret)),
    "json, every character": _every_char(_unicode_escape),
    "json, capitals": lambda secret: _every_char(_unicode_escape)(secret).upper().replace("\\U", "\\u"),
    "json, slashes": lambda secret: _json(secret).replace("/", "\\/"),
    "json of url": lambda secret: _json(quote(secret)),
    "url of json": lambda secret: quote(_json(secret)),
    "hex": lambda secret: secret.encode().hex(),
    "hex, capitals": lambda secret: secret.encode().hex().upper(),
    "base64, in lines": lambda secret: base64.encodebytes(b"x" * 50 + secret.encode()).decode(),
    "base64 of a header": lambda secret: "Basic " + base64.b64encode(f"user:{secret}".encode()).decode(),
    **{
        f"base64, {len(before)} before, {'safe' if safe else 'standard'}, {'' if padded else 'not '}padded": _base64(
            before, safe=safe, padded=padded
        )
        for before in (b"", b"a", b"ab")
        for safe in (True, False)
        for padded in (True, False)
    },
}
"""By name; each takes a secret and gives a text in which it stands."""
