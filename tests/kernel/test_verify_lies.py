"""What an operator cannot get away with, although it holds the key and signs the altered file itself."""

import json
from dataclasses import replace

import pytest

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.signature import public_key
from jishi.kernel.evidence.verify import verify
from tests.kernel.sold_lot import DAY, KEY, MINUTE, START, Stream, sell

TRUST = public_key(KEY)
FORGER = b"f" * 32


def failed(report):
    return {check.name: check.code for check in report.checks if not check.ok}


def resign(change, key=KEY):
    """Let the operator itself (or a forger) rewrite entries and hash and sign the file anew."""
    stream = sell()
    raw = [{**vars_of(entry), "data": json.loads(canonical_bytes(entry.data))} for entry in stream.entries]
    outcome = change(raw)
    entries = [replace(stream.entries[0], **{**item, "seq": n}) for n, item in enumerate(raw, start=1)]
    changes = {} if outcome is None else {"outcome": outcome}
    return Stream.bundle(stream, key, entries=entries, **changes)


def vars_of(entry):
    return {name: getattr(entry, name) for name in ("kind", "effective_at", "recorded_at", "data")}


def find(raw, kind, type_=None):
    hits = (item for item in raw if item["kind"] == kind)
    return next(item for item in hits if type_ is None or item["data"]["input"]["type"] == type_)


def test_a_forger_passes_only_where_nobody_names_the_key():
    forged = resign(lambda raw: None, FORGER)
    assert verify(forged).verdict == "verify.verdict.signer_unknown"
    assert failed(verify(forged, TRUST)) == {"trust": "verify.trust.other_key"}
    assert verify(forged, TRUST).verdict == "verify.verdict.rejected"
    stolen_name = json.loads(forged)
    stolen_name["signer"]["key"] = TRUST
    assert failed(verify(canonical_bytes(stolen_name), TRUST)) == {"signature": "verify.signature.wrong"}


def lower_price(raw):
    find(raw, "MechanismStepped", "bid")["data"]["input"]["price_fen"] += 100_000 * 100


def other_event(raw):
    find(raw, "MechanismStepped", "bid")["data"]["events"][0]["leader"] = "b2"


def true_for_one(raw):
    find(raw, "MechanismStepped", "bid")["data"]["events"][0]["quote"] = True


def drop_bid(raw):
    raw.remove(find(raw, "MechanismStepped", "bid"))


def late_bid(raw):
    bids = [item for item in raw if item["kind"] == "MechanismStepped"]
    last = [item for item in bids if item["data"]["input"]["type"] == "bid"][-1]
    last["effective_at"] = last["recorded_at"] = START + 11 * DAY + 20 * MINUTE
    tail = raw[raw.index(last) + 1 :]
    for item in tail:
        item["effective_at"] = item["recorded_at"] = START + 12 * DAY


def no_deposit(raw):
    raw.remove(find(raw, "DepositSecured"))


def withdrawn_before(raw):
    at = raw.index(find(raw, "MechanismStepped", "admit"))
    raw.insert(at, {**raw[at - 1], "kind": "RegistrationWithdrawn", "data": {"alias": "a1"}})


def second_notice(raw):
    raw.insert(2, raw[1])


def notice_of_other_pack(raw):
    find(raw, "NoticePublished")["data"]["pack"]["hash"] = "cd" * 32


def other_mechanism(raw):
    find(raw, "NoticeSupplemented")["data"]["mechanism"] = {"id": "listing", "version": 2}


def unknown_mechanism(raw):
    for kind in ("NoticePublished", "NoticeSupplemented"):
        find(raw, kind)["data"]["mechanism"] = {"id": "raffle", "version": 1}


def broken_limit(raw):
    limit = find(raw, "NoticePublished")["data"]["limits"][0]
    limit.update(end="2024-03-02", verdict="broken")


def lying_limit(raw):
    find(raw, "NoticePublished")["data"]["limits"][0]["end"] = "2024-03-02"


