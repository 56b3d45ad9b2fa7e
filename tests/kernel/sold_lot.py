"""One lot sold from notice to award, written as the platform writes it: what the bundle tests read.

Run as a program it rewrites ``golden/listing-1.json``. That file is a promise: once released, a
change that makes it fail is a new version of the mechanism, not a new golden file.
"""

from datetime import date
from pathlib import Path

from jishi.kernel.calendar.limit import Limit
from jishi.kernel.evidence.bundle import build_bundle
from jishi.kernel.evidence.entry import Entry
from jishi.kernel.evidence.signature import public_key, sign
from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.contract import advance
from jishi.kernel.mechanism.registry import find
from jishi.kernel.sealing.commitment import commit, commit_reserve

GOLDEN = Path(__file__).parent / "golden" / "listing-1.json"
KEY = b"jishi-golden-key".ljust(32, b".")
PACK = {"id": "jilin", "version": "1", "hash": "ab" * 32}
SALT = "5a" * 32
LOT = "JL-2024-001"
YUAN = 100
MINUTE = 60_000
DAY = 24 * 60 * MINUTE
START = 1_709_514_000_000  # 2024-03-04 09:00 in China
NOTICE = START - 21 * DAY
RESERVE = 10_200_000 * YUAN


def make_terms(**changes):
    return {
        "lot": LOT,
        "listing_start": START,
        "listing_end": START + 11 * DAY,
        "registration_end": START + 9 * DAY,
        "start_price_fen": 10_000_000 * YUAN,
        "increment_fen": 100_000 * YUAN,
        "cap_fen": None,
        "cap_rule": "first",
        "reserve_commitment": commit_reserve(LOT, RESERVE, SALT),
        "question_ms": 5 * MINUTE,
        "round_ms": 5 * MINUTE,
        "headcount_auction": None,
        "free_quotes": "improve",
        **changes,
    }


def notice_data(terms, version=1):
    limit = Limit("notice_before_listing", 20, "calendar_day", clauses=("mnr39.art8",))
    return {
        "notice": "notice-1",
        "version": version,
        "mechanism": {"id": "listing", "version": 1},
        "terms": terms,
        "limits": [limit.check(date(2024, 2, 12), date(2024, 3, 4)).to_json()],
        "lot": {"number": LOT, "area_cm2": 123_456_780_000},
        "pack": PACK,
        "utc_offset_minutes": 480,
        "simulated": True,
    }


class Stream:
    """Write a stream's entries through the mechanism, ticks included."""

    def __init__(self, name="offering/golden-1", terms=None):
        self.name, self.entries = name, []
        self.listing = find("listing", 1)
        self.state = self.listing.open(self.listing.read_terms(terms or make_terms()))

    def write(self, at, kind, **data):
        self.tick(at)
        self._append(at, kind, data)

    def step(self, at, given):
        self.tick(at)
        result = self.listing.step(self.state, given, at)
        self._keep(at, given, result)

    def tick(self, at):
        for tick, due, result in advance(self.listing, self.state, at):
            self._keep(due, tick, result)

    def _keep(self, at, given, result):
        self.state = result.state
        self._append(at, "MechanismStepped", {"input": inputs.to_json(given), "events": list(result.events)})

    def _append(self, at, kind, data):
        self.entries.append(Entry(self.name, len(self.entries) + 1, kind, at, at + 3, data))

    def join(self, alias, at):
        party = commit("jishi.party/1", SALT, alias)
        self.write(at, "RegistrationFiled", alias=alias, party_commitment=party, joint=1, simulated=True)
        self.write(at + MINUTE, "DepositSecured", alias=alias, how="transfer")
        self.write(at + 2 * MINUTE, "RegistrationQualified", alias=alias)
        self.step(at + 3 * MINUTE, inputs.Admit(alias))

    def bundle(self, key=KEY, **changes):
        parts = {
            "subject": self.name,
            "pack": PACK,
            "entries": self.entries,
            "outcome": self.listing.outcome(self.state),
            "signer": {"key": public_key(key), "name": "Golden test signer", "simulated": True},
            "sign": lambda message: sign(key, message),
        }
        return build_bundle(**{**parts, **changes})


def sell():
    """Sell one lot: a supplement, four registrations, free quotes, rounds, the reserve, the award."""
    first = make_terms(increment_fen=50_000 * YUAN)
    stream = Stream(terms=first)
    stream.write(NOTICE - DAY, "OfferingDrafted", product="land.state_grant_listing", number="1", lot=LOT)
    stream.write(NOTICE, "NoticePublished", **notice_data(first))
    stream.write(NOTICE + DAY, "QuestionAnswered", question_commitment="0" * 64, answer_commitment="1" * 64)
    stream.write(NOTICE + 2 * DAY, "NoticeSupplemented", **notice_data(make_terms(), 2), replaces="notice-1")
    stream.step(NOTICE + 2 * DAY, inputs.Amend(make_terms()))
    for number, alias in enumerate(("a1", "b2", "c3")):
        stream.join(alias, START + (number + 1) * DAY)
    stream.write(START + 5 * DAY, "RegistrationFiled", alias="d4", party_commitment="2" * 64, joint=2)
    stream.write(START + 5 * DAY, "RegistrationRefused", alias="d4", code="market.registration.incomplete")
    _bid(stream)
    stream.step(START + 12 * DAY, inputs.Reveal(RESERVE, SALT))
    award(stream)
    return stream


def award(stream, **changes):
    outcome = stream.listing.outcome(stream.state)
    stated = {"alias": outcome["winner"], "price_fen": outcome["price_fen"], "outcome": outcome}
    stream.write(START + 12 * DAY, "AwardConfirmed", **{**stated, **changes})
    result = {name: outcome[name] for name in ("result", "reason", "price_fen")}
    stream.write(START + 13 * DAY, "ResultPublished", **result, winner_commitment="3" * 64)


def _bid(stream):
    end = START + 11 * DAY
    price = 10_000_000 * YUAN
    for number, alias in enumerate(("a1", "b2", "c3", "a1")):
        stream.step(START + 6 * DAY + number * MINUTE, inputs.Bid(alias, price + number * 100_000 * YUAN))
    stream.step(end + MINUTE, inputs.Continue("b2"))
    stream.step(end + 2 * MINUTE, inputs.Bid("b2", price + 500_000 * YUAN))
    stream.step(end + 6 * MINUTE, inputs.Bid("c3", price + 700_000 * YUAN))
    stream.tick(end + DAY)


if __name__ == "__main__":
    GOLDEN.write_bytes(sell().bundle())
