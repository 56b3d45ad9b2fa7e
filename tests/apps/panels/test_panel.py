"""A panel from convening to result: what is committed before, who may contribute, draw, sit, vote and close."""

import json
from typing import Any

import pytest

from jishi.apps.panels import api as panels
from jishi.apps.panels.models import Member, Panel, Sheet
from jishi.kernel.fault import Fault
from jishi.kernel.panel.record import check_record
from jishi.platform.evidence import read_stream
from jishi.platform.models import User
from tests.apps.panels.board import LAW, PART, ROAD, Board

CRITERIA = (panels.Criterion("plan", 40), panels.Criterion("team", 60))
TWO = (panels.Subject("a1", "甲公司"), panels.Subject("a2", "乙公司"))


def vote_all(board: Board, panel: Panel, *choices: str) -> None:
    """Let the members vote, each the same on both subjects, as long as there are choices."""
    for member, choice in zip(board.members(panel), choices, strict=False):
        panels.cast_ballot(board.as_member(member), panel.id, {"a1": choice, "a2": "abstain"})


def close(board: Board, panel: Panel) -> Panel:
    """Close as the head."""
    return panels.close_panel(board.as_member(board.members(panel)[0]), panel.id)


def logged(panel: Panel) -> str:
    """Return everything the log holds of a panel."""
    return "".join(f"{row.kind}{row.data}" for row in read_stream(f"panel/{panel.id}"))


# --- before the draw


def test_commitments_stand_in_the_log_before_anybody_contributes(board: Board) -> None:
    panel = board.convene()
    (row,) = read_stream(f"panel/{panel.id}")
    told = json.loads(row.data)
    assert row.kind == "PanelConvened"
    assert told["pool_commitment"] == panel.pool_commitment and told["pool_size"] == 16
    assert told["secret_commitment"] == panel.secret_commitment
    assert not panel.secret and "secret_salt" not in told


@pytest.mark.parametrize(
    ("seats", "code"),
    [
        (((ROAD, 3), (LAW, 1)), "panel.small"),
        (((ROAD, 5), (LAW, 1)), "panel.even"),
        (((ROAD, 4), ("水利", 1)), "panel.unfillable"),
        (((ROAD, 2), (LAW, 5)), "panel.unfillable"),
    ],
)
def test_a_panel_that_may_not_be_is_refused(board: Board, seats: Any, code: str) -> None:
    with pytest.raises(Fault) as fault:
        board.convene(seats=seats)
    assert fault.value.code == code and not Panel.objects.exists()


def test_two_thirds_must_be_experts(board: Board) -> None:
    people = tuple(board.hall.users[name].pk for name in ("member", "north"))
    with pytest.raises(Fault) as fault:
        board.convene(seats=((ROAD, 3),), representatives=people)
    assert fault.value.code == "panel.few_experts"
    panel = board.convene(seats=((ROAD, 5),), representatives=people)
    board.contribute(panel)
    board.draw(panel)
    assert [each.speciality for each in board.members(panel)] == ["", "", *[ROAD] * 5]


def test_one_panel_of_an_owner_at_a_time(board: Board) -> None:
    first = board.convene()
    with pytest.raises(Fault) as fault:
        board.convene()
    assert fault.value.code == "panels.running"
    panels.dissolve_panel(board.hall.as_("reviewer"), first.id, "专业有误")
    assert board.convene().id != first.id


def test_who_may_not_be_drawn_is_not_in_the_pool(board: Board) -> None:
    clerk = board.hall.as_("clerk")
    panels.set_expert_state(clerk, board.experts[0].id, "suspended", "年检未过")
    board.expert("Y1", ROAD, email="nobody@example.org")
    far = board.expert("Y2", ROAD)
    type(far).objects.filter(pk=far.pk).update(division="222401")
    board.expert("Y3", ROAD, email="")
    assert board.convene("1").pool_size == 15
    User.objects.create(email="nobody@example.org")  # the account that Y1 waited for
    assert board.convene("2").pool_size == 16


def test_detected_and_told_grounds_keep_out(board: Board) -> None:
    first, second, third = board.experts[:3]
    board.owner.found = panels.Conflict({" 单位 z00": "employer"}, {second.person or 0: "represents"})
    panel = board.convene(recused=((third.id, "relative"),))
    aliases = {row[3]: row[0] for row in panel.pool}
    assert panel.recusal["experts"] == {
        aliases[first.id]: ["employer"], aliases[second.id]: ["represents"], aliases[third.id]: ["relative"],
    }  # fmt: skip
    with pytest.raises(Fault, match=r"panels\.ground"):
        board.convene("2", recused=((third.id, "dislike"),))


