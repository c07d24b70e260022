"""A browser's test that failed is tried once more, and both are told.

A browser has clocks of its own, and a machine that is busy with other tests makes a page stand between two of a
test's steps for longer than anywhere else. What is wrong with the product fails twice.
"""

from typing import Final

import pytest
from _pytest.runner import runtestprotocol

MARK: Final = "second try"
"""Under this name a report keeps what the first try failed with."""


def tried(item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
    """The reports of a test, of its second try when the first one failed."""
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    failed = next((report for report in reports if report.failed), None)
    if failed is None:
        return reports
    assert isinstance(item, pytest.Function)
    item._initrequest()  # pyright: ignore[reportPrivateUsage]: its fixtures are made again
    again = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in again:
        report.user_properties.append((MARK, f"{item.nodeid}\n{failed.longreprtext}"))
    return again
