"""A sale with many winners: every award confirmed, none besides, and the published list the replay's own."""

import json
from dataclasses import replace

import pytest

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.check_result import hash_outcome
from jishi.kernel.evidence.signature import public_key
from jishi.kernel.evidence.verify import verify
from jishi.kernel.mechanism import awards_of
from jishi.kernel.mechanism.acts import Buy
from jishi.kernel.mechanism.registry import find
from jishi.kernel.sealing.commitment import commit
from tests.kernel.sold_lot import DAY, KEY, LOT, MINUTE, NOTICE, SALT, START, Stream, notice_data

END = START + 3 * DAY
TERMS = {"lot": LOT, "opens": START, "closes": END, "registration_end": END, "price_fen": 700, "stock": 5}


class Shop(Stream):
    """A stream of a sale at a fixed price."""

    def __init__(self):
        self.name, self.entries = "offering/shop-1", []
        self.listing = find("fixed_price", 1)
        self.state = self.listing.open(self.listing.read_terms(TERMS))


def sell():
    """Sell five units to two buyers, confirm both awards and publish them."""
    stream = Shop()
    terms = stream.listing.dump_terms(stream.listing.read_terms(TERMS))
    notice = notice_data(terms) | {"mechanism": {"id": "fixed_price", "version": 1}}
    stream.write(NOTICE, "NoticePublished", **notice)
    for place, alias in enumerate(("a1", "b2")):
        stream.join(alias, START + place * MINUTE * 10)
    stream.step(START + DAY, Buy("a1", 2))
    stream.step(START + DAY + 1, Buy("b2", 3))
    outcome = stream.listing.outcome(stream.state)
    for award in awards_of(outcome):
        said = {"alias": award["alias"], "price_fen": award["price_fen"], "award": award}
        stream.write(END + DAY, "AwardConfirmed", **said, outcome_hash=hash_outcome(outcome))
    listed = [
        {**each, "commitment": commit("jishi.party/1", SALT, each["alias"])} for each in awards_of(outcome)
    ]
    said = {name: outcome[name] for name in ("result", "reason", "price_fen")}
    stream.write(END + 2 * DAY, "ResultPublished", **said, awards=listed)
    return stream


def report_of(change=lambda raw: None):
    stream = sell()
    raw = json.loads(canonical_bytes([entry.data for entry in stream.entries]))
    kinds = [entry.kind for entry in stream.entries]
    rows = list(zip(kinds, raw, strict=True))
    change(rows)
    entries = [
        replace(stream.entries[0], seq=place, kind=kind, data=data, effective_at=at, recorded_at=at + 3)
        for place, ((kind, data), at) in enumerate(zip(rows, _instants(stream, rows), strict=False), start=1)
    ]
    return verify(stream.bundle(entries=entries), public_key(KEY))


def _instants(stream, rows):
    """Keep each entry's own instant; what was put in besides stands at the last one."""
    at = [entry.effective_at for entry in stream.entries]
    return (at + [at[-1]] * len(rows))[: len(rows)]


def of(rows, kind):
    return [data for each, data in rows if each == kind]


def test_every_award_is_confirmed_and_published():
    report = report_of()
    assert report.ok, [check for check in report.checks if not check.ok]
    (award,) = [check for check in report.checks if check.name == "award"]
    assert award.params == {"awarded": 2, "winner": None, "price_fen": 700}


def drop_award(rows):
    rows[:] = [row for place, row in enumerate(rows) if place != len(rows) - 2]


def repeat_award(rows):
    rows.insert(len(rows) - 1, rows[-2])


def other_quantity(rows):
    of(rows, "AwardConfirmed")[0]["award"]["quantity"] += 1


def other_buyer(rows):
    award = of(rows, "AwardConfirmed")[0]
    award["alias"] = award["award"]["alias"] = "c3"


def other_hash(rows):
    of(rows, "AwardConfirmed")[1]["outcome_hash"] = "0" * 64


def no_list(rows):
    del of(rows, "ResultPublished")[0]["awards"]


def shorter_list(rows):
    of(rows, "ResultPublished")[0]["awards"].pop()


def other_commitment(rows):
    of(rows, "ResultPublished")[0]["awards"][0]["commitment"] = "0" * 64


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (drop_award, "verify.award.missing"),
        (repeat_award, "verify.award.twice"),
        (other_quantity, "verify.award.differs"),
        (other_buyer, "verify.award.differs"),
        (other_hash, "verify.award.outcome"),
        (no_list, "verify.award.published"),
        (shorter_list, "verify.award.published"),
        (other_commitment, "verify.award.commitment"),
    ],
)
def test_an_award_more_or_less_or_other_is_found(lie, code):
    assert {check.name: check.code for check in report_of(lie).checks if not check.ok} == {"award": code}


def test_before_the_result_some_awards_may_still_be_to_confirm():
    def unpublished(rows):
        del rows[-2:]

    report = report_of(unpublished)
    assert report.ok, [check for check in report.checks if not check.ok]
