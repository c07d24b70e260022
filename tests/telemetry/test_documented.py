"""The table of metrics in docs/observability.md, and what a scrape has."""

import re
from pathlib import Path

from tests.telemetry.house import opened

DOCS = Path(__file__).parents[2] / "docs/observability.md"


async def test_the_table_of_metrics_has_each_one_with_its_kind_and_its_labels(tmp_path: Path) -> None:
    rows = re.findall(r"^\| `(callsheet_\w+)` \| (\w+) \| (.*?) ?\|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    documented = {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    async with opened(tmp_path, []) as place:
        seen = await place.scrape()
    kinds = {
        name.removesuffix("_info"): ("info" if name.endswith("_info") else family.type)
        for name, family in seen.families.items()
        if name.startswith("callsheet_") and not name.endswith("_created")
    }
    assert {name: kind for name, (kind, _) in documented.items()} == kinds
    for name, labels in seen.samples:
        family = re.sub(r"_(bucket|sum|count|total|created|info)$", "", name)
        if family in documented:
            assert {label for label, _ in labels} - {"le"} == documented[family][1]