# --- contributions


def test_the_operator_alone_draws_nothing(board: Board) -> None:
    panel = board.convene()
    with pytest.raises(Fault) as fault:
        board.draw(panel)
    assert fault.value.code == "panels.contribution.none"
    assert panels.find_panel(panel.id).state == "convened" and not panels.find_panel(panel.id).secret


@pytest.mark.parametrize("value", ["", "5a", "zz" * 32, "5a" * 33])
def test_a_contribution_has_its_form(board: Board, value: str) -> None:
    panel = board.convene()
    with pytest.raises(Fault) as fault:
        board.contribute(panel, value)
    assert fault.value.code == "panels.contribution.form"


def test_each_office_contributes_once_and_never_who_convened(board: Board) -> None:
    panel = board.convene()
    board.contribute(panel)
    with pytest.raises(Fault, match="twice"):
        board.contribute(panel, "ab" * 32)
    own = board.hall.as_("auditor", user_id=panel.convened_by)
    with pytest.raises(Fault, match="own"):
        panels.contribute(own, panel.id, PART)


def test_who_convened_does_not_draw(board: Board) -> None:
    panel = board.convene()
    board.contribute(panel)
    with pytest.raises(Fault) as fault:
        panels.draw_members(board.hall.as_("reviewer", user_id=panel.convened_by), panel.id)
    assert fault.value.code == "panels.drawer"


def test_sealed_parts_count_only_if_sealed_when_convened(board: Board) -> None:
    board.owner.sealed, board.owner.open = {"B1": "b1" * 32}, True
    late = board.convene("late")
    board.contribute(late)
    assert list(board.draw(late).contributions) == ["office/1"]
    board.owner.open = False
    early = board.convene("early")
    board.owner.open = True
    with pytest.raises(Fault, match="late"):
        board.contribute(early)
    assert board.draw(early).contributions == {"sealed/B1": "b1" * 32}


# --- seats


def test_a_panel_sits_when_all_accepted(board: Board) -> None:
    panel = board.seat()
    aliases = [each.alias for each in board.members(panel)]
    assert panel.state == "sitting" and board.owner.told == [("seated", aliases)]
    assert [each.speciality for each in board.members(panel)] == [*[ROAD] * 4, LAW]


def test_who_declares_a_ground_is_replaced_by_the_next_of_the_field(board: Board) -> None:
    panel = board.convene()
    board.contribute(panel)
    board.draw(panel)
    leaving = board.members(panel)[1]
    panels.declare_recusal(board.as_member(leaving), panel.id, "relative", "配偶任职于该单位")
    after = board.members(panel)
    assert after[1].seat == leaving.seat and after[1].speciality == ROAD and after[1].place == 5
    assert after[1].alias != leaving.alias and len(after) == 5
    with pytest.raises(Fault, match=r"access\.denied"):
        panels.accept_seat(board.as_member(leaving), panel.id)
    assert "配偶" not in logged(panel)


def test_without_a_substitute_the_panel_cannot_sit(board: Board) -> None:
    panel = board.convene(substitutes=0)
    board.contribute(panel)
    board.draw(panel)
    first, *rest = board.members(panel)
    panels.decline_seat(board.as_member(first), panel.id, "出差")
    for member in rest:
        panels.accept_seat(board.as_member(member), panel.id)
    assert panels.find_panel(panel.id).state == "drawn" and not board.owner.told


def test_a_ground_that_came_to_light_after_convening_replaces_at_the_draw(board: Board) -> None:
    panel = board.convene(substitutes=8)
    board.contribute(panel)
    board.owner.found = panels.Conflict({each.organisation: "employer" for each in board.experts[:6]})
    board.draw(panel)
    clean = {each.id for each in board.experts[6:]}
    assert {each.expert_id for each in board.members(panel)} <= clean
    assert len(board.members(panel)) == 5


def test_who_came_into_conflict_cannot_accept(board: Board) -> None:
    panel = board.convene()
    board.contribute(panel)
    board.draw(panel)
    member = board.members(panel)[0]
    board.owner.found = panels.Conflict(people={member.person: "represents"})
    with pytest.raises(Fault) as fault:
        panels.accept_seat(board.as_member(member), panel.id)
    assert fault.value.code == "panels.conflict"


