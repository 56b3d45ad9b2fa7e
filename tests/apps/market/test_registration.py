"""Who may bid: applications, qualification, joint bidders, deposits, withdrawal."""

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.actions import RegistrationForm
from jishi.apps.market.models import Registration
from jishi.apps.market.reads import (
    find_own_registration,
    get_offering,
    get_registration,
    list_bidding_parties,
    list_registrations,
)
from jishi.apps.parties import api as parties
from jishi.kernel.fault import Fault
from jishi.platform.evidence import read_stream
from jishi.platform.models import SearchRow
from tests.apps.market.hall import START_FEN, STEP_FEN, Hall, failed_checks


def shares(hall: Hall, *names: str) -> list[tuple[str, int]]:
    return [(hall.parties[name], 1_000_000 // len(names)) for name in names]


def join(hall: Hall, lead: str, other: str, *, consented: bool = True) -> str:
    joint = parties.form_joint_bid(hall.as_(lead), hall.parties[lead], shares(hall, lead, other))
    if consented:
        parties.consent_joint_bid(hall.as_(other), joint.id, hall.parties[other])
    return joint.id


def apply(hall: Hall, offering_id: str, name: str, joint: str = "") -> Registration:
    form = RegistrationForm(hall.parties[name], joint)
    return market.file_registrations(hall.as_(name), offering_id, [form])[0]


def test_the_way_to_the_room(hall: Hall) -> None:
    offering = hall.offer()
    row = hall.admit(offering, "north")["north"]
    assert (row.state, row.deposit_how) == ("admitted", "transfer")
    assert get_offering(offering.id).registrants == 1
    kinds = [entry.kind for entry in read_stream(offering.stream)][-4:]
    assert kinds == ["RegistrationFiled", "RegistrationQualified", "DepositSecured", "MechanismStepped"]
    assert failed_checks(offering) == {}


def test_the_log_names_nobody(hall: Hall) -> None:
    offering = hall.offer()
    hall.admit(offering, "north", "south")
    said = "".join(entry.data for entry in read_stream(offering.stream))
    rows = Registration.objects.all()
    for row in rows:
        assert row.party not in said
        assert row.salt not in said
        assert row.commitment in said
    assert len({row.alias for row in rows}) == 2


def test_an_alias_is_new_in_each_lot(hall: Hall) -> None:
    aliases = {hall.admit(hall.offer(f"T-{n}"), "north")["north"].alias for n in range(3)}
    assert len(aliases) == 3


def test_a_party_applies_once(hall: Hall) -> None:
    offering = hall.offer()
    apply(hall, offering.id, "north")
    with pytest.raises(Fault, match=r"market\.registration\.twice") as caught:
        apply(hall, offering.id, "north")
    assert caught.value.params == {"number": offering.number}
    assert Registration.objects.count() == 1


def test_one_batch_holds_a_party_once(hall: Hall) -> None:
    offering = hall.offer()
    form = RegistrationForm(hall.parties["north"])
    with pytest.raises(Fault, match=r"market\.registration\.twice"):
        market.file_registrations(hall.system, offering.id, [form, form])
    assert not Registration.objects.exists()


def test_a_refused_party_is_told_why_and_the_log_is_not(hall: Hall) -> None:
    offering = hall.offer()
    row = apply(hall, offering.id, "north")
    market.refuse_registration(hall.as_("clerk"), row.id, " 拖欠土地价款 ")
    assert get_registration(row.id).refusal == "拖欠土地价款"
    entry = read_stream(offering.stream)[-1]
    assert entry.kind == "RegistrationRefused"
    assert "拖欠" not in entry.data
    for again in (
        lambda: market.qualify_registrations(hall.as_("clerk"), offering.id, [row.id]),
        lambda: market.withdraw_registration(hall.as_("north"), row.id),
    ):
        with pytest.raises(Fault, match=r"market\.registration\.state"):
            again()


def test_a_refused_application_is_corrected_and_filed_again(hall: Hall) -> None:
    offering = hall.offer()
    first = apply(hall, offering.id, "north")
    market.refuse_registration(hall.as_("clerk"), first.id, "证明材料不全")
    assert find_own_registration(offering.id, [hall.parties["north"]]) == get_registration(first.id)
    second = apply(hall, offering.id, "north")
    assert second.alias != first.alias
    with pytest.raises(Fault, match=r"market\.registration\.twice"):
        apply(hall, offering.id, "north")
    assert find_own_registration(offering.id, [hall.parties["north"]]) == second
    assert list_bidding_parties(offering.id) == {hall.parties["north"]}
    market.qualify_registrations(hall.as_("clerk"), offering.id, [second.id])
    market.secure_deposits(hall.system, offering.id, [(second.id, "transfer")])
    assert [row.state for row in list_registrations(offering.id)].count("refused") == 1, "history stays"
    assert failed_checks(offering) == {}
    third = apply(hall, offering.id, "south")
    market.refuse_registration(hall.as_("clerk"), third.id, "证明材料不全")
    hall.move(offering.registration_end)
    with pytest.raises(Fault, match=r"market\.registration\.late"):
        apply(hall, offering.id, "south")


@pytest.mark.parametrize(
    ("reason", "code"), [("  ", "market.reason_missing"), ("字" * 301, "market.text_long")]
)
def test_a_refusal_states_a_reason(hall: Hall, reason: str, code: str) -> None:
    row = apply(hall, hall.offer().id, "north")
    with pytest.raises(Fault, match=code):
        market.refuse_registration(hall.as_("clerk"), row.id, reason)
    assert get_registration(row.id).state == "filed"


def test_no_one_judges_their_own_case(hall: Hall) -> None:
    offering = hall.offer()
    row = apply(hall, offering.id, "north")
    own = hall.as_("clerk", parties=(hall.parties["north"],))
    agent = hall.as_("clerk", agencies=((hall.parties["north"], offering.id),))
    for ctx in (own, agent):
        with pytest.raises(Fault, match=r"market\.own_case"):
            market.qualify_registrations(ctx, offering.id, [row.id])
        with pytest.raises(Fault, match=r"market\.own_case"):
            market.refuse_registration(ctx, row.id, "理由")
    uninvolved = hall.as_("clerk", parties=(hall.parties["south"],))
    market.qualify_registrations(uninvolved, offering.id, [row.id])


def test_a_member_of_a_joint_bid_is_no_judge_either(hall: Hall) -> None:
    offering = hall.offer()
    row = apply(hall, offering.id, "north", join(hall, "north", "south"))
    with pytest.raises(Fault, match=r"market\.own_case"):
        market.qualify_registrations(
            hall.as_("clerk", parties=(hall.parties["south"],)), offering.id, [row.id]
        )


def test_an_unknown_registration_qualifies_nobody(hall: Hall) -> None:
    offering, other = hall.offer_two()
    row, foreign = apply(hall, offering.id, "north"), apply(hall, other.id, "south")
    with pytest.raises(Fault, match=r"market\.registration\.unknown"):
        market.qualify_registrations(hall.as_("clerk"), offering.id, [row.id, foreign.id])
    with pytest.raises(Fault, match=r"market\.registration\.unknown"):
        market.secure_deposits(hall.system, offering.id, [(foreign.id, "transfer")])
    assert {r.state for r in Registration.objects.all()} == {"filed"}


def test_a_deposit_admits_only_the_qualified(hall: Hall) -> None:
    offering = hall.offer()
    row = apply(hall, offering.id, "north")
    with pytest.raises(Fault, match=r"market\.registration\.state"):
        market.secure_deposits(hall.system, offering.id, [(row.id, "transfer")])


# --- time


def test_registration_ends_to_the_millisecond(hall: Hall) -> None:
    offering = hall.offer()
    hall.move(offering.registration_end - 1)
    apply(hall, offering.id, "north")
    hall.move(offering.registration_end)
    with pytest.raises(Fault, match=r"market\.registration\.late"):
        apply(hall, offering.id, "south")


def test_nobody_registers_while_an_offering_stands_still(hall: Hall) -> None:
    offering = hall.offer()
    market.suspend_offering(hall.as_("reviewer"), offering.id, "核查")
    with pytest.raises(Fault, match=r"market\.offering\.suspended"):
        apply(hall, offering.id, "north")


def test_nobody_registers_for_a_draft(hall: Hall) -> None:
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        apply(hall, hall.draft().id, "north")


# --- who is excluded


def test_persons_may_be_excluded(hall: Hall) -> None:
    form = parties.PartyForm("person", "张三", "11010519491231002X")
    person = parties.register_party(hall.system, form).id
    ctx = hall.as_("member", parties=(person,))
    closed = hall.publish(hall.draft("T-1", persons_allowed=False))
    open_ = hall.publish(hall.draft("T-2"))
    with pytest.raises(Fault, match=r"market\.persons_excluded"):
        market.file_registrations(ctx, closed.id, [RegistrationForm(person)])
    assert market.file_registrations(ctx, open_.id, [RegistrationForm(person)])[0].party == person


def test_an_excluded_person_does_not_come_in_with_others(hall: Hall) -> None:
    form = parties.PartyForm("person", "张三", "11010519491231002X")
    person = parties.register_party(hall.system, form).id
    offering = hall.offer(persons_allowed=False)
    joint = parties.form_joint_bid(
        hall.system, hall.parties["north"], [(hall.parties["north"], 500_000), (person, 500_000)]
    )
    parties.consent_joint_bid(hall.system, joint.id, person)
    with pytest.raises(Fault, match=r"market\.persons_excluded"):
        apply(hall, offering.id, "north", joint.id)


def test_an_unknown_party_is_refused(hall: Hall) -> None:
    with pytest.raises(Fault, match=r"market\.party\.unknown"):
        market.file_registrations(hall.system, hall.offer().id, [RegistrationForm("0" * 32)])


# --- joint bidders


def test_joint_bidders_bid_as_one(hall: Hall) -> None:
    offering = hall.offer()
    row = apply(hall, offering.id, "north", join(hall, "north", "south"))
    assert list_bidding_parties(offering.id) == {hall.parties["north"], hall.parties["south"]}
    assert '"joint":2' in read_stream(offering.stream)[-1].data
    market.qualify_registrations(hall.as_("clerk"), offering.id, [row.id])
    market.secure_deposits(hall.system, offering.id, [(row.id, "transfer")])
    assert hall.bid(get_registration(row.id), START_FEN, by="north").accepted
    with pytest.raises(Fault, match=r"access\.denied"):
        hall.bid(get_registration(row.id), START_FEN + STEP_FEN, by="south")


def test_a_joint_bid_waits_for_every_consent(hall: Hall) -> None:
    offering = hall.offer()
    with pytest.raises(Fault, match=r"market\.joint_unconsented"):
        apply(hall, offering.id, "north", join(hall, "north", "south", consented=False))


def test_a_notice_may_exclude_joint_bids(hall: Hall) -> None:
    offering = hall.offer(joint_allowed=False)
    with pytest.raises(Fault, match=r"market\.joint_excluded"):
        apply(hall, offering.id, "north", join(hall, "north", "south"))


def test_only_its_lead_applies_for_a_joint_bid(hall: Hall) -> None:
    offering, joint = hall.offer(), join(hall, "north", "south")
    for name, named in (("south", joint), ("east", joint), ("north", "0" * 32)):
        with pytest.raises(Fault, match=r"market\.joint_unknown"):
            apply(hall, offering.id, name, named)


@pytest.mark.parametrize("joint_first", [True, False])
def test_nobody_bids_alone_and_jointly(hall: Hall, joint_first: bool) -> None:
    offering, joint = hall.offer(), join(hall, "north", "south")
    steps = [("north", joint), ("south", "")]
    (first, first_joint), (then, then_joint) = steps if joint_first else reversed(steps)
    apply(hall, offering.id, first, first_joint)
    with pytest.raises(Fault, match=r"market\.registration\.twice"):
        apply(hall, offering.id, then, then_joint)


# --- withdrawal


def test_one_withdraws_before_the_first_quote_and_may_come_back(hall: Hall) -> None:
    offering = hall.offer()
    row = hall.admit(offering, "north", "south")["north"]
    market.withdraw_registration(hall.as_("north"), row.id)
    assert (get_registration(row.id).state, get_offering(offering.id).registrants) == ("withdrawn", 1)
    with pytest.raises(Fault, match=r"market\.bid\.not_admitted"):
        hall.bid(row, START_FEN)
    with pytest.raises(Fault, match=r"market\.registration\.state"):
        market.withdraw_registration(hall.as_("north"), row.id)
    again = hall.admit(offering, "north")["north"]
    assert again.alias != row.alias
    assert hall.bid(again, START_FEN).accepted
    assert find_own_registration(offering.id, [hall.parties["north"]]) == again
    assert failed_checks(offering) == {}


def test_a_quote_binds(hall: Hall) -> None:
    offering = hall.offer()
    row = hall.admit(offering, "north")["north"]
    hall.bid(row, START_FEN)
    with pytest.raises(Fault, match=r"listing\.quote_binds"):
        market.withdraw_registration(hall.as_("north"), row.id)
    assert get_registration(row.id).state == "admitted"


# --- what lists show


def test_lists_show_what_waits_and_for_whom(hall: Hall) -> None:
    offering = hall.offer()
    row = apply(hall, offering.id, "north")
    desk = SearchRow.objects.filter(kind="registration", object_id=row.id)
    own = SearchRow.objects.filter(kind="my_registration", object_id=row.id, party=row.party)
    assert (desk.get().division, own.get().state) == (offering.division, "filed")
    assert hall.parties["north"] not in desk.get().title
    market.qualify_registrations(hall.as_("clerk"), offering.id, [row.id])
    assert not desk.exists()
    assert own.get().state == "qualified"


def test_system_may_file_for_many_at_once(hall: Hall) -> None:
    offering = hall.offer()
    forms = [RegistrationForm(party) for party in hall.parties.values()]
    rows = market.file_registrations(hall.system, offering.id, forms)
    assert len({row.alias for row in rows}) == 4
