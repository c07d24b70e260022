"""What was handed out is known from then on, whatever is found at the next look."""

from collections.abc import Mapping

import pytest

from callsheet.engine.environment import OperatorEnvironment
from callsheet.runs.redaction.known import KnownSecrets
from callsheet.scenario.parse import parse_scenario
from tests.support.scenarios import scenario, step

SECRET = "kept-for-one-look/7"


class Once:
    """A provider that has a secret at its second look alone, as one that somebody changes meanwhile."""

    name = "once"

    def __init__(self) -> None:
        self._looks = 0

    def secrets(self) -> Mapping[str, str]:
        """See `Provider`."""
        self._looks += 1
        return {"KEY": SECRET} if self._looks == 2 else {}


@pytest.mark.parametrize("whose", ["scenario", "everything"])
def test_a_secret_that_is_gone_after_one_look_is_taken_out_nevertheless(whose: str) -> None:
    known = KnownSecrets(OperatorEnvironment({}, Once()))  # the first look
    assert known.value("KEY") == SECRET
    document = scenario(step(input={"key": {"from": "secrets.KEY"}}), secrets=["KEY"])
    parsed = parse_scenario(document).scenario
    assert parsed is not None
    redactor = known.of(parsed) if whose == "scenario" else known.everything()
    assert redactor.text(f"It is {SECRET}.") == "It is [secret KEY]."
