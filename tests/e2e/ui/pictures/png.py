"""Pictures with a palette of 256 colours, a third as large as Chromium's own; and what is left of them from afar."""

import base64
import struct
import zlib
from collections.abc import Sequence

from playwright.sync_api import Page

_PIXELS = """
  const picture = new Image();
  picture.src = `data:image/png;base64,${png}`;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const bytes = context.getImageData(0, 0, picture.width, picture.height).data;
"""

_INDEXED = f"""
async (png) => {{
  {_PIXELS}
  const pixels = new Uint32Array(bytes.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  // A few red pixels say more than many of one more grey.
  const weight = ([pixel, count]) => {{
    const parts = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
    return count * (1 + Math.max(...parts) - Math.min(...parts));
  }};
  const palette = [...counts].sort((one, other) => weight(other) - weight(one) || one[0] - other[0]).slice(0, 256)
    .map(([pixel]) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255]);
  const places = new Map();
  const place = (pixel) => {{
    const [red, green, blue] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
    const far = palette.map(([r, g, b]) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2);
    return far.indexOf(Math.min(...far));
  }};
  for (const pixel of counts.keys()) places.set(pixel, place(pixel));
  const indexes = Uint8Array.from(pixels, (pixel) => places.get(pixel));
  let text = "";
  for (let at = 0; at < indexes.length; at += 8192) text += String.fromCharCode(...indexes.subarray(at, at + 8192));
  return {{ width: picture.width, palette: palette.flat(), indexes: btoa(text) }};
}}
"""

_GREYS = f"""
async ([png, columns, rows]) => {{
  {_PIXELS}
  const sums = new Array(columns * rows).fill(0);
  for (let at = 0; at < bytes.length; at += 4) {{
    const column = Math.floor((((at / 4) % picture.width) * columns) / picture.width);
    const row = Math.floor((Math.floor(at / 4 / picture.width) * rows) / picture.height);
    sums[row * columns + column] += 0.3 * bytes[at] + 0.59 * bytes[at + 1] + 0.11 * bytes[at + 2];
  }}
  return sums.map((sum) => (sum * columns * rows) / (picture.width * picture.height));
}}
"""


def small(page: Page, png: bytes) -> bytes:
    """The same picture; its rarer colours become the nearest of 256 frequent or strong ones."""
    found = page.evaluate(_INDEXED, _text(png))
    width, indexes = int(found["width"]), base64.b64decode(found["indexes"])
    height = len(indexes) // width
    rows = b"".join(b"\0" + indexes[row * width : (row + 1) * width] for row in range(height))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(found["palette"])),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def greys(page: Page, png: bytes, columns: int, rows: int) -> Sequence[float]:
    """How light each part of the picture is, from 0 to 255."""
    return page.evaluate(_GREYS, [_text(png), columns, rows])


def _text(png: bytes) -> str:
    return base64.b64encode(png).decode("ascii")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
