"""The trial fails when it should."""

from collections import Counter

import pytest

from tests.canaries.hostile import CONTROL, OWN, SECRETS, needles
from tests.canaries.trial import KINDS, Broken, judge

PLACES = ("API and SSE", "command line", "journal.db-wal, at work", "journal.db")
ALL: Counter[str] = Counter(dict.fromkeys(KINDS, 1))


def places(**more: bytes) -> dict[str, bytes]:
    return {**dict.fromkeys(PLACES, CONTROL.encode()), "log": b"[secret FROM_FILE]", **more}


def test_it_holds_when_enough_happened_and_nothing_was_found() -> None:
    judge(places(), ALL, [*SECRETS.values(), OWN], 20)


@pytest.mark.parametrize("needle", needles([*SECRETS.values(), OWN]))
def test_one_form_of_one_secret_in_one_place_breaks_it(needle: bytes) -> None:
    with pytest.raises(Broken, match="Found"):
        judge(places(elsewhere=b"a " + needle + b" b"), ALL, [*SECRETS.values(), OWN], 20)


@pytest.mark.parametrize("kind", KINDS)
def test_what_did_not_happen_often_enough_breaks_it(kind: str) -> None:
    with pytest.raises(Broken, match=kind):
        judge(places(), ALL - Counter({str(kind): 1}), [*SECRETS.values(), OWN], 20)
    with pytest.raises(Broken, match="happen 2 times"):
        judge(places(), ALL, [*SECRETS.values(), OWN], 40)


@pytest.mark.parametrize("place", PLACES)
def test_a_place_in_which_not_even_the_control_is_breaks_it(place: str) -> None:
    with pytest.raises(Broken, match="was not found"):
        judge(places(**{place: b""}), ALL, [*SECRETS.values(), OWN], 20)


def test_a_secret_that_never_reached_the_tool_server_breaks_it() -> None:
    with pytest.raises(Broken, match="every secret"):
        judge(places(), ALL, [*SECRETS.values()], 20)
