"""What people of a provider may do here."""

import pytest

from callsheet.access.identities import Identity, identity_of, principal_of_identity, roles_of_groups
from callsheet.access.scopes import Role
from callsheet.errors.access import CredentialInvalid, Forbidden

ROLES = roles_of_groups(("staff=viewer", "operators=operator", "a=b=author", "admins=admin", "staff=viewer"))


def person(*groups: str) -> Identity:
    return Identity(subject="248289761001", name="Ada", groups=groups)


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (("staff",), Role.VIEWER),
        (("staff", "operators"), Role.OPERATOR),
        (("admins", "staff"), Role.ADMIN),
        (("unknown", "a=b"), Role.AUTHOR),
    ],
)
def test_somebody_in_several_groups_has_the_highest_role(groups: tuple[str, ...], role: Role) -> None:
    assert principal_of_identity(person(*groups), ROLES).role is role


@pytest.mark.parametrize("groups", [(), ("unknown",), ("Staff",), ("staff ",)])
def test_somebody_in_no_known_group_is_refused(groups: tuple[str, ...]) -> None:
    with pytest.raises(Forbidden):
        principal_of_identity(person(*groups), ROLES)


@pytest.mark.parametrize(
    ("group", "every_run"), [("staff", True), ("operators", False), ("a=b", False), ("admins", True)]
)
def test_viewers_and_admins_see_the_runs_of_others(group: str, every_run: bool) -> None:
    principal = principal_of_identity(person(group), ROLES)
    assert principal.every_run is every_run
    assert principal.subject == "user:248289761001"
    assert principal.key_id is None


def test_a_group_that_stands_there_twice_has_the_higher_role() -> None:
    assert roles_of_groups(("staff=admin", "staff=viewer")) == {"staff": Role.ADMIN}


@pytest.mark.parametrize("subject", ["", "a" * 256, "a\nb", "a\u202eb", "\x00", "\ud800", None, 5, ["ada"]])
def test_a_subject_that_cannot_be_kept_is_refused(subject: object) -> None:
    with pytest.raises(CredentialInvalid):
        identity_of(subject, [], [])


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["Ada", "ada"], "Ada"),
        ([None, "ada"], "ada"),
        (["", 5, "\n", "ada@example.org"], "ada@example.org"),
        (["A\x1b[31mda\u202e "], "A[31mda"),
        (["x" * 1000], "x" * 100),
        ([], "sub"),
    ],
)
def test_the_first_name_that_is_one_is_shown(names: list[object], shown: str) -> None:
    assert identity_of("sub", names, []).name == shown


@pytest.mark.parametrize(
    ("groups", "known"), [("staff", ("staff",)), (["a", 5, None, "b"], ("a", "b")), (None, ()), ({"a": 1}, ()), (5, ())]
)
def test_groups_are_a_list_of_names_or_one_name(groups: object, known: tuple[str, ...]) -> None:
    assert identity_of("sub", [], groups).groups == known