def test_a_seat_that_changes_hands_while_sitting_takes_its_marks_along(board: Board) -> None:
    board.owner.asked = panels.Task.marks(TWO, CRITERIA)
    panel = board.seat()
    leaving, other = board.members(panel)[:2]
    for member in (leaving, other):
        panels.give_marks(board.as_member(member), panel.id, "a1", {"plan": 30, "team": 50})
    panels.replace_member(board.hall.as_("clerk"), panel.id, leaving.alias, "declined")
    assert panels.find_panel(panel.id).state == "drawn"
    assert Sheet.objects.filter(member=other).count() == 1 and not Sheet.objects.filter(member=leaving)
    fresh = board.members(panel)[0]
    panels.accept_seat(board.as_member(fresh), panel.id)
    assert panels.find_panel(panel.id).state == "sitting"
    assert board.owner.told[-1] == ("seated", [each.alias for each in board.members(panel)])


# --- marks


def test_marks_are_kept_till_the_head_closes(board: Board) -> None:
    board.owner.asked = panels.Task.marks(TWO, CRITERIA)
    panel = board.seat()
    members = board.members(panel)
    for place, member in enumerate(members):
        for subject in ("a1", "a2"):
            panels.give_marks(board.as_member(member), panel.id, subject, {"plan": 10, "team": 20})
        panels.give_marks(board.as_member(member), panel.id, "a1", {"plan": 30 + place, "team": 50})
    assert '"plan"' not in logged(panel)
    with pytest.raises(Fault) as fault:
        panels.close_panel(board.as_member(members[1]), panel.id)
    assert fault.value.code == "panels.head"
    closed = close(board, panel)
    assert closed.state == "closed"
    told = dict(board.owner.told)["closed"]
    assert told["marks"][members[3].alias] == {"a1": {"plan": 33, "team": 50}, "a2": {"plan": 10, "team": 20}}
    assert told == closed.result


def test_marks_missing_keep_the_panel_open(board: Board) -> None:
    board.owner.asked = panels.Task.marks(TWO, CRITERIA)
    panel = board.seat()
    panels.give_marks(board.as_member(board.members(panel)[0]), panel.id, "a1", {"plan": 1, "team": 1})
    with pytest.raises(Fault) as fault:
        close(board, panel)
    assert fault.value.params == {"missing": 9, "sheets": 10}


@pytest.mark.parametrize(
    ("subject", "marks", "code"),
    [
        ("a3", {"plan": 1, "team": 1}, "panels.subject"),
        ("a1", {"plan": 1}, "panels.marks"),
        ("a1", {"plan": 41, "team": 1}, "panels.mark"),
        ("a1", {"plan": -1, "team": 1}, "panels.mark"),
        ("a1", {"plan": True, "team": 1}, "panels.mark"),
    ],
)
def test_marks_that_cannot_be_are_refused(board: Board, subject: str, marks: Any, code: str) -> None:
    board.owner.asked = panels.Task.marks(TWO, CRITERIA)
    panel = board.seat()
    with pytest.raises(Fault) as fault:
        panels.give_marks(board.as_member(board.members(panel)[0]), panel.id, subject, marks)
    assert fault.value.code == code


def test_a_refusal_of_the_owner_undoes_the_closing(board: Board) -> None:
    panel = board.seat()
    vote_all(board, panel, *["yes"] * 5)
    board.owner.refuses = Fault("case.busy")
    with pytest.raises(Fault, match=r"case\.busy"):
        close(board, panel)
    assert panels.find_panel(panel.id).state == "sitting" and "PanelClosed" not in logged(panel)


# --- ballots


@pytest.mark.parametrize(
    ("choices", "present", "quorate", "passed"),
    [
        (["yes"] * 4 + ["no"], 5, True, True),  # two thirds of five are four
        (["yes"] * 3 + ["no"] * 2, 5, True, False),
        (["yes"] * 3 + ["no"], 4, True, True),  # four present are a quorum of four, three are needed
        (["yes"] * 3, 3, False, False),
        (["yes"] * 3 + ["abstain"] * 2, 5, True, False),
    ],
)
def test_ballots_need_quorum_and_two_thirds(
    board: Board, choices: list[str], present: int, quorate: bool, passed: bool
) -> None:
    panel = board.seat()
    vote_all(board, panel, *choices)
    found = (close(board, panel).result or {})["ballots"]["a1"]
    assert (found["present"], found["quorate"], found["passed"]) == (present, quorate, passed)
    assert found["yes"] == choices.count("yes") and found["members"] == 5


