"""Looking for secrets in JSON, against writing that JSON; and steps of runs that declare secrets."""

import base64
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import orjson

from benches.documents import STEPS, chain
from benches.findings import Finding, at_most
from benches.interpreter import Runs
from benches.pairing import Load, alternate, each
from benches.samples import spread
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.runs.redaction.redactor import Redactor
from callsheet.scenario.json import Json, JsonObject

_SIZES: Final = {"1 KiB": 2**10, "64 KiB": 2**16, "1 MiB": 2**20}
_COUNTS: Final = (0, 1, 20)
_SECONDS: Final = 0.05
"""Of one sample."""

_TIMES: Final = 100
"""Times as long as writing a MiB of line breaks as JSON a search may take, whatever is in the MiB."""

_PARTS: Final[dict[str, Callable[[str], str]]] = {
    "backslashes": lambda _: "\\",
    "percent signs": lambda _: "%25",
    "escaped letters": lambda _: "%41",
    "white space": lambda _: " \n",
    "words of a secret": lambda _: "secret ",
    "nearly secrets": lambda secret: secret[:-1],
    "nearly secrets, URL-encoded": lambda secret: _percents(secret)[:-3],
    "nearly secrets, JSON-escaped": lambda secret: "".join(f"\\u{ord(char):04x}" for char in secret)[:-6],
    "nearly secrets, in base64": lambda secret: "\n".join(base64.b64encode(secret.encode()).decode()[:-4]),
    "nearly secrets, in hexadecimal": lambda secret: secret.encode().hex()[:-2],
    "secrets": lambda secret: f"{secret} ",
    "secrets, URL-encoded": lambda secret: f"{_percents(secret)} ",
    "secrets, in base64": lambda secret: f"{base64.b64encode(secret.encode()).decode()} ",
}


async def measure(*, quick: bool) -> list[Finding]:
    """JSON that is clean, that holds a secret, and that makes looking hard; then whole steps."""
    blocks = 3 if quick else 10
    findings: list[Finding] = []
    for name, size in _SIZES.items():
        clean, dirty = _page(size, ""), _page(size, _secrets(20)["KEY_19"])
        findings += [_look(f"{name}, {count} secrets", count, clean, blocks) for count in _COUNTS]
        findings += [_look(f"{name} with a secret, {count} secrets", count, dirty, blocks) for count in _COUNTS[1:]]
    findings += [_hostile(name, part) for name, part in _PARTS.items()]
    return findings + await _steps(blocks, runs=40 if quick else 200)


def _secrets(count: int) -> dict[str, str]:
    """As tokens are: 40 characters."""
    return {f"KEY_{number}": f"sk-{number:02d}/{(number + 3) ** 29:035d}" for number in range(count)}


def _page(size: int, secret: str) -> Json:
    """As tools give it: lines, quotes, numbers, links with escapes; and the secret in one place."""
    rows: list[Json] = [
        {"id": number, "text": f'A line {number},\nand a "quoted" one', "url": f"https://a.example/?q=a%20b&n={number}"}
        for number in range(size // 110)
    ]
    return {"rows": rows, "note": f"said {secret}"}


def _look(name: str, count: int, value: Json, blocks: int) -> Finding:
    redactor = Redactor(_secrets(count).items())
    ratios: list[float] = []
    for _ in range(blocks):
        ours = _time(lambda: redactor.json(value))
        ratios.append(ours / _time(lambda: orjson.dumps(value)))
    clean = redactor.json(value) is value
    return Finding(
        name=f"{name}: against orjson.dumps", unit="x", spread=spread(ratios), target=at_most(10) if clean else None
    )


def _hostile(name: str, part: Callable[[str], str]) -> Finding:
    """1 MiB of what a search could be slow on, and an escaped secret so that all of it is looked through."""
    secrets = _secrets(20)
    redactor = Redactor(secrets.items())
    parts = "".join(map(part, secrets.values()))
    value = (parts * (2**20 // len(parts) + 1))[: 2**20] + _percents(secrets["KEY_0"])
    redactor.text(value[-(2**14) :])
    peer = "\n" * 2**20  # each of its characters is escaped: 1 MiB that JSON takes most pains with
    ratio = _once(lambda: redactor.text(value)) / _time(lambda: orjson.dumps(peer))
    return Finding(name=f"1 MiB of {name}, 20 secrets", unit="x", spread=spread([ratio]), target=at_most(_TIMES))


def _percents(text: str) -> str:
    return "".join(f"%{ord(char):02x}" for char in text)


def _once(call: Callable[[], object]) -> float:
    begun = time.thread_time()
    call()
    return time.thread_time() - begun


def _time(call: Callable[[], object]) -> float:
    """Processor seconds of one call: the median of several."""
    call()
    found: list[float] = []
    ends = time.perf_counter() + _SECONDS
    while time.perf_counter() < ends or len(found) < 3:
        found.append(_once(call))
    return statistics.median(found)


async def _steps(blocks: int, runs: int) -> list[Finding]:
    async with AsyncExitStack() as stack:
        sides: dict[str, Runs] = {}
        for count in _COUNTS:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            journal = await stack.enter_async_context(SqliteJournal.open(folder / "journal.db"))
            secrets = _secrets(count)
            document: JsonObject = {**chain(), "secrets": [*secrets]}
            environment = {f"CALLSHEET_SECRET_{name}": secret for name, secret in secrets.items()}
            sides[str(count)] = Runs(journal, document, environment=environment)
        samples = await alternate(sides, Load(runs=runs, concurrency=50, blocks=blocks))
    findings: list[Finding] = []
    for name, found in samples.items():
        per_step = each(found, lambda sample: sample.cpu / runs / STEPS * 1e6)
        findings.append(
            Finding(name=f"{name} secrets: steps per second", unit="/s", spread=each(found, lambda s: s.rate * STEPS))
        )
        findings.append(Finding(name=f"{name} secrets: processor time per step", unit="us", spread=per_step))
    return findings
