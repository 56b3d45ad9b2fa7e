"""Checks of what came out: who was admitted, the replay of every step, the price, the award.

The replay runs the very mechanism the server runs; nothing here knows how an auction works.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from jishi.kernel.evidence.bundle import Bundle
from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.check_notice import STEPPED, find_notices
from jishi.kernel.evidence.entry import Entry
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.contract import Refusal, awards_of
from jishi.kernel.mechanism.inputs import from_json
from jishi.kernel.mechanism.registry import find
from jishi.kernel.mechanism.succession import next_award
from jishi.kernel.sealing.commitment import commit_reserve

Outcome = Mapping[str, Any]

_NEEDED = ("RegistrationFiled", "RegistrationQualified", "DepositSecured")
_ENDED = ("RegistrationRefused", "RegistrationWithdrawn")
_TOO_LOW = "below_reserve"


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
    """Check that a committed reserve price (底价) was opened, is the committed one, and was obeyed.

    Where the lowest price wins (terms of `direction` "low") the reserve is the most that is paid.
    """
    terms = find_notices(bundle)[-1].data["terms"]
    commitment = terms.get("reserve_commitment")
    opened = [entry for entry in bundle.of_kind(STEPPED) if entry.data["input"]["type"] == "reveal"]
    if commitment is None and opened:
        raise Fault("verify.reserve.unexpected", seq=opened[0].seq)
    needed = commitment is not None and (outcome["result"] == "sold" or outcome["reason"] == _TOO_LOW)
    if len(opened) > 1 or (needed and not opened):
        raise Fault("verify.reserve.not_opened", found=len(opened))
    if not opened:
        return {"opened": False, "reserve_fen": None}
    given = opened[0].data["input"]
    if commit_reserve(terms["lot"], given["reserve_fen"], given["salt"]) != commitment:
        raise Fault("verify.reserve.other", seq=opened[0].seq)
    _check_reached(outcome, given["reserve_fen"], low=terms.get("direction") == "low")
    return {"opened": True, "reserve_fen": given["reserve_fen"]}


def _check_reached(outcome: Outcome, reserve_fen: int, *, low: bool) -> None:
    prices = [each["price_fen"] for each in _awards(outcome) if each["price_fen"] is not None]
    for price_fen in prices:
        if price_fen > reserve_fen if low else price_fen < reserve_fen:
            code = "verify.reserve.above" if low else "verify.reserve.below"
            raise Fault(code, price_fen=price_fen, reserve_fen=reserve_fen)


def hash_outcome(outcome: Outcome) -> str:
    """Return the SHA-256 of an outcome's canonical bytes, as each award of many states it."""
    return sha256(canonical_bytes(outcome)).hexdigest()


def check_award(bundle: Bundle, outcome: Outcome) -> dict[str, Any]:
    """Check that what was awarded and published is the outcome, all of it, and came after the last step."""
    confirmed, results = bundle.of_kind("AwardConfirmed"), bundle.of_kind("ResultPublished")
    steps = bundle.of_kind(STEPPED)
    for entry in (*confirmed, *results):
        if steps and entry.seq < steps[-1].seq:
            raise Fault("verify.award.early", seq=entry.seq)
    left = _confirm(confirmed, outcome)
    for entry in results:
        _check_published(bundle, entry, outcome)
    if results and left:
        raise Fault("verify.award.missing", alias=left[0]["alias"], missing=len(left))
    _check_next(bundle, outcome)
    return {"awarded": len(confirmed), "winner": outcome["winner"], "price_fen": outcome["price_fen"]}


def _awards(outcome: Outcome) -> list[dict[str, Any]]:
    return awards_of(outcome) if outcome["result"] == "sold" else []


def _confirm(confirmed: list[Entry], outcome: Outcome) -> list[dict[str, Any]]:
    """Take each confirmed award off those of the outcome; return what is left of them."""
    awards = _awards(outcome)
    left, digest = list(awards), hash_outcome(outcome)
    for entry in confirmed:
        fitting = [each for each in awards if _states(entry, each)]
        if not fitting:
            raise Fault("verify.award.differs", seq=entry.seq, alias=entry.data["alias"])
        if fitting[0] not in left:
            raise Fault("verify.award.twice", seq=entry.seq)
        left.remove(fitting[0])
        if "outcome_hash" in entry.data:
            agrees = entry.data["outcome_hash"] == digest
        else:
            agrees = _same(entry.data["outcome"], outcome)
        if not agrees:
            raise Fault("verify.award.outcome", seq=entry.seq)
    return left


def _check_next(bundle: Bundle, outcome: Outcome) -> None:
    """Check that each award after a default went to whoever follows in the outcome, one for each default before it."""
    passed, free = {each["alias"] for each in _awards(outcome)}, 0
    for entry in bundle.entries:
        if entry.kind == "SaleDefaulted":
            free += 1
        elif entry.kind == "NextAwarded":
            expected, free = next_award(outcome, passed), free - 1
            if free < 0 or expected is None or not _same(entry.data["award"], expected):
                raise Fault("verify.award.next", seq=entry.seq, alias=entry.data["alias"])
            passed.add(expected["alias"])


def _states(entry: Entry, award: Mapping[str, Any]) -> bool:
    """Tell whether an entry confirms an award; the first form of it states alias and price alone."""
    if "award" in entry.data and not _same(entry.data["award"], award):
        return False
    return (entry.data["alias"], entry.data["price_fen"]) == (award["alias"], award["price_fen"])


def _check_published(bundle: Bundle, entry: Entry, outcome: Outcome) -> None:
    """Check a published result; where it lists awards, each under the commitment its bidder filed."""
    awards = _awards(outcome)
    listed = entry.data.get("awards", [] if len(awards) > 1 else awards)
    stated = [{key: each[key] for key in each if key != "commitment"} for each in listed]
    named = ("result", "reason", "price_fen")
    if any(entry.data[name] != outcome[name] for name in named) or not _same(stated, awards):
        raise Fault("verify.award.published", seq=entry.seq)
    filed = {
        each.data["alias"]: each.data["party_commitment"] for each in bundle.of_kind("RegistrationFiled")
    }
    for each in entry.data.get("awards", []):
        if each["commitment"] != filed.get(each["alias"]):
            raise Fault("verify.award.commitment", seq=entry.seq, alias=each["alias"])


def _same(left: Any, right: Any) -> bool:
    """Compare as bytes, so that 1 and true differ."""
    return canonical_bytes(left) == canonical_bytes(right)
