"""Where a reader asks from, behind as many proxies as the operator says there are; never what the reader says."""

from django.conf import settings


def find_peer(nearest: str, forwarded: str) -> str:
    """Return the address that the outermost proxy saw, or `nearest` where no proxy stands between.

    `forwarded` is what X-Forwarded-For says: each proxy adds whom it was asked by, a reader may have begun the list.
    """
    proxies, hops = settings.JISHI_PROXIES, forwarded.split(",")
    if 0 < proxies <= len(hops):
        return hops[-proxies].strip() or nearest
    return nearest
