"""Secrets of all providers through a hostile tool server and a real process: nowhere is one found afterwards.

`CANARY_RUNS=300` makes it the full size.
"""

import json
import os
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

from callsheet.scenario.json import Json, JsonObject
from callsheet.settings import load_settings
from callsheet.storage import secret_store
from tests.support.service import COMMAND, ROOT, Service, serving

RUNS = int(os.environ.get("CANARY_RUNS", "14"))
SECRETS = {
    "FROM_ENV": "canary-env/Qz7+x=Y9",
    "FROM_FILE": 'canary"file\\W3 k%5V',
    "FROM_STORE": "canarystoreT8mPq2Lx",
}
OWN = "canary-own~Hh4Jk6Nn"
HOWS = ("result", "split", "is_error", "rpc", "crash", "nap", "ask")


def scenario(name: str) -> JsonObject:
    """One that gives the secret `name` to the hostile tool, catches what it says, and passes it on."""
    tell: JsonObject = {
        "name": "tell",
        "type": "tool",
        "tool": "tell",
        "server": "telling",
        "timeout": "2s",
        "input": {"how": {"from": "input.how"}, "key": {"from": f"secrets.{name}"}},
        "retry": {"max_attempts": 2},
        "on_error": "continue",
    }
    after: JsonObject = {
        "name": "after",
        "type": "transform",
        "output": {
            "said": {"from": "steps.tell.output"},
            "error": {"from": "steps.tell.error"},
            "in": {"from": "input"},
        },
    }
    again: JsonObject = {"name": "again", "type": "tool", "tool": "tell", "server": "telling", "timeout": "2s"}
    return {
        "schema_version": "1",
        "scenario_id": name.lower(),
        "name": name,
        "secrets": [name],
        "steps": [tell, after, {**again, "input": {"how": {"from": "input.how"}}}],
    }


@pytest.fixture
def service(tmp_path: Path) -> Generator[Service]:
    """A server whose secrets come from everywhere, and whose other tool server must not have any."""
    (tmp_path / "mounted").mkdir()
    (tmp_path / "mounted" / "FROM_FILE").write_text(f"{SECRETS['FROM_FILE']}\n", encoding="utf-8")
    (tmp_path / "mounted" / "OWN").write_text(OWN, encoding="utf-8")
    command = ("env", f"CALLSHEET_SECRET_FROM_ENV={SECRETS['FROM_ENV']}", "CALLSHEET_LOG_LEVEL=DEBUG")
    with serving(tmp_path, scenarios=list(map(scenario, SECRETS)), start=False, command=(*command, *COMMAND)) as made:
        (tmp_path / "callsheet.toml").write_text('secrets_dir = "mounted"\n', encoding="utf-8")
        env = {"OWN": "${secret:OWN}", "LEDGER": str(tmp_path / "ledger")}
        telling = {"command": sys.executable, "args": [str(ROOT / "tests/support/servers/telling.py")], "env": env}
        echo = {"command": sys.executable, "args": [str(ROOT / "tests/support/servers/raw.py")]}
        servers = {"mcpServers": {"telling": telling, "echo": echo}}
        (tmp_path / "mcp.json").write_text(json.dumps(servers), encoding="utf-8")
        secret_store(load_settings({}, tmp_path)).set("FROM_STORE", SECRETS["FROM_STORE"])
        made.start()
        yield made


def needles() -> list[bytes]:
    """What must be nowhere, made without the product's code: the middle of each form of each secret."""
    import base64

    found: set[bytes] = set()
    for secret in (*SECRETS.values(), OWN):
        octets = secret.encode()
        found |= {octets, quote(secret, safe="").encode(), octets.hex().encode(), octets.hex().upper().encode()}
        found |= {json.dumps(secret)[1:-1].encode(), json.dumps(json.dumps(secret))[3:-3].encode()}
        found.add("".join(f"%{octet:02x}" for octet in octets).encode())
        found.add("".join(f"\\u{octet:04x}" for octet in octets).encode())
        found.add("".join(f"\\\\u{octet:04x}" for octet in octets).encode())
        for before in range(3):
            core = base64.b64encode(bytes(before) + octets)[2:-4]
            found |= {core, core.replace(b"+", b"-").replace(b"/", b"_")}
    return sorted(found)


