"""What the published servers promise: their protocol, their tools, and that the scenarios fit them."""

import json
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from tests.published.page import rows
from tests.support.service import Service

pytestmark = pytest.mark.timeout(120)


def listed(service: Service) -> list[dict[str, Any]]:
    with service.client() as client:
        answer = client.get("/api/tools")
    assert "Callsheet-Unavailable-Servers" not in answer.headers
    return answer.json()


def test_every_server_lists_as_many_tools_as_the_page_says(service: Service) -> None:
    tools = listed(service)
    counted = Counter(tool["server"] for tool in tools)
    with_schema = Counter(tool["server"] for tool in tools if tool["output_schema"] is not None)

    assert {name: f"{counted[name]} / {with_schema[name]}" for name in counted} == {
        row.name: row.tools for row in rows()
    }


def test_every_server_speaks_the_protocol_that_the_page_says(service: Service) -> None:
    listed(service)
    with service.client() as client:
        known = client.get("/readyz").json()["tool_servers"]

    assert {server["name"]: server["protocol"] for server in known} == {row.name: row.protocol for row in rows()}


def test_no_scenario_has_an_error_or_a_warning_beside_the_servers_as_they_are(service: Service) -> None:
    command = [sys.executable, "-m", "callsheet", "lint", "--live", "--format", "json", "--folder", str(service.folder)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [found for found in json.loads(ended.stdout) if found["severity"] != "info"] == []
