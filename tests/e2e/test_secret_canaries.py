"""Secrets of all providers through a hostile tool server and a real process: nowhere is one found afterwards.

`make canaries` is the full size.
"""

from pathlib import Path

import pytest

from tests.canaries.trial import KINDS, attempt


@pytest.mark.timeout(180)
def test_no_secret_is_anywhere_after_mixed_runs(tmp_path: Path) -> None:
    findings = attempt(tmp_path, runs=14, seconds=150)
    assert all(findings.counts[kind] for kind in KINDS)
