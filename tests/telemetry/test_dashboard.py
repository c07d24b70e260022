"""The dashboard and the alerts ask for metrics, and for labels, that a real scrape has."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.telemetry.house import chain, opened

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD: Any = json.loads((DEPLOY / "grafana/callsheet.json").read_text(encoding="utf-8"))
RULES: Any = YAML(typ="safe").load(DEPLOY / "prometheus/callsheet.rules.yml")  # pyright: ignore[reportUnknownMemberType]
SCRAPE: Any = YAML(typ="safe").load(DEPLOY / "prometheus/prometheus.yml")  # pyright: ignore[reportUnknownMemberType]

OF_PROMETHEUS = {"up"}
WORDS = {
    *("sum", "max", "min", "rate", "histogram_quantile", "by", "le", "label_values", "job", "instance"),
    *("scenario", "status", "code", "server", "tool", "outcome", "type", "stream", "route", "method"),
}
"""Functions, and labels: what else stands in an expression is a metric."""


def expressions() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield target["expr"]
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"]
    for group in RULES["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]


EXPRESSIONS = sorted(set(expressions()))


def bare(expression: str) -> str:
    """Without the texts between quotation marks and the ranges of time."""
    return re.sub(r'"[^"]*"|\[[^\]]*\]', "", expression)


def names(expression: str) -> set[str]:
    return set(re.findall(r"[a-zA-Z_:][\w:]*", bare(expression)))


async def test_every_metric_that_is_asked_for_is_in_a_scrape(tmp_path: Path) -> None:
    async with opened(tmp_path, [chain("plain", "echo"), chain("failing", "fail", input={"message": "no"})]) as place:
        await place.run("plain")
        await place.run("failing")
        seen = await place.scrape()
    declared = {name + end for name, family in seen.families.items() for end in ENDS.get(family.type, ("",))}
    for expression in EXPRESSIONS:
        assert names(expression) - WORDS - OF_PROMETHEUS <= declared, expression


ENDS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_brackets_are_closed_and_counters_are_asked_for_their_rate(expression: str) -> None:
    plain = re.sub(r'"[^"]*"', "", expression)
    closing = {")": "(", "]": "[", "}": "{"}
    opened_so_far: list[str] = []
    for character in plain:
        if character in "([{":
            opened_so_far.append(character)
        elif character in closing:
            assert opened_so_far.pop() == closing[character]
    assert opened_so_far == []
    for counter in re.findall(r"\w+_(?:total|bucket|sum|count)\b(?!\s*,)", plain):
        assert re.search(rf"rate\({counter}(\{{[^}}]*\}})?\[", plain), counter


def test_the_dashboard_has_what_an_operator_looks_for() -> None:
    asked = set[str]().union(*map(names, EXPRESSIONS))
    wanted = {
        *("callsheet_runs_unfinished", "callsheet_runs_total", "callsheet_run_duration_seconds_bucket"),
        *("callsheet_tool_call_duration_seconds_bucket", "callsheet_queue_depth", "callsheet_subscribers"),
        *("callsheet_journal_commit_duration_seconds_bucket", "callsheet_event_loop_lag_seconds_bucket"),
        "callsheet_run_errors_total",
    }
    assert wanted <= asked
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


def test_every_alert_says_what_it_means_and_prometheus_loads_the_file() -> None:
    rules = [rule for group in RULES["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"warning", "critical"}
    assert [DEPLOY / "prometheus" / name for name in SCRAPE["rule_files"]] == [
        DEPLOY / "prometheus/callsheet.rules.yml"
    ]
    assert SCRAPE["scrape_configs"][0]["metrics_path"] == "/metrics"
