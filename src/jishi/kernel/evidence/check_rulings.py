"""Check of what the law was said to permit: each ruling a notice names is decided again from its facts."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from jishi.kernel.evidence.bundle import Bundle
from jishi.kernel.evidence.check_notice import PUBLISHED, SUPPLEMENTED
from jishi.kernel.fault import Fault
from jishi.kernel.rules.decide import Law

Stated = Mapping[str, Any]
Laws = Callable[[str], Law | None]
"""Give the law of a pack by its hash, None where that version is not at hand."""


def check_rulings(bundle: Bundle, laws: Laws) -> dict[str, Any]:
    """Decide each ruling of the notices again under the pack it names; raise `verify.rulings.differs`.

    A ruling of a version not at hand, or one a person decided instead, is counted and not decided.
    """
    counts = {"decided": 0, "other": 0, "overridden": 0}
    for seq, stated in _rulings(bundle):
        if stated["override"]:
            counts["overridden"] += 1
        elif (law := laws(stated["pack"])) is None:
            counts["other"] += 1
        else:
            _must_agree(seq, stated, law)
            counts["decided"] += 1
    return counts


def names_rulings(bundle: Bundle) -> bool:
    """Tell whether a notice of the bundle names a ruling that can be decided again."""
    return any(True for _ in _rulings(bundle))


def _rulings(bundle: Bundle) -> Iterator[tuple[int, Stated]]:
    for notice in bundle.of_kind(PUBLISHED, SUPPLEMENTED):
        for stated in notice.data.get("rulings", []):
            if "facts" in stated:
                yield notice.seq, stated


def _must_agree(seq: int, stated: Stated, law: Law) -> None:
    found = law.decide(stated["rule"], stated["facts"], date.fromisoformat(stated["as_of"]))
    now = {"answer": found.answer, "row": found.row, "clauses": list(found.clauses)}
    for name, value in now.items():
        if stated[name] != value:
            raise Fault(
                "verify.rulings.differs",
                seq=seq, rule=stated["rule"], field=name, stated=str(stated[name]), found=str(value),
            )  # fmt: skip
