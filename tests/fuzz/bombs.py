"""Bodies that are small to send and large to read, at every route that takes one.

Each must be answered with 4xx, the same on both journals, and at no time may the process be more than 16 MiB
larger than it was after it had read them all once.
"""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.fuzz.api import DOCUMENT
from tests.fuzz.house import Inhabited

MIB: Final = 2**20
MOST: Final = 16 * MIB

_JSON: Final = {"Content-Type": "application/json"}
_YAML: Final = {"Content-Type": "application/yaml"}
_DEEP: Final = 400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bomb:
    """A body and its headers."""

    name: str
    body: bytes
    headers: Mapping[str, str]


def _bomb(name: str, body: bytes, headers: Mapping[str, str] = _JSON) -> Bomb:
    return Bomb(name=name, body=body, headers=headers)


_LAUGHS: Final = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)

BOMBS: Final = (
    _bomb("deep lists", b"[" * _DEEP + b"]" * _DEEP),
    _bomb("deep objects", b'{"a":' * 150_000 + b"1" + b"}" * 150_000),
    _bomb("deep and unclosed", b"[" * 1_000_000),
    _bomb("a hundred levels", b'{"a":' * 100 + b"1" + b"}" * 100),
    _bomb("wide", b"[" + b"0," * 500_000 + b"0]"),
    _bomb("100,001 nodes", b'{"a": [' + b"1," * 100_000 + b"1]}"),
    _bomb("many keys", ("{" + ",".join(f'"{n}":1' for n in range(100_001)) + "}").encode()),
    _bomb("one key twice", b'{"a": 1, "a": 2}'),
    _bomb("one key 100,000 times", b"{" + b'"a":1,' * 100_000 + b'"a":1}'),
    _bomb("a key of 1 MB", b'{"' + b"k" * (MIB - 100) + b'": 1}'),
    _bomb("a number of a million digits", b'{"a": ' + b"9" * 1_000_000 + b"}"),
    _bomb("beyond 64 bits", b'{"a": 9223372036854775808}'),
    _bomb("1e999", b'{"a": 1e999}'),
    _bomb("NaN", b'{"a": NaN}'),
    _bomb("-Infinity", b'{"a": -Infinity}'),
    _bomb("a lone surrogate", rb'{"a": "\ud800"}'),
    _bomb("a lone surrogate as key", rb'{"\udfff": 1}'),
    _bomb("NUL", rb'{"a": "\u0000"}'),
    _bomb("UTF-16", '{"a": 1}'.encode("utf-16")),
    _bomb("UTF-32", '{"a": 1}'.encode("utf-32")),
    _bomb("Latin-1", b'{"a": "\xe4"}'),
    _bomb("overlong UTF-8", b'{"a": "\xc0\xaf"}'),
    _bomb("more than 1 MiB", b'{"a": "' + b"x" * (MIB + 1) + b'"}'),
    _bomb("20 MiB", b'{"a": "' + b"x" * (20 * MIB) + b'"}'),
    _bomb("gzip", gzip.compress(b"0" * (50 * MIB)), {**_JSON, "Content-Encoding": "gzip"}),
    _bomb("gzip that says nothing of it", gzip.compress(b"{}")),
    _bomb("deflate", b"x", {**_JSON, "Content-Encoding": "deflate"}),
    _bomb("another charset", b"{}", {"Content-Type": "application/json; charset=utf-16"}),
    _bomb("a form", b"a=1&b=2", {"Content-Type": "application/x-www-form-urlencoded"}),
    _bomb(
        "a form in parts",
        b'--b\r\nContent-Disposition: form-data; name="a"; filename="../../x"\r\n\r\n1\r\n--b--\r\n',
        {"Content-Type": "multipart/form-data; boundary=b"},
    ),
    _bomb("text", b"{}", {"Content-Type": "text/plain"}),
    _bomb("no type", b"{}", {}),
    _bomb("aliases of aliases", _LAUGHS.encode(), _YAML),
    _bomb("an alias of itself", b"a: &a [*a]\n", _YAML),
    _bomb("a tag", b"a: !!python/object/apply:os.system ['true']\n", _YAML),
    _bomb("deep YAML", b"[" * 100_000, _YAML),
    _bomb("deep YAML blocks", "\n".join(" " * n + "a:" for n in range(1_000)).encode(), _YAML),
    _bomb("wide YAML", b"- 0\n" * 200_000, _YAML),
    _bomb("a sexagesimal number and merged keys", b"a: &a {b: 1}\nc:\n  <<: *a\n", _YAML),
)


def routes(house: Inhabited) -> Sequence[tuple[str, str]]:
    """Method and path of each operation that takes a body, with names that there are."""
    return list(_routes(house.known))


def _routes(known: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    names = {name: values[0] for name, values in known.items()}
    for path, operations in json.loads(DOCUMENT.read_bytes())["paths"].items():
        for method, operation in operations.items():
            if "requestBody" in operation:
                yield method.upper(), path.format_map(names)


def drop(house: Inhabited) -> tuple[dict[str, int], int]:
    """Send every bomb to every route.

    Returns:
        the status of each, by route and bomb; and by how many bytes the process grew at most meanwhile, after it had
        seen them all once.
    """
    answers(house, BOMBS)
    before = house.service.memory("VmRSS")
    house.service.forget_peak()
    statuses = answers(house, BOMBS)
    return statuses, house.service.memory("VmHWM") - before


def answers(house: Inhabited, bombs: Sequence[Bomb]) -> dict[str, int]:
    """The status of each answer, by route and bomb; a run is called `<run>`."""
    found: dict[str, int] = {}
    run_id = house.known["run_id"][0]
    with house.client() as client:
        for method, path in routes(house):
            for bomb in bombs:
                headers = {"Content-Type": "", **bomb.headers} if not bomb.headers else bomb.headers
                answer = client.request(method, path, content=bomb.body, headers=headers)
                found[f"{method} {path.replace(run_id, '<run>')} {bomb.name}"] = answer.status_code
    return found
