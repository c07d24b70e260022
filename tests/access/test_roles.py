from itertools import pairwise

import pytest

from callsheet.access.patterns import Patterns
from callsheet.access.principal import LOCAL, Principal
from callsheet.access.scopes import SCOPES_OF, Role, Scope


def test_each_role_may_all_that_the_one_before_may_and_more() -> None:
    assert all(SCOPES_OF[lower] < SCOPES_OF[higher] for lower, higher in pairwise(Role))


def test_an_admin_may_everything() -> None:
    assert SCOPES_OF[Role.ADMIN] == set(Scope)


def test_a_viewer_changes_nothing() -> None:
    assert all(scope.endswith(":read") for scope in SCOPES_OF[Role.VIEWER])


@pytest.mark.parametrize(
    ("owner", "scenario_id", "every_run", "seen"),
    [
        ("key:ci", "news_a", False, True),
        ("key:other", "news_a", False, False),
        ("key:other", "news_a", True, True),
        ("key:ci", "payroll", False, False),
        ("key:other", "payroll", True, False),
    ],
)
def test_a_run_is_seen_by_its_owner_or_who_sees_all_within_their_scenarios(
    owner: str, scenario_id: str, every_run: bool, seen: bool
) -> None:
    caller = Principal(
        subject="key:ci", name="ci", role=Role.OPERATOR, every_run=every_run, scenarios=Patterns(("news_*",))
    )
    assert caller.sees(owner, scenario_id) is seen


@pytest.mark.parametrize(
    ("every_run", "scenarios", "tools", "missing"),
    [
        (True, ("*",), ("*",), set[Scope]()),
        (False, ("*",), ("*",), {Scope.METRICS_READ, Scope.AUDIT_READ}),
        (True, ("news_*",), ("*",), {Scope.METRICS_READ, Scope.AUDIT_READ, Scope.SECRETS_MANAGE}),
        (True, ("*",), ("news/*",), {Scope.SECRETS_MANAGE}),
        (True, ("*",), (), {Scope.SECRETS_MANAGE}),
    ],
)
def test_an_admin_for_whom_not_everything_is_has_no_scope_that_reaches_further(
    every_run: bool, scenarios: tuple[str, ...], tools: tuple[str, ...], missing: set[Scope]
) -> None:
    admin = Principal(
        subject="key:it",
        name="it",
        role=Role.ADMIN,
        every_run=every_run,
        scenarios=Patterns(scenarios),
        tools=Patterns(tools),
    )
    assert set(Scope) - admin.scopes == missing
    assert {scope for scope in Scope if not admin.may(scope)} == missing


def test_where_nobody_is_asked_everybody_sees_everything() -> None:
    assert LOCAL.scopes == set(Scope)
    assert LOCAL.sees("", "whatever")
    assert not LOCAL.is_restricted
