"""Which network addresses a connection may be made to: pure, for the crawler's guard and the alerts'."""

import ipaddress
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
SHARED = ipaddress.IPv4Network("100.64.0.0/10")


def is_forbidden(ip: str, allowed: Sequence[str] = ()) -> str | None:
    """Why no connection may be made to this literal address, or None; `allowed` holds networks and addresses.

    An IPv4 address inside IPv6 (mapped, 6to4, NAT64) is judged as the IPv4 address that it leads to.
    """
    try:
        address = _unwrap(ipaddress.ip_address(ip.split("%")[0]))
    except ValueError:
        return "not an address"
    if any(address in network for network in _networks(allowed)):
        return None
    kinds = {
        "loopback": address.is_loopback,
        "link-local": address.is_link_local,
        "multicast": address.is_multicast,
        "unspecified": address.is_unspecified,
        "shared by carriers (100.64/10)": address in SHARED,
        "private": address.is_private,
        "reserved": address.is_reserved or not address.is_global,
    }
    return next((kind for kind, holds in kinds.items() if holds), None)


def is_named(host: str, allowed: Sequence[str]) -> bool:
    """The operator named this host in `allowed`, so that whatever it resolves to is let through."""
    return host.rstrip(".").lower() in {each.rstrip(".").lower() for each in allowed}


def _unwrap(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _networks(allowed: Sequence[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found = []
    for each in allowed:
        try:
            found.append(ipaddress.ip_network(each, strict=False))
        except ValueError:
            continue  # a host's name: `is_named` compares it
    return found
