import pytest

from domain.addresses import is_forbidden, is_named


@pytest.mark.parametrize(
    ("ip", "why"),
    [
        ("127.0.0.1", "loopback"),
        ("127.9.9.9", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:10.0.0.1", "private"),
        ("64:ff9b::7f00:1", "loopback"),
        ("2002:7f00:1::", "loopback"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("192.168.0.1", "private"),
        ("fd00::1", "private"),
        ("169.254.169.254", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("100.64.0.1", "shared by carriers (100.64/10)"),
        ("100.127.255.255", "shared by carriers (100.64/10)"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("240.0.0.1", "private"),
        ("255.255.255.255", "private"),
        ("198.18.0.1", "private"),
        ("localhost", "not an address"),
        ("0x7f.1", "not an address"),
        ("", "not an address"),
    ],
)
def test_forbidden_addresses(ip: str, why: str) -> None:
    assert is_forbidden(ip) == why


@pytest.mark.parametrize("ip", ["8.8.8.8", "100.128.0.1", "2a00:1450::1", "::ffff:8.8.8.8"])
def test_public_addresses(ip: str) -> None:
    assert is_forbidden(ip) is None


def test_the_operator_may_allow_some() -> None:
    allowed = ("intranet.bidder.example", "10.1.0.0/16", "127.0.0.1")
    assert is_forbidden("10.1.2.3", allowed) is None
    assert is_forbidden("::ffff:127.0.0.1", allowed) is None
    assert is_forbidden("10.2.0.1", allowed) == "private"
    assert is_forbidden("127.0.0.2", allowed) == "loopback"
    assert is_named("Intranet.bidder.example.", allowed)
    assert not is_named("bidder.example", allowed)
