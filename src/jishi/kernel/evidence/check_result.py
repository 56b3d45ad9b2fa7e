"""Checks of what came out: who was admitted, the replay of every step, the price, the award.

The replay runs the very mechanism the server runs; nothing here knows how an auction works.
"""

from collections.abc import Mapping
from typing import Any

from jishi.kernel.evidence.bundle import Bundle
from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.check_notice import STEPPED, find_notices
from jishi.kernel.evidence.entry import Entry
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.contract import Refusal
from jishi.kernel.mechanism.inputs import from_json
from jishi.kernel.mechanism.registry import find
from jishi.kernel.sealing.commitment import commit_reserve

Outcome = Mapping[str, Any]

_NEEDED = ("RegistrationFiled", "RegistrationQualified", "DepositSecured")
_ENDED = ("RegistrationRefused", "RegistrationWithdrawn")
_PRICED = frozenset({"sold", "unsold"})


def check_admission(bundle: Bundle) -> dict[str, Any]:
    """Check that each admitted bidder (竞买人) had filed, was qualified and had secured the deposit."""
    reached: dict[str, set[str]] = {}
    admitted = 0
    for entry in bundle.entries:
        if entry.kind in _NEEDED:
            reached.setdefault(entry.data["alias"], set()).add(entry.kind)
        elif entry.kind in _ENDED:
            reached.pop(entry.data["alias"], None)
        elif entry.kind == STEPPED and entry.data["input"]["type"] == "admit":
            admitted += 1
            alias = entry.data["input"]["alias"]
            missing = ", ".join(kind for kind in _NEEDED if kind not in reached.get(alias, ()))
            if missing:
                raise Fault("verify.admission.missing", seq=entry.seq, alias=alias, missing=missing)
    return {"admitted": admitted}


def replay(bundle: Bundle) -> Outcome:
    """Fold every step again at its own instant; return the outcome the mechanism reaches.

    Raises ``verify.replay.refused`` or ``verify.replay.events`` at the first step that differs.
    """
    notice = find_notices(bundle)[0]
    mechanism = find(notice.data["mechanism"]["id"], notice.data["mechanism"]["version"])
    state = mechanism.open(mechanism.read_terms(notice.data["terms"]))
    for entry in bundle.of_kind(STEPPED):
        if entry.seq < notice.seq:
            raise Fault("verify.replay.before_notice", seq=entry.seq)
        result = mechanism.step(state, from_json(entry.data["input"]), entry.effective_at)
        if isinstance(result, Refusal):
            raise Fault("verify.replay.refused", seq=entry.seq, refusal=result.code)
        if not _same(list(result.events), entry.data["events"]):
            raise Fault("verify.replay.events", seq=entry.seq)
        state = result.state
    return mechanism.outcome(state)


def check_outcome(bundle: Bundle, outcome: Outcome) -> dict[str, Any]:
    """Check that the file states the outcome the replay reached."""
    if not _same(outcome, bundle.raw["outcome"]):
        stated = bundle.raw["outcome"].get("result")
        raise Fault("verify.outcome.differs", stated=str(stated), found=outcome["result"])
    return {"result": outcome["result"], "price_fen": outcome["price_fen"]}


def check_reserve(bundle: Bundle, outcome: Outcome) -> dict[str, Any]:
    """Check that a committed reserve price (底价) was opened, is the committed one, and was obeyed."""
    terms = find_notices(bundle)[-1].data["terms"]
    commitment = terms.get("reserve_commitment")
    opened = [entry for entry in bundle.of_kind(STEPPED) if entry.data["input"]["type"] == "reveal"]
    if commitment is None or outcome["result"] not in _PRICED or not outcome["quotes"]:
        if opened:
            raise Fault("verify.reserve.unexpected", seq=opened[0].seq)
        return {"opened": False, "reserve_fen": None}
    if len(opened) != 1:
        raise Fault("verify.reserve.not_opened", found=len(opened))
    given = opened[0].data["input"]
    if commit_reserve(terms["lot"], given["reserve_fen"], given["salt"]) != commitment:
        raise Fault("verify.reserve.other", seq=opened[0].seq)
    if outcome["result"] == "sold" and outcome["price_fen"] < given["reserve_fen"]:
        raise Fault("verify.reserve.below", price_fen=outcome["price_fen"], reserve_fen=given["reserve_fen"])
    return {"opened": True, "reserve_fen": given["reserve_fen"]}


def check_award(bundle: Bundle, outcome: Outcome) -> dict[str, Any]:
    """Check that what was awarded and published is the outcome, and came after the last step."""
    awards, results = bundle.of_kind("AwardConfirmed"), bundle.of_kind("ResultPublished")
    steps = bundle.of_kind(STEPPED)
    for entry in (*awards, *results):
        if steps and entry.seq < steps[-1].seq:
            raise Fault("verify.award.early", seq=entry.seq)
    for entry in awards:
        _check_award(entry, outcome)
    for entry in results:
        if any(entry.data[name] != outcome[name] for name in ("result", "reason", "price_fen")):
            raise Fault("verify.award.published", seq=entry.seq)
    if len(awards) > 1:
        raise Fault("verify.award.twice", seq=awards[1].seq)
    return {"awarded": len(awards), "winner": outcome["winner"], "price_fen": outcome["price_fen"]}


def _check_award(entry: Entry, outcome: Outcome) -> None:
    stated = (entry.data["alias"], entry.data["price_fen"])
    if outcome["result"] != "sold" or stated != (outcome["winner"], outcome["price_fen"]):
        raise Fault("verify.award.differs", seq=entry.seq, alias=entry.data["alias"])
    if not _same(entry.data["outcome"], outcome):
        raise Fault("verify.award.outcome", seq=entry.seq)


def _same(left: Any, right: Any) -> bool:
    """Compare as bytes, so that 1 and true differ."""
    return canonical_bytes(left) == canonical_bytes(right)