def test_nobody_votes_twice_and_no_row_says_how(board: Board) -> None:
    panel = board.seat()
    vote_all(board, panel, "no")
    voter = board.members(panel)[0]
    with pytest.raises(Fault, match="voted_once"):
        panels.cast_ballot(board.as_member(voter), panel.id, {"a1": "yes", "a2": "yes"})
    with pytest.raises(Fault, match=r"panels\.voted"):
        panels.decline_seat(board.as_member(voter), panel.id, "出差")
    assert '"no"' not in logged(panel)
    assert "no" not in {str(value) for value in Member.objects.filter(pk=voter.pk).values()[0].values()}


@pytest.mark.parametrize(
    "votes", [{}, {"a1": "yes"}, {"a1": "yes", "a2": "maybe"}, {"a1": "yes", "a3": "yes"}]
)
def test_a_vote_is_whole(board: Board, votes: dict[str, str]) -> None:
    panel = board.seat()
    with pytest.raises(Fault, match=r"panels\.votes"):
        panels.cast_ballot(board.as_member(board.members(panel)[0]), panel.id, votes)


# --- the record


def finish(board: Board) -> Panel:
    """Close a panel in which two left their seats, and decide its owner."""
    panel = board.convene(most_same=1)
    board.contribute(panel)
    board.draw(panel)
    first, second = board.members(panel)[:2]
    panels.declare_recusal(board.as_member(first), panel.id, "interest")
    panels.decline_seat(board.as_member(second), panel.id, "出差")
    for member in board.members(panel):
        panels.accept_seat(board.as_member(member), panel.id)
    vote_all(board, panel, *["yes"] * 5)
    close(board, panel)
    board.owner.decided = True
    return panels.open_record(board.hall.system, panel.id)


def test_anybody_draws_the_panel_again(board: Board) -> None:
    record = panels.read_record(finish(board))
    drawn = check_record(json.loads(json.dumps(record)))
    assert drawn is not None and len(drawn.members) == 5
    text = json.dumps(record, ensure_ascii=False)
    assert "专家Z" not in text and "单位Z" not in text and "Title review" not in text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda r: r.update(secret="00" * 32), "panel.record.secret"),
        (lambda r: r["contributions"].update({"office/1": "ab" * 32}), "panel."),
        (lambda r: r["pool"].pop(), "panel.record.pool"),
        (lambda r: r["demand"].update(substitutes=4), "panel.record.pool"),
        (lambda r: r["recusal"]["experts"].update({r["pool"][0][0]: ["relative"]}), "panel.record.pool"),
        (lambda r: r["members"].reverse(), "panel.record.members"),
        (lambda r: r["changes"][0].update(seated=r["pool"][0][0]), "panel.record.change"),
        (lambda r: r.update(contributions={}), "panel.record.contributions"),
        (lambda r: r.update(pool=None), "panel.record.form"),
    ],
)
def test_a_forged_record_is_named(board: Board, change: Any, code: str) -> None:
    record = json.loads(json.dumps(panels.read_record(finish(board))))
    change(record)
    with pytest.raises(Fault) as fault:
        check_record(record)
    assert fault.value.code.startswith(code)


def test_names_wait_for_the_result(board: Board) -> None:
    panel = board.seat()
    vote_all(board, panel, *["yes"] * 5)
    panel = close(board, panel)
    panel = panels.open_record(board.hall.system, panel.id)
    assert panel.opened_ms is None and panels.public_names(panel) == {}
    assert panels.read_record(panel)["secret"] is None and panels.read_record(panel)["pool"] is None
    board.owner.decided = True
    panel = panels.open_record(board.hall.system, panel.id)
    assert set(panels.public_names(panel)) == {each.alias for each in board.members(panel)}
    assert "专家" not in logged(panel)


def test_names_that_are_never_told_stay_so(board: Board) -> None:
    board.owner.held = panels.Rules(names="never")
    assert panels.public_names(finish(board)) == {}


# --- what waits for a member


def test_duties_follow_the_panel(board: Board) -> None:
    panel = board.convene()
    board.contribute(panel)
    board.draw(panel)
    head, *others = board.members(panel)
    assert [duty.step for duty in panels.list_duties(head.person)] == [panels.ACCEPT]
    for member in (head, *others):
        panels.accept_seat(board.as_member(member), panel.id)
    assert [duty.step for duty in panels.list_duties(head.person)] == [panels.VOTE]
    vote_all(board, panel, *["yes"] * 5)
    assert [duty.step for duty in panels.list_duties(head.person)] == [panels.CLOSE]
    assert not panels.list_duties(others[0].person)
    close(board, panel)
    assert not panels.list_duties(head.person)
