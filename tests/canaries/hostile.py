"""Secrets of all providers, a tool server that says them in every form, and what must then be nowhere."""

import base64
import json
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from callsheet.scenario.json import JsonObject
from callsheet.settings import load_settings
from callsheet.storage import secret_store
from tests.support.service import COMMAND, ROOT, Service, serving

SECRETS: Final = {
    "FROM_API": "canary-api=P3vX/9t_Rw",
    "FROM_ENV": "canary-env/Qz7+x=Y9",
    "FROM_FILE": 'canary"file\\W3 k%5V',
    "FROM_STORE": "canarystoreT8mPq2Lx",
}
OWN: Final = "canary-own~Hh4Jk6Nn"
"""What `mcp.json` gives the tool server."""

CONTROL: Final = "control-of-the-search-Zz5"
"""No secret: it has to be found wherever a secret would be."""

HOWS: Final = ("result", "split", "is_error", "rpc", "crash", "nap", "ask")


SERVERS: Final = ("telling", "crashing")
"""Two of the same program: a crash takes all calls of its server along, so those that are to crash have their own."""


def scenario_id(name: str, server: str) -> str:
    """Of the scenario that gives the secret `name` to `server`."""
    return f"{name.lower()}_{server}"


def scenario(name: str, server: str) -> JsonObject:
    """One that gives the secret `name` to the hostile tool, catches what it says, and passes it on."""
    tell: JsonObject = {
        "name": "tell",
        "type": "tool",
        "tool": "tell",
        "server": server,
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
    again: JsonObject = {"name": "again", "type": "tool", "tool": "tell", "server": server, "timeout": "2s"}
    return {
        "schema_version": "1",
        "scenario_id": scenario_id(name, server),
        "name": name,
        "secrets": [name],
        "steps": [tell, after, {**again, "input": {"how": {"from": "input.how"}}}],
    }


@contextmanager
def telling(folder: Path) -> Generator[Service]:
    """A server whose secrets come from everywhere, and whose other tool server must not have any."""
    (folder / "mounted").mkdir()
    (folder / "mounted" / "FROM_FILE").write_text(f"{SECRETS['FROM_FILE']}\n", encoding="utf-8")
    (folder / "mounted" / "OWN").write_text(OWN, encoding="utf-8")
    command = ("env", f"CALLSHEET_SECRET_FROM_ENV={SECRETS['FROM_ENV']}", "CALLSHEET_LOG_LEVEL=DEBUG", *COMMAND)
    scenarios = [scenario(name, server) for name in SECRETS for server in SERVERS]
    with serving(folder, scenarios=scenarios, start=False, command=command) as service:
        (folder / "callsheet.toml").write_text('secrets_dir = "mounted"\n', encoding="utf-8")
        env = {"OWN": "${secret:OWN}", "LEDGER": str(folder / "ledger")}
        tells = {"command": sys.executable, "args": [str(ROOT / "tests/support/servers/telling.py")], "env": env}
        echo = {"command": sys.executable, "args": [str(ROOT / "tests/support/servers/raw.py")]}
        (folder / "mcp.json").write_text(
            json.dumps({"mcpServers": {**dict.fromkeys(SERVERS, tells), "echo": echo}}), encoding="utf-8"
        )
        secret_store(load_settings({}, folder)).set("FROM_STORE", SECRETS["FROM_STORE"])
        service.start()
        yield service


def needles(secrets: Sequence[str]) -> list[bytes]:
    """The forms of `secrets`, made without the product's code; of base64 the middle, which is always the same."""
    found: set[bytes] = set()
    for secret in secrets:
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
