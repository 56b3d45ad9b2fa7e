"""What a stranger can rely on: an honest bundle passes, and no altered one does, whoever signed it."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.signature import public_key, sign
from jishi.kernel.evidence.verify import NAMES, verify
from jishi.kernel.mechanism import inputs
from tests.kernel.sold_lot import (
    DAY,
    GOLDEN,
    KEY,
    NOTICE,
    SALT,
    START,
    Stream,
    award,
    make_terms,
    notice_data,
    sell,
)

TRUST = public_key(KEY)
HONEST = GOLDEN.read_bytes()


def failed(report):
    return {check.name: check.code for check in report.checks if not check.ok}


def test_the_golden_bundle_verifies_forever():
    report = verify(HONEST, TRUST)
    assert failed(report) == {}
    assert report.verdict == "verify.verdict.trusted"
    assert tuple(check.name for check in report.checks) == NAMES
    assert report.signer["simulated"] is True


def test_the_same_day_gives_the_same_bytes():
    assert sell().bundle() == sell().bundle()
    assert verify(sell().bundle(), TRUST).ok


def test_without_trust_the_signer_is_unknown():
    report = verify(HONEST)
    assert report.ok
    assert report.verdict == "verify.verdict.signer_unknown"


def corrupt(random_, raw):
    """Flip, drop, add or move bytes, or swap, drop or repeat entries; never return ``raw`` itself."""
    data = bytearray(raw)
    at, to = sorted(random_.sample(range(len(data)), 2))
    choice = random_.randrange(6)
    if choice == 0:
        data[at] ^= 1 << random_.randrange(8)
    elif choice == 1:
        del data[at : min(to, at + 40)]
    elif choice == 2:
        data[at:at] = random_.randbytes(3)
    elif choice == 3:
        del data[at:]
    else:
        bundle = json.loads(raw)
        entries = bundle["entries"]
        one, two = random_.sample(range(len(entries)), 2)
        if choice == 4:
            entries[one], entries[two] = entries[two], entries[one]
        else:
            entries.insert(one, entries.pop(two) if random_.random() < 0.5 else entries[two])
        data = bytearray(canonical_bytes(bundle))
    return bytes(data)


@pytest.mark.parametrize("seed", range(250))
def test_a_random_corruption_is_rejected(seed):
    corrupted = corrupt(random.Random(seed), HONEST)
    assert corrupted != HONEST
    assert not verify(corrupted).ok
    assert not verify(corrupted, TRUST).ok


def test_a_supplement_that_never_took_effect_is_refused():
    stream = Stream()
    stream.write(NOTICE, "NoticePublished", **notice_data(make_terms()))
    later = make_terms(increment_fen=1)
    stream.write(NOTICE + DAY, "NoticeSupplemented", **notice_data(later, 2))
    assert failed(verify(stream.bundle())) == {"terms": "verify.terms.not_applied"}


def test_a_supplement_that_leaves_the_terms_needs_no_amendment():
    stream = Stream()
    stream.write(NOTICE, "NoticePublished", **notice_data(make_terms()))
    stream.write(NOTICE + DAY, "NoticeSupplemented", **notice_data(make_terms(), 2))
    assert failed(verify(stream.bundle())) == {}


@pytest.mark.parametrize("amended_first", [True, False])
def test_a_supplement_and_its_amendment_stand_together(amended_first):
    stream, later = quiet_stream(), make_terms(increment_fen=1)
    news = [
        lambda: stream.step(NOTICE + DAY, inputs.Amend(later)),
        lambda: stream.write(NOTICE + DAY, "NoticeSupplemented", **notice_data(later, 2)),
    ]
    for write in news if amended_first else reversed(news):
        write()
    assert failed(verify(stream.bundle())) == {}


def test_a_tick_recorded_late_counts_from_its_due_instant():
    stream = quiet_stream()
    stream.tick(START + 12 * DAY)
    stream.entries[1:] = [replace(tick, recorded_at=tick.recorded_at + DAY) for tick in stream.entries[1:]]
    report = verify(stream.bundle())
    assert failed(report) == {}
    assert {check.name: check.params for check in report.checks}["replay"]["closed_at"] == START + 11 * DAY


def test_a_tick_dated_later_than_it_was_due_is_refused():
    stream = quiet_stream()
    stream.tick(START + 12 * DAY)
    end = stream.entries[-1]
    late = {"effective_at": end.effective_at + 1, "recorded_at": end.recorded_at + 1}
    stream.entries[-1] = replace(end, **late)
    assert failed(verify(stream.bundle()))["replay"] == "verify.replay.refused"


def test_no_notice_no_result():
    assert failed(verify(Stream().bundle()))["terms"] == "verify.terms.no_notice"


def quiet_stream(**terms):
    stream = Stream(terms=make_terms(**terms))
    stream.write(NOTICE, "NoticePublished", **notice_data(make_terms(**terms)))
    return stream


def test_a_lot_without_a_quote_is_unsold_and_its_reserve_stays_closed():
    stream = quiet_stream()
    stream.tick(START + 30 * DAY)
    report = verify(stream.bundle())
    assert failed(report) == {}
    found = {check.name: check.params for check in report.checks}
    assert found["outcome"]["result"] == "unsold"
    assert found["reserve"]["opened"] is False


def test_a_price_below_the_reserve_is_unsold_and_cannot_be_awarded():
    stream = quiet_stream()
    stream.join("a1", START)
    stream.step(START + DAY, inputs.Bid("a1", make_terms()["start_price_fen"]))
    stream.tick(START + 11 * DAY)
    stream.step(START + 11 * DAY, inputs.Reveal(10_200_000 * 100, SALT))
    assert failed(verify(stream.bundle())) == {}
    award(stream, alias="a1")
    assert failed(verify(stream.bundle())) == {"award": "verify.award.differs"}


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(raw):
    assert not verify(raw).ok


SMALL = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({})


@settings(max_examples=300)
@given(st.data())
def test_any_value_anywhere_gets_an_answer(data):
    """Put a stray value at any place of a file its maker signs anew: no exception reaches the reader."""
    bundle = json.loads(HONEST)
    node, path = bundle, []
    while True:
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        inner = node[key]
        path.append(key)
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 3)) == 0:
            node[key] = data.draw(SMALL)
            break
        node = inner
    unsigned = {name: value for name, value in bundle.items() if name != "signature"}
    try:
        bundle["signature"] = sign(KEY, b"jishi.bundle/1\n" + canonical_bytes(unsigned))
        raw = canonical_bytes(bundle)
    except ValueError:
        return
    report = verify(raw, TRUST)
    assert not report.ok or raw == HONEST or path in (["signer", "name"], ["signer", "simulated"])
