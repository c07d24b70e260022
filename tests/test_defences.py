"""The table of docs/security.md names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_rule_names_a_test_that_is_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = page.partition("| rule | shown by |")[2].partition("\n\n")[0].splitlines()[2:]
    assert len(rows) >= 15
    for row in rows:
        found = re.findall(r"`(tests/[^`:]+)::(test_\w+)`", row)
        assert found, row
        for file, name in found:
            text = (ROOT / file).read_text(encoding="utf-8")
            assert re.search(rf"^ *(async )?def {name}\(", text, re.MULTILINE), row
