"""Where a reader asks from, behind as many proxies as the operator says there are; never what the reader says."""

import ipaddress
from typing import Any

from django.conf import settings

NETWORK_BITS = 64
"""An IPv6 subscriber has at least so much of a network: more addresses than anybody can count."""


def find_peer(nearest: str, forwarded: str) -> str:
    """Return the address that the outermost proxy saw, or `nearest` where no proxy stands between.

    `forwarded` is what X-Forwarded-For says: each proxy adds whom it was asked by, a reader may have begun the list.
    """
    proxies, hops = settings.JISHI_PROXIES, forwarded.split(",")
    if 0 < proxies <= len(hops):
        return hops[-proxies].strip() or nearest
    return nearest


def peer_of(scope: dict[str, Any]) -> str:
    """Return the address of an ASGI request; a header that comes several times is one list."""
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return find_peer((scope.get("client") or ("",))[0], ",".join(forwarded))


def whose_address(address: str) -> str:
    """Return what stands for everybody at one address: of IPv6, the network.

    >>> [whose_address(each) for each in ("10.0.0.7", "::ffff:10.0.0.7", "2001:db8::1", "2001:db8::ffff:2", "?")]
    ['10.0.0.7', '10.0.0.7', '2001:db8::/64', '2001:db8::/64', '?']
    """
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(read, ipaddress.IPv4Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(ipaddress.ip_network((int(read), NETWORK_BITS), strict=False))
