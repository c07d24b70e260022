import pytest
from starlette.types import Scope

from callsheet.api.sources import UNKNOWN, Sources
from callsheet.errors.service import ConfigurationInvalid

SOURCES = Sources.parse(["10.0.0.0/8", "fd00::/8", "127.0.0.1"])


def request(peer: str | None, *forwarded: str) -> Scope:
    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    return {"client": None if peer is None else (peer, 4711), "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "source"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("10.1.2.3", [], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["1.1.1.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["10.4.4.4"], "10.4.4.4"),
        ("10.1.2.3", ["198.51.100.1:5123"], "198.51.100.1"),
        ("10.1.2.3", ["[2001:db8::1]:5123"], "2001:db8::1"),
        ("10.1.2.3", ["198.51.100.1, nonsense"], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.1, nonsense, 10.7.7.7"], "10.7.7.7"),
        ("10.1.2.3", ["", "\xff"], "10.1.2.3"),
        ("::ffff:10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("fe80::1%eth0", [], "fe80::1"),
        ("a.sock", [], UNKNOWN),
        (None, ["198.51.100.1"], UNKNOWN),
    ],
)
def test_only_what_a_trusted_proxy_says_is_believed(peer: str | None, forwarded: list[str], source: str) -> None:
    assert SOURCES.address(request(peer, *forwarded)) == source


def test_of_ipv6_a_subscriber_is_all_that_one_may_choose_from() -> None:
    one, two = (SOURCES.subscriber(request(f"2001:db8:1:2:{last}::1")) for last in ("aaaa", "bbbb"))
    assert one == two == "2001:db8:1:2::/64"
    assert SOURCES.subscriber(request("203.0.113.7")) == "203.0.113.7"


def test_ten_thousand_hops_are_not_followed() -> None:
    hops = ", ".join(["198.51.100.1", *["10.0.0.1"] * 10_000])
    assert SOURCES.address(request("10.1.2.3", hops)) == "10.0.0.1"


def test_a_proxy_that_is_no_address_is_refused() -> None:
    with pytest.raises(ConfigurationInvalid, match="trusted_proxies"):
        Sources.parse(["proxy.internal"])
