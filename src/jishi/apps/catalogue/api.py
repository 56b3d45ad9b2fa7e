"""What other rooms may use of the catalogue: releases of offerings, and packages of them."""

from collections.abc import Sequence

from jishi.apps.catalogue.facts import Publisher, ReleaseFacts
from jishi.apps.catalogue.gathering import gather_facts, publisher
from jishi.apps.catalogue.package import build_package, write_json
from jishi.apps.catalogue.release import build_release
from jishi.apps.catalogue.value import Json

__all__ = [
    "Publisher",
    "ReleaseFacts",
    "build_package",
    "build_release",
    "package_of",
    "publisher",
    "release_of",
    "releases_of",
    "write_json",
]


def release_of(offering_id: str) -> Json:
    """Return the OCDS release of a public offering as it stands; Fault `catalogue.draft` for a draft."""
    return releases_of([offering_id])[0]


def releases_of(offering_ids: Sequence[str]) -> list[Json]:
    """Return the releases of public offerings in the order asked."""
    return [build_release(facts) for facts in gather_facts(offering_ids)]


def package_of(offering_ids: Sequence[str], *, path: str, published_ms: int) -> Json:
    """Return the release package of public offerings, found at `path` under the public address."""
    issuer = publisher()
    releases = releases_of(offering_ids)
    return build_package(releases, publisher=issuer, uri=f"{issuer.address}{path}", published_ms=published_ms)
