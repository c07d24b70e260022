"""The whole trial: mixed runs, then a search for every form of every secret in all that can be seen or is kept."""

import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests.canaries.hostile import CONTROL, HOWS, OWN, SECRETS, needles, telling
from tests.canaries.playing import Played, play
from tests.support.service import COMMAND, Service

KINDS: Final = ("success", "failed", "cancelled", "retried", "forked", "timed out", "asked", "playground 200")
_PAGES: Final = (
    "api/runs",
    "api/scenarios",
    "api/tools",
    "api/tool-servers",
    "api/settings",
    "api/schedules",
    "api/stats",
)
_MORE: Final = ("api/secrets", "api/audit", "api/audit/export", "metrics", "readyz")
_SHOWN: Final = 7
"""Runs that are shown at the command line: one of each kind of answer."""


class Broken(Exception):
    """A secret was found, or not enough happened for that to say something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was looked through.

    Attributes:
        scanned: bytes by where they were.
        told: how often a secret reached the tool server, which said it in fourteen forms.
    """

    runs: int
    counts: Counter[str]
    scanned: dict[str, int]
    told: int


def attempt(folder: Path, runs: int, seconds: float) -> Findings:
    """Try it in an empty folder.

    Raises:
        Broken: see there.
        Late: it takes longer than `seconds`.
    """
    ends = time.monotonic() + seconds
    with telling(folder) as service:
        counts: Counter[str] = Counter()
        with service.client() as client:
            kept = client.put("/api/secrets/FROM_API", json={"value": SECRETS["FROM_API"]})
            assert kept.status_code == 200, kept.text
            # It is looked at again 0.2 s later at most; the first run that needs it is refused until then.
            _until(ends, lambda: "FROM_API" in client.get("/api/secrets").text)
        with ThreadPoolExecutor(6) as several:
            played = list(several.map(partial(play, service, ends), range(runs)))
        places = {"API and SSE": b"".join([kept.content, *(line for each in played for line in each.seen)])}
        for each in played:
            counts += each.counts
        places["pages"] = _pages(service, counts)
        places["command line"] = _command_line(service, played)
        places["processes"] = _processes(service)
        data = folder / ".callsheet"
        places |= {f"{file.name}, at work": file.read_bytes() for file in data.rglob("*") if file.is_file()}
        assert service.stop() in {0, 143, -15}
        places |= {file.name: file.read_bytes() for file in data.rglob("*") if file.is_file()}
        places["log"] = service.text.encode()
    ledger = [json.loads(line) for line in (folder / "ledger").read_text(encoding="utf-8").splitlines()]
    judge(places, counts, ledger, runs)
    scanned = {name: len(content) for name, content in places.items()}
    return Findings(runs=runs, counts=counts, scanned=scanned, told=len(ledger))


def judge(places: dict[str, bytes], counts: Counter[str], ledger: Sequence[str], runs: int) -> None:
    """Return when no form of a secret is in `places`, and enough happened for that to say something.

    Raises:
        Broken: see there.
    """
    least = max(1, runs // 20)
    if missing := {kind: counts[kind] for kind in KINDS if counts[kind] < least}:
        raise Broken(f"Each kind has to happen {least} times, and these did not: {missing}.")
    if set(ledger) != {*SECRETS.values(), OWN}:
        raise Broken("The tool server did not get every secret.")
    # The controls: the search finds what is there, and each place would have shown a secret.
    control, wanted = needles([CONTROL]), needles([*SECRETS.values(), OWN])
    if _hits("\n".join((*SECRETS.values(), OWN)).encode(), wanted) == []:
        raise Broken("The search finds nothing.")
    for place in ("API and SSE", "command line", "journal.db-wal, at work", "journal.db"):
        if not _hits(places.get(place, b""), control):
            raise Broken(f"What is no secret was not found in {place!r} either.")
    if b"[secret FROM_FILE]" not in places["log"]:
        raise Broken("Nothing that a tool server said reached the log.")
    if found := {place: hits for place, content in places.items() if (hits := _hits(content, wanted))}:
        raise Broken(f"Found: {found}.")


def _hits(text: bytes, wanted: Sequence[bytes]) -> list[bytes]:
    return [needle for needle in wanted if needle in text]


def _pages(service: Service, counts: Counter[str]) -> bytes:
    with service.client() as client:
        seen = [client.get(f"/{page}").content for page in _PAGES]
        for how in HOWS[:4]:
            call = {"arguments": {"how": how, "key": SECRETS["FROM_STORE"]}}
            for _ in range(10):
                answer = client.post("/api/tools/telling/tell/call", json=call, timeout=30)
                seen.append(answer.content)
                counts["playground 200"] += answer.status_code == 200
    return b"".join(seen)


def _command_line(service: Service, played: Sequence[Played]) -> bytes:
    asked = [
        ("audit", "export"),
        ("secrets", "list", "--json"),
        ("runs", "list", "--json"),
        ("tools", "list", "--json"),
    ]
    for each in played[:_SHOWN]:
        asked += [("runs", "show", each.run_ids[0], "--json"), ("runs", "events", each.run_ids[0])]
    folder = ("--folder", str(service.folder))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLSHEET_")}
    done = [
        subprocess.run([*COMMAND[:-1], *words, *folder], capture_output=True, timeout=60, check=False, env=environment)
        for words in asked
    ]
    if failed := [each for each in done if each.returncode not in {0, 1}]:
        raise Broken(f"A command failed: {failed[0].args} said {failed[0].stderr[:500]!r}")
    return b"".join(each.stdout + each.stderr for each in done)


def _processes(service: Service) -> bytes:
    """The arguments of all processes, and the environment of the tool server that was given no secret."""
    found: list[bytes] = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            arguments = Path(f"/proc/{entry}/cmdline").read_bytes()
            mine = Path(f"/proc/{entry}/cwd").resolve() == service.folder.resolve()
            found.append(arguments)
            if mine and b"raw.py" in arguments:
                found.append(Path(f"/proc/{entry}/environ").read_bytes())
        except OSError:
            continue
    return b"".join(found)


def _until(ends: float, holds: Callable[[], bool]) -> None:
    while not holds():
        if time.monotonic() > ends:
            raise Broken("The secret that was kept is not there.")


def report(findings: Findings) -> str:
    """A table of what was seen."""
    counts = ", ".join(f"{findings.counts[kind]} {kind}" for kind in KINDS)
    lines = [f"{findings.runs} runs: {counts}; {findings.told} secrets told, each in 14 forms, and none found in"]
    lines += [f"  {size:>12,} bytes  {place}" for place, size in sorted(findings.scanned.items())]
    return "\n".join([*lines, f"  {sum(findings.scanned.values()):>12,} bytes  in all"]) + "\n"
