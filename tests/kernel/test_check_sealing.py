"""A stranger opens every sealed bid again: an honest ceremony passes, and each lie about it is named."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from jishi.kernel.evidence.bundle import Bundle
from jishi.kernel.evidence.check_sealing import check_sealing, names_sealing
from jishi.kernel.evidence.entry import Entry
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.committee import compose_committee
from jishi.kernel.sealing.envelope import seal_bid
from jishi.kernel.sealing.filed import open_filed
from tests.kernel.forged_envelope import LOT, Keyed, keyed_committee, seeded

FIVE = keyed_committee(2, 3)
SM = keyed_committee(2, 3, "sm")
Row = tuple[str, dict[str, Any]]
Change = Callable[[list[Row]], None]


def step(kind: str, **given: Any) -> Row:
    return "MechanismStepped", {"input": {"type": kind, **given}, "events": []}


def ceremony(keyed: Keyed = FIVE, published: tuple[int, ...] = (1, 2), *, ended: bool = False) -> list[Row]:
    """Three bidders: one files twice, one files garbage, one commits and hands in no envelope."""
    committee = keyed.committee
    suite = committee.suite.name
    sealing = {"suite": suite, "members": 3, "threshold": 2}
    file = compose_committee(suite, LOT, [each.hex() for each in committee.publics], threshold=2)
    envelopes = [
        ("a", seal_bid(committee, "a", {"price_fen": 1}, seeded("a1"))),
        ("b", seal_bid(committee, "b", {"price_fen": 2}, seeded("b"))),
        ("a", seal_bid(committee, "a", {"price_fen": 3}, seeded("a2"))),
    ]
    envelopes[1][1]["ciphertext"] = "00" * (committee.bid_size + 16)
    lines = [[alias, envelope["commitment"]] for alias, envelope in envelopes] + [["c", "cc" * 32]]
    rows: list[Row] = [
        ("NoticePublished", {"terms": {"lot": LOT, "sealing": sealing}}),
        ("CommitteeFormed", {"committee": file}),
    ]
    for alias, envelope in envelopes:
        rows.append(step("seal", alias=alias, commitment=envelope["commitment"]))
        rows.append(("EnvelopeFiled", {"alias": alias, "envelope": envelope}))
    rows.append(step("seal", alias="c", commitment="cc" * 32))
    for place in published:
        private = keyed.privates[committee.publics[place].hex()]
        rows.append(("MemberKeyPublished", {"index": place + 1, "private": private}))
    if ended:
        rows.append(("KeysEnded", {"missing": [1], "reason": "lost"}))
    keys = keyed.some(*published) if len(published) >= 2 else keyed.privates
    openings = open_filed(committee, dict(lines), envelopes, keys).openings
    rows.append(step("unseal", lines=lines, openings=openings))
    return rows


def check(rows: list[Row]) -> Any:
    entries = tuple(
        Entry("offering/1", n, kind, n, n, copy.deepcopy(data)) for n, (kind, data) in enumerate(rows, 1)
    )
    return check_sealing(Bundle({}, entries))


def code_of(rows: list[Row]) -> str:
    with pytest.raises(Fault) as caught:
        check(rows)
    return caught.value.code


def test_an_honest_ceremony_opens_again() -> None:
    found = {"envelopes": 3, "keys": 2, "members": 3, "opened": 1, "void": 2}
    assert check(ceremony()) == found
    openings = ceremony()[-1][1]["input"]["openings"]
    assert openings["a"]["bid"] == {"price_fen": 3}
    assert [openings[alias] for alias in "bc"] == [
        {"void": "sealing.void.bid"},
        {"void": "sealing.void.absent"},
    ]


def test_any_members_that_are_enough_give_the_same() -> None:
    assert [check(ceremony(published=which)) for which in ((0, 1), (0, 2), (2, 1))] == [check(ceremony())] * 3
    assert check(ceremony(published=(0, 1, 2)))["keys"] == 3


def test_before_the_opening_nothing_is_opened() -> None:
    rows = ceremony(published=(0,))[:-1]
    assert check(rows) == {"envelopes": 3, "keys": 1, "members": 3, "opened": 0, "void": 0}


def test_the_suite_sm_opens_with_all_keys_or_a_decision() -> None:
    assert check(ceremony(SM, (0, 1, 2)))["opened"] == 1
    assert check(ceremony(SM, (1, 2), ended=True))["opened"] == 1
    assert code_of(ceremony(SM, (1, 2))) == "sealing.keys.all"


def _at(kind: str, rows: list[Row]) -> int:
    return next(place for place, (each, _) in enumerate(rows) if each == kind)


def _move(rows: list[Row], kind: str, to: int) -> None:
    rows.insert(to, rows.pop(_at(kind, rows)))


def _openings(rows: list[Row]) -> dict[str, Any]:
    found: dict[str, Any] = rows[-1][1]["input"]["openings"]
    return found


LIES: dict[str, Change] = {
    "verify.sealing.committee": lambda rows: rows.insert(1, rows[1]),
    "verify.sealing.terms": lambda rows: rows[0][1]["terms"]["sealing"].update(threshold=3),
    "verify.sealing.before_committee": lambda rows: _move(rows, "CommitteeFormed", 3),
    "verify.sealing.unfiled": lambda rows: rows[2][1]["input"].update(commitment="ab" * 32),
    "verify.sealing.early": lambda rows: _move(rows, "MemberKeyPublished", 4),
    "verify.sealing.member": lambda rows: rows[_at("MemberKeyPublished", rows)][1].update(index=4),
    "sealing.key.mismatch": lambda rows: rows[_at("MemberKeyPublished", rows)][1].update(index=1),
    "sealing.keys.few": lambda rows: rows.pop(_at("MemberKeyPublished", rows)) and None,
    "sealing.envelope.other": lambda rows: rows[3][1]["envelope"].update(lot="other"),
}


@pytest.mark.parametrize("lie", LIES)
def test_each_lie_is_named(lie: str) -> None:
    rows = copy.deepcopy(ceremony())
    LIES[lie](rows)
    assert code_of(rows) == lie


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found.update(a={"void": "sealing.void.bid"}),
        lambda found: found["a"]["bid"].update(price_fen=1),
        lambda found: found["a"].update(salt="00" * 32),
        lambda found: found.update(b={"void": "sealing.void.shares"}),
        lambda found: found.update(c={"void": "sealing.void.bid"}),
    ],
)
def test_an_opening_that_the_keys_do_not_give(change: Callable[[dict[str, Any]], None]) -> None:
    rows = copy.deepcopy(ceremony())
    change(_openings(rows))
    assert code_of(rows) == "verify.sealing.differs"


def test_an_older_envelope_does_not_stand_for_the_later_bid() -> None:
    rows = copy.deepcopy(ceremony())
    later = [place for place, (kind, _) in enumerate(rows) if kind == "EnvelopeFiled"][2]
    del rows[later]
    assert code_of(rows) == "verify.sealing.differs"


def test_other_bundles_are_not_concerned() -> None:
    plain = Bundle({}, (Entry("s", 1, "NoticePublished", 1, 1, {"terms": {"sealing": None}}),))
    assert not names_sealing(plain)
    kind, data = step("unseal")
    assert names_sealing(Bundle({}, (Entry("s", 1, kind, 1, 1, data),)))
