"""What deploys Callsheet names commands, settings and files that exist."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from callsheet.cli.root import run_command_line
from callsheet.settings import Settings

ROOT = Path(__file__).parents[1]
COMPOSE: Any = YAML(typ="safe").load(ROOT / "compose.yaml")  # pyright: ignore[reportUnknownMemberType]
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))


def accepted(arguments: list[str]) -> bool:
    """Whether there is such a command with such options; nothing is done."""
    return run_command_line([*arguments, "--help"]) == 0


@pytest.mark.parametrize("name", [name for name, service in COMPOSE["services"].items() if "command" in service])
def test_every_service_runs_a_command_that_exists(name: str) -> None:
    assert accepted([str(part) for part in COMPOSE["services"][name]["command"]])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_unit_runs_commands_that_exist(unit: Path) -> None:
    lines = re.findall(r"^Exec\w+=\S+/callsheet (.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    assert lines
    for line in lines:
        assert accepted(shlex.split(line))


def test_every_setting_in_the_environment_of_a_service_exists() -> None:
    for service in COMPOSE["services"].values():
        for name in service.get("environment", {}):
            if name.startswith("CALLSHEET_"):
                assert name.removeprefix("CALLSHEET_").lower() in Settings.model_fields


def test_the_fleet_has_two_replicas_of_the_api_behind_a_proxy_and_three_workers() -> None:
    services = COMPOSE["services"]
    replicas = [name for name, service in services.items() if "--no-worker" in service.get("command", ())]
    caddyfile = (ROOT / "deploy/Caddyfile").read_text(encoding="utf-8")
    assert len(replicas) == 2
    for name in replicas:
        port = services[name]["command"][-1]
        assert f"127.0.0.1:{port}" in caddyfile
        assert services[name]["network_mode"] == "service:proxy"
    assert services["worker"]["deploy"]["replicas"] == 3


def test_whoever_stops_a_process_waits_longer_than_it_drains() -> None:
    drain = Settings().drain_timeout
    assert float(COMPOSE["services"]["worker"]["stop_grace_period"].removesuffix("s")) > drain
    for unit in UNITS:
        (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
        assert float(seconds) > drain


def test_the_image_is_made_of_files_that_exist_and_of_the_lock() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = [
        part for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE) for part in line.split()
    ]
    assert copied
    assert all((ROOT / part).exists() for part in copied)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{part}" for part in copied} <= set(ignored)
    assert dockerfile.count("--require-hashes") == dockerfile.count(" -r ")
    # A build that somebody has lying around is not what the sources say.
    assert {"ui/node_modules", "src/callsheet/web/dist"} <= set(ignored)
