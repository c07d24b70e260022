"""Where a worker answers: nowhere, on this machine, or beyond it when callers are asked who they are."""

from pathlib import Path

import pytest

from callsheet.cli.probes import listener_of
from callsheet.errors.service import ConfigurationInvalid
from callsheet.settings import load_settings


def test_a_worker_answers_nowhere_unless_it_is_told_where(tmp_path: Path) -> None:
    assert listener_of(load_settings(folder=tmp_path)) is None


def test_it_answers_on_this_machine_alone(tmp_path: Path) -> None:
    listener = listener_of(load_settings({"metrics_port": 0}, folder=tmp_path))
    assert listener is not None
    with listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_beyond_this_machine_it_is_refused_where_callers_are_not_asked(tmp_path: Path) -> None:
    settings = load_settings({"metrics_port": 0, "metrics_host": "0.0.0.0"}, folder=tmp_path)
    with pytest.raises(ConfigurationInvalid, match="export CALLSHEET_AUTH=on"):
        listener_of(settings)
    asked = {"metrics_port": 0, "metrics_host": "0.0.0.0", "auth": "on", "allowed_hosts": ("worker-1",)}
    listener = listener_of(load_settings(asked, folder=tmp_path))
    assert listener is not None
    listener.close()
