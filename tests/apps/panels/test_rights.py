"""Who may do what to a panel: each role in its own divisions, members in their own seats, and nobody else."""

from collections.abc import Callable

import pytest

from jishi.apps.panels import api as panels
from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from tests.apps.market.hall import HERE
from tests.apps.panels.board import LAW, PART, Board

EVERYONE = ("anyone", "member", "north", "clerk", "reviewer", "regulator", "auditor", "treasurer", "far_clerk",
            "far_reviewer", "far_regulator")  # fmt: skip
FORM = panels.ExpertForm("N1", "某某", "某单位", (LAW,), HERE)
ASKED = panels.Convening("case", "9", (("道路", 4), (LAW, 1)))
Step = Callable[[Context, Board, str], object]
STEPS: dict[str, tuple[Step, tuple[str, ...]]] = {
    "add": (lambda ctx, board, id: panels.add_expert(ctx, FORM), ("clerk",)),
    "amend": (lambda ctx, board, id: panels.amend_expert(ctx, board.experts[0].id, FORM), ("clerk",)),
    "suspend": (
        lambda ctx, board, id: panels.set_expert_state(ctx, board.experts[0].id, "suspended", "x"),
        ("clerk",),
    ),
    "convene": (lambda ctx, board, id: panels.convene(ctx, ASKED), ("clerk",)),
    "contribute": (lambda ctx, board, id: panels.contribute(ctx, id, PART), ("regulator", "auditor")),
    "draw": (lambda ctx, board, id: panels.draw_members(ctx, id), ("reviewer",)),
    "replace": (lambda ctx, board, id: panels.replace_member(ctx, id, "P0", "declined"), ("clerk",)),
    "dissolve": (lambda ctx, board, id: panels.dissolve_panel(ctx, id, "x"), ("reviewer",)),
    "accept": (lambda ctx, board, id: panels.accept_seat(ctx, id), ()),
    "recuse": (lambda ctx, board, id: panels.declare_recusal(ctx, id, "interest"), ()),
    "mark": (lambda ctx, board, id: panels.give_marks(ctx, id, "a1", {}), ()),
    "vote": (lambda ctx, board, id: panels.cast_ballot(ctx, id, {}), ()),
    "close": (lambda ctx, board, id: panels.close_panel(ctx, id), ()),
}


@pytest.mark.parametrize("step", STEPS)
def test_only_who_may_does(board: Board, step: str) -> None:
    act, may = STEPS[step]
    panel = board.convene()
    if step in ("accept", "recuse", "mark", "vote", "close"):
        board.contribute(panel)
        board.draw(panel)
    if step in ("mark", "vote", "close"):
        for member in board.members(panel):
            panels.accept_seat(board.as_member(member), panel.id)
    denied = []
    for name in EVERYONE:
        try:
            act(board.hall.as_(name), board, panel.id)
        except Fault as fault:
            if fault.code == "access.denied":
                denied.append(name)
    assert set(EVERYONE) - set(denied) == set(may)


def test_a_member_of_one_panel_has_no_seat_in_another(board: Board) -> None:
    first, second = board.seat("1"), board.seat("2")
    own = {each.person for each in board.members(first)}
    others = [each for each in board.members(second) if each.person not in own]
    assert others, "the draws happen to seat the same people; choose other owners"
    with pytest.raises(Fault, match=r"access\.denied"):
        panels.cast_ballot(board.as_member(others[0]), first.id, {"a1": "yes", "a2": "yes"})
    assert panels.find_seat(first.id, others[0].person) is None
