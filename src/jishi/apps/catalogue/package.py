"""Release packages, and the one JSON text of them: exact decimals, no float, order as built."""

from collections.abc import Sequence

import msgspec

from jishi.apps.catalogue.facts import Publisher
from jishi.apps.catalogue.value import Json, instant

VERSION = "1.1"
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def build_package(releases: Sequence[Json], *, publisher: Publisher, uri: str, published_ms: int) -> Json:
    """Return the release package of `releases`, found at `uri`, published at an instant (ms)."""
    return {
        "uri": uri,
        "version": VERSION,
        "publishedDate": instant(published_ms, publisher.offset_minutes),
        "publisher": {"name": publisher.name, "uri": publisher.address},
        "publicationPolicy": f"{publisher.address}/api/v1/docs",
        "releases": list(releases),
    }


def write_json(document: Json) -> bytes:
    """Return a release or a package as JSON, its decimals written digit by digit.

    >>> from decimal import Decimal
    >>> write_json({"amount": Decimal("0.10")})
    b'{"amount":0.10}'
    """
    return _ENCODER.encode(document)
