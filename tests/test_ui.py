"""The UI's own tests (vitest, beside its sources) are a part of this suite."""

import os
import subprocess
import sys

import pytest

from tests.support.service import ROOT

SECONDS = 300.0
"""A test takes milliseconds; on a busy machine the start of vitest takes most of the time."""


@pytest.mark.timeout(SECONDS)
def test_the_tests_of_the_ui_pass() -> None:
    command = [sys.executable, "hatch_build.py", "--npm", "test", "--silent", "--", "--maxWorkers=1"]
    plain = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=plain,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
