"""What the audit log is told of acts on runs."""

from dataclasses import fields

from callsheet.runs.bulk import BulkAction
from callsheet.runs.deeds import bulk_details
from callsheet.runs.events import RunId, RunStatus
from callsheet.runs.ports import RunFilter
from tests.support.events import after_noon


def test_every_part_of_a_filter_is_told() -> None:
    values = {
        "scenario_id": "news",
        "status": frozenset({RunStatus.FAILED}),
        "started_after": after_noon(1),
        "started_before": after_noon(2),
        "finished_before": after_noon(3),
        "error_code": frozenset({"ToolTimeout"}),
        "parent_run_id": RunId("p"),
        "owner": "key:ada",
        "q": "x",
    }
    assert {field.name for field in fields(RunFilter)} == {*values, "scenarios"}  # the last is never asked for
    for name, value in values.items():
        only = RunFilter(**{name: value})  # pyright: ignore[reportArgumentType] - each name is beside a value of its type
        details = bulk_details(BulkAction.CANCEL, only, dry_run=False)
        assert details["filter"].startswith(name.removesuffix("_id") if name == "scenario_id" else name)