def unsure_limit(raw):
    limit = find(raw, "NoticePublished")["data"]["limits"][0]
    limit.update(unit="working_day", start="2030-01-01", end="2030-06-01", verdict="met")


def secret_amendment(raw):
    raw.remove(find(raw, "NoticeSupplemented"))


def idle_supplement(raw):
    raw.remove(find(raw, "MechanismStepped", "amend"))


def backwards(raw):
    raw[3]["effective_at"] = raw[2]["effective_at"] - 1


def early_record(raw):
    raw[3]["recorded_at"] = raw[3]["effective_at"] - 1


def other_winner(raw):
    find(raw, "AwardConfirmed")["data"]["alias"] = "b2"


def other_outcome(raw):
    find(raw, "AwardConfirmed")["data"]["outcome"]["quotes"] = 1


def other_result(raw):
    find(raw, "ResultPublished")["data"]["price_fen"] += 1


def two_awards(raw):
    raw.append(find(raw, "AwardConfirmed"))
    raw[-1] = {**raw[-1], "effective_at": raw[-2]["effective_at"], "recorded_at": raw[-2]["recorded_at"]}


def early_award(raw):
    early = find(raw, "AwardConfirmed")
    raw.remove(early)
    at = raw.index(find(raw, "MechanismStepped", "reveal"))
    raw.insert(at, {**early, **{name: raw[at][name] for name in ("effective_at", "recorded_at")}})


def other_reserve(raw):
    find(raw, "MechanismStepped", "reveal")["data"]["input"]["reserve_fen"] -= 100


def no_reserve(raw):
    raw.remove(find(raw, "MechanismStepped", "reveal"))


def nameless(raw):
    del find(raw, "RegistrationFiled")["data"]["alias"]


def other_file_outcome(raw):
    return {**find(raw, "AwardConfirmed")["data"]["outcome"], "price_fen": 1}


LIES = [
    (lower_price, "replay", "verify.replay.events"),
    (other_event, "replay", "verify.replay.events"),
    (true_for_one, "replay", "verify.replay.events"),
    (drop_bid, "replay", "verify.replay.events"),
    (late_bid, "replay", "verify.replay.refused"),
    (no_deposit, "admission", "verify.admission.missing"),
    (withdrawn_before, "admission", "verify.admission.missing"),
    (second_notice, "terms", "verify.terms.second_notice"),
    (notice_of_other_pack, "terms", "verify.terms.pack"),
    (other_mechanism, "terms", "verify.terms.mechanism"),
    (unknown_mechanism, "terms", "mechanism.unknown"),
    (broken_limit, "limits", "verify.limits.broken"),
    (lying_limit, "limits", "verify.limits.broken"),
    (unsure_limit, "limits", "verify.limits.differs"),
    (secret_amendment, "terms", "verify.terms.unannounced"),
    (idle_supplement, "terms", "verify.terms.unannounced"),
    (backwards, "clock", "verify.clock.back"),
    (early_record, "clock", "verify.clock.early"),
    (other_winner, "award", "verify.award.differs"),
    (other_outcome, "award", "verify.award.outcome"),
    (other_result, "award", "verify.award.published"),
    (two_awards, "award", "verify.award.twice"),
    (early_award, "award", "verify.award.early"),
    (other_reserve, "replay", "verify.replay.refused"),
    (no_reserve, "outcome", "verify.outcome.differs"),
    (nameless, "admission", "verify.malformed"),
    (other_file_outcome, "outcome", "verify.outcome.differs"),
]


@pytest.mark.parametrize(("lie", "name", "code"), LIES, ids=[lie.__name__ for lie, *_ in LIES])
def test_even_the_operators_own_key_does_not_cover_a_lie(lie, name, code):
    report = verify(resign(lie), TRUST)
    assert failed(report)[name] == code
    assert {"canonical", "read", "signature", "trust", "root"}.isdisjoint(failed(report))