def hits(text: bytes) -> list[bytes]:
    return [needle for needle in needles() if needle in text]


def play(service: Service, number: int) -> bytes:
    """One run of the mix, and all that the API says of it."""
    name = sorted(SECRETS)[number % 3]
    how = HOWS[number % len(HOWS)]
    body: dict[str, Json] = {"scenario_id": name.lower(), "input": {"how": how, "mine": f"{SECRETS[name]}"}}
    with service.client() as client:
        started = client.post("/api/runs", json=body)
        assert started.status_code == 202, started.text
        run_id = started.json()["run_id"]
        seen = [started.content]
        if how == "nap" and number % 2:
            seen.append(client.post(f"/api/runs/{run_id}/cancel").content)
        seen.append(_followed(client, run_id))
        seen += [client.get(f"/api/runs/{run_id}{path}").content for path in ("", "?include=steps")]
        if number % 5 == 0:
            fork = client.post(f"/api/runs/{run_id}/fork", json={})
            seen.append(fork.content)
            if fork.status_code == 202:
                seen.append(_followed(client, fork.json()["run_id"]))
    return b"".join(seen)


def _followed(client: httpx2.Client, run_id: str) -> bytes:
    """The stream of a run to its end; what it asks is answered."""
    seen: list[bytes] = []
    with client.stream("GET", f"/api/runs/{run_id}/events", timeout=60) as events:
        for line in events.iter_lines():
            seen.append(line.encode())
            if line.startswith("data:") and '"step_waiting"' in line:
                step = json.loads(line[5:])["step_path"]
                answer = {"approved": True, "data": {"a": SECRETS["FROM_ENV"]}}
                seen.append(client.post(f"/api/runs/{run_id}/steps/{step}/answer", json=answer).content)
    return b"\n".join(seen)


def processes(service: Service) -> bytes:
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


def test_no_secret_is_anywhere_after_mixed_runs(service: Service) -> None:
    with ThreadPoolExecutor(6) as several:
        seen = list(several.map(partial(play, service), range(RUNS)))
    with service.client() as client:
        pages = ("runs", "scenarios", "tools", "tool-servers", "settings", "schedules")
        seen += [client.get(f"/api/{page}").content for page in pages]
        for how in HOWS[:4]:
            call = {"arguments": {"how": how, "key": SECRETS["FROM_STORE"]}}
            seen.append(client.post("/api/tools/telling/tell/call", json=call, timeout=30).content)
        seen.append(client.get("/metrics").content)
    seen.append(processes(service))
    data = service.folder / ".callsheet"
    stored = {file.name: file.read_bytes() for file in data.rglob("*") if file.is_file()}
    assert service.stop() in {0, 143, -15}
    stored |= {f"{file.name} after": file.read_bytes() for file in data.rglob("*") if file.is_file()}
    ledger = (service.folder / "ledger").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line) for line in ledger} == {*SECRETS.values(), OWN}, "the tool server had every secret"
    assert hits("\n".join((*SECRETS.values(), OWN)).encode()), "a hit would be found"
    assert any("-wal" in name for name in stored)
    everything = b"".join(seen)
    assert b"[secret FROM_FILE]" in everything
    assert hits(everything) == []
    assert hits(service.text.encode()) == []
    assert {name: found for name, content in stored.items() if (found := hits(content))} == {}
    sys.stdout.write(
        f"{RUNS} runs, {len(everything)} bytes of answers, {len(service.text)} of log, {len(ledger)} secrets told\n"
    )
