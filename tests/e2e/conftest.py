"""What the tests over real processes share."""

import os
import random

import pytest

from tests.e2e.load import report


@pytest.fixture
def seed() -> int:
    """Decides what happens when; shown when the test fails, and taken from `E2E_SEED` to try the same again."""
    chosen = int(os.environ.get("E2E_SEED") or random.SystemRandom().randrange(2**32))
    report(f"E2E_SEED={chosen}")
    return chosen
