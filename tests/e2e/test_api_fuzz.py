"""The API under requests that machines make up, small: `make fuzz` is the same in full size."""

from pathlib import Path

import pytest

from tests.fuzz.api import schemathesis
from tests.fuzz.bombs import BOMBS, answers
from tests.fuzz.house import JOURNALS, JournalKind, inhabited

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("journal", JOURNALS)
def test_no_request_fails_a_check_of_schemathesis(journal: JournalKind, tmp_path: Path) -> None:
    with inhabited(tmp_path / "service", journal, asks=True) as house:
        found = schemathesis(house, tmp_path, examples=4, seed=1, seconds=240, phases="fuzzing")
        assert not found.failed, found.report
        assert found.cases > 200, found.report
        assert "Traceback" not in house.service.text


def test_bombs_are_answered_alike_on_both_journals(tmp_path: Path) -> None:
    small = [bomb for bomb in BOMBS if len(bomb.body) < 128 * 1024]
    told: list[dict[str, int]] = []
    for journal in JOURNALS:
        with inhabited(tmp_path / journal, journal) as house:
            told.append(answers(house, small))
            assert "Traceback" not in house.service.text
    assert told[0] == told[1]
    assert len(told[0]) >= 10 * len(small) > 200
    assert {name: status for name, status in told[0].items() if not 400 <= status < 500} == {}
