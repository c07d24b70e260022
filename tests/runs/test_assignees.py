"""Who answers a step: whom a credential names, else who the caller says they are."""

import pytest

from callsheet.access.principal import LOCAL, Principal
from callsheet.access.scopes import Role
from callsheet.errors.access import Forbidden
from callsheet.errors.runs import InputInvalid
from callsheet.runs.assignees import answerer, may_answer
from callsheet.scenario.json import JsonObject


def known(subject: str) -> Principal:
    return Principal(subject=subject, name="Somebody", role=Role.OPERATOR, every_run=True)


def asks(*assignees: str) -> JsonObject:
    return {"kind": "approval", "assignees": [*assignees]}


@pytest.mark.parametrize(
    ("subject", "assignees", "said", "name"),
    [
        ("key:ada", ["bob", "ada"], "", "ada"),
        ("key:ada", ["key:ada"], "", "key:ada"),
        ("key:ada", ["key:ada"], "ada", "ada"),
        ("key:ada", [], "", "key:ada"),
        ("key:ada", [], "ada", "ada"),
        ("user:7f", ["7f"], "user:7f", "user:7f"),
        ("user:a:b", ["user:a:b"], "", "user:a:b"),
        ("local", [], "", ""),
        ("local", [], "anybody", "anybody"),
        ("local", ["ada"], "ada", "ada"),
    ],
)
def test_who_may_answer_is_written_down(subject: str, assignees: list[str], said: str, name: str) -> None:
    caller = LOCAL if subject == "local" else known(subject)
    assert may_answer(caller, asks(*assignees))
    assert answerer(caller, asks(*assignees), said) == name


@pytest.mark.parametrize(
    ("subject", "assignees", "said"),
    [
        ("key:bob", ["ada"], ""),
        ("key:bob", ["ada"], "bob"),
        ("user:ada", ["key:ada"], ""),
        ("user:key:ada", ["key:ada"], ""),
        ("key:ada", ["Somebody", ""], ""),
    ],
)
def test_nobody_who_is_known_answers_for_others(subject: str, assignees: list[str], said: str) -> None:
    assert not may_answer(known(subject), asks(*assignees))
    with pytest.raises(Forbidden, match=f"'{subject}' may not answer this; those who may: "):
        answerer(known(subject), asks(*assignees), said)


@pytest.mark.parametrize("assignees", [[], ["ada"], ["ada", "bob"]])
def test_nobody_who_is_known_says_another_name(assignees: list[str]) -> None:
    with pytest.raises(InputInvalid, match=r"You are 'key:bob', and not 'ada'; leave it out\.") as raised:
        answerer(known("key:bob"), asks(*assignees), "ada")
    assert [problem.pointer for problem in raised.value.problems] == ["/by"]


@pytest.mark.parametrize("said", ["", "bob"])
def test_who_is_not_known_says_one_of_the_names(said: str) -> None:
    with pytest.raises(InputInvalid, match=r"those who may: ada\."):
        answerer(LOCAL, asks("ada"), said)
