"""How many connections one source may have."""

from callsheet.api.places import Places
from callsheet.api.sources import Sources

PLACES = Sources.parse(["10.0.0.0/8"])


def test_a_source_with_all_its_places_taken_gets_none_and_others_do() -> None:
    places = Places(PLACES, per_source=2)
    taken = [places.enter("198.51.100.1") for _ in range(3)]

    assert taken == ["198.51.100.1", "198.51.100.1", None]
    assert places.enter("198.51.100.2") is not None
    places.leave("198.51.100.1")
    assert places.enter("198.51.100.1") is not None


def test_the_addresses_that_one_subscriber_of_ipv6_has_count_together() -> None:
    places = Places(PLACES, per_source=1)
    assert places.enter("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert places.enter("2001:db8:1:2::2") is None
    assert places.enter("2001:db8:1:3::1") is not None


def test_trusted_proxies_and_this_machine_have_as_many_as_they_like() -> None:
    places = Places(PLACES, per_source=1)
    names = [places.enter(address) for address in ("10.1.2.3", "127.0.0.1", "::1", "") for _ in range(5)]

    assert names == [""] * 20
    assert len(places) == 0


def test_nothing_is_kept_of_those_who_left() -> None:
    places = Places(PLACES)
    names = [places.enter(f"198.51.100.{number}") or "" for number in range(100)]
    for name in names:
        places.leave(name)

    assert len(places) == 0
