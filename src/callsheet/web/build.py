"""What the build of `ui/` left in `dist/`: a few dozen files, read once, so that serving one touches no disk.

Only what was read can be answered. No path of a request ever becomes a path of the disk.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DIST: Final = Path(__file__).parent / "dist"
"""Where the build puts it: ignored by git in a checkout, a part of the package in a wheel."""

INDEX: Final = "index.html"

_HASHED: Final = "assets/"
"""The folder of the files that have a digest of their content in their name."""

_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
"""Written down, because the machine's own table differs from machine to machine."""

_PACKED_ALREADY: Final = frozenset({".png", ".woff2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFile:
    """One file of the build.

    Attributes:
        name: such as `assets/index-B2x9.js`.
        etag: names the content, whatever encoding it travels in.
        immutable: whether another content would have another name.
        shrinks: whether compressing it is worth anybody's time.
    """

    name: str
    body: bytes
    media_type: str
    etag: str
    immutable: bool
    shrinks: bool


def read_build(folder: Path = DIST) -> Mapping[str, BuiltFile]:
    """Every file of the build by its name; empty when there is none."""
    if not (folder / INDEX).is_file():
        return {}
    files = [_read(path, path.relative_to(folder).as_posix()) for path in sorted(folder.rglob("*")) if path.is_file()]
    # The stamp of the build begins with a dot, as does whatever an editor leaves behind.
    return {file.name: file for file in files if not file.name.startswith(".")}


def _read(path: Path, name: str) -> BuiltFile:
    body = path.read_bytes()
    return BuiltFile(
        name=name,
        body=body,
        media_type=_MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
        # Weak: the same tag stands for the content as it is and compressed.
        etag=f'W/"{hashlib.sha256(body).hexdigest()[:32]}"',
        immutable=name.startswith(_HASHED),
        shrinks=len(body) > 500 and path.suffix not in _PACKED_ALREADY,
    )
