"""The dated cases of a rule, read from its pack when a page first needs them."""

from jishi.apps.packs.api import Pack
from jishi.apps.packs.rules.cases import DatedCase, read_case_file
from jishi.apps.packs.source import Source

_KEPT: dict[tuple[str, str], list[DatedCase]] = {}
MOST_KEPT = 100


def cases_of(pack: Pack, rule_id: str) -> list[DatedCase]:
    """Give the dated cases of a rule; those of the rules asked for last are kept."""
    key, file = (pack.hash, rule_id), f"cases/{rule_id}.toml"
    found = _KEPT.pop(key, None)
    if found is None:
        source = Source(pack.root)
        found = read_case_file(pack, source, file, rule_id) if file in source.names(file) else []
    _KEPT[key] = found
    while len(_KEPT) > MOST_KEPT:
        _KEPT.pop(next(iter(_KEPT)), None)
    return found
