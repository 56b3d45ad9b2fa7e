"""Negotiation with publicity: one applicant, a floor, objections, and who may step before."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.acts import Agree, Answer, Decline, Exercise, Object, Prefer
from jishi.kernel.mechanism.negotiation import NEGOTIATION
from tests.kernel.mechanism_run import Run, check_replay

TERMS = {
    "lot": "lot-1",
    "opens": 100,
    "closes": 200,
    "registration_end": 180,
    "floor_fen": 1_000,
    "publicity_ms": 50,
    "first_refusal_ms": 20,
}
WRONG, LATE = "aa" * 32, "bb" * 32
AGREED = ((inputs.Admit("a"), 10), (Agree("a", 1_200), 150))


def talks(*said: tuple[Any, int], **terms: Any) -> Run:
    run = Run(NEGOTIATION, {**TERMS, **terms})
    run.allow(*said)
    return run


def pass_to(run: Run, at_ms: int) -> None:
    """Let the clocks due by an instant run out."""
    run.say(inputs.Tick(), at_ms)


def test_an_agreed_price_stands_after_the_publicity() -> None:
    run = talks(*AGREED)
    assert (run.view.phase, run.view.due_ms, run.view.leader) == ("publicity", 200, "a")
    pass_to(run, 199)
    assert run.result == ("open", None) and run.got == {}
    pass_to(run, 200)
    assert run.result == ("sold", None) and run.got == {"a": 1_200} and run.outcome["winner"] == "a"


def test_not_below_the_floor_and_only_with_the_applicant() -> None:
    run = talks((inputs.Admit("a"), 10))
    assert run.say(Agree("a", 999), 150) == "negotiation.below_floor"
    assert run.say(Agree("b", 1_200), 150) == "negotiation.not_applicant"
    assert run.say(Agree("a", 1_000), 150) is None
    assert run.say(Agree("a", 1_100), 151) == "mechanism.not_now"


def test_no_agreement_in_time() -> None:
    run = talks((inputs.Admit("a"), 10))
    pass_to(run, 200)
    assert run.result == ("unsold", "no_agreement")


@pytest.mark.parametrize("second_ms", [20, 120, 170])
def test_a_second_applicant_converts_whenever_it_comes(second_ms: int) -> None:
    early = [(inputs.Admit("b"), second_ms)] if second_ms < 150 else []
    run = talks((inputs.Admit("a"), 10), *early)
    if not early:
        run.allow((Agree("a", 1_200), 150), (inputs.Admit("b"), second_ms))
    pass_to(run, 199)
    assert run.result == ("converted", "second_applicant") and run.got == {}
    assert run.outcome["closed_at"] == max(second_ms, 100)  # before the opening nothing runs yet


def test_where_the_notice_says_so_a_second_applicant_is_refused() -> None:
    run = talks((inputs.Admit("a"), 10), second_applicant="refuse")
    assert run.say(inputs.Admit("b"), 120) == "negotiation.one_applicant"
    run.allow((inputs.Withdraw("a"), 130), (inputs.Admit("b"), 140))


def test_an_objection_upheld_ends_it_and_one_unanswered_holds_it() -> None:
    run = talks(*AGREED, (Object(WRONG), 160), (Answer(WRONG, True), 170))
    assert run.result == ("unsold", "objection_upheld") and run.outcome["upheld"] == 1
    run = talks(*AGREED, (Object(WRONG), 160), (Object(LATE), 199))
    pass_to(run, 500)
    assert (run.view.phase, run.view.awaits, run.view.stage["unanswered"]) == ("awaiting_answer", "answer", 2)
    assert run.say(Object("cc" * 32), 500) == "mechanism.not_now"
    run.allow((Answer(WRONG, False), 510))
    assert run.result == ("open", None)
    run.allow((Answer(LATE, False), 520))
    assert run.result == ("sold", None) and run.outcome["closed_at"] == 520


def held(**terms: Any) -> Run:
    """Two holders, one admitted, before the applicant; the publicity has passed."""
    holders = ((Prefer("t", "tenant"), 5), (Prefer("u", "co_owner"), 5), (inputs.Admit("t"), 6))
    run = talks(*holders, *AGREED, **terms)
    pass_to(run, 200)
    return run


def test_a_holder_may_take_the_price_agreed() -> None:
    run = held()
    assert (run.view.phase, run.view.stage["entitled"], run.view.accepts) == (
        "first_refusal",
        ["t"],
        {"exercise", "decline"},
    )
    assert run.say(Exercise("a"), 205) == "first_refusal.not_entitled"
    assert run.say(Exercise("u"), 205) == "mechanism.not_admitted"
    run.allow((Exercise("t"), 210))
    assert run.result == ("sold", "first_refusal") and run.got == {"t": 1_200}


def test_a_right_let_go_or_slept_on_leaves_the_lot_to_the_party() -> None:
    declined, slept = held(), held()
    declined.allow((Decline("t"), 210))
    pass_to(slept, 220)
    assert declined.got == slept.got == {"a": 1_200}
    assert (declined.outcome["closed_at"], slept.outcome["closed_at"]) == (210, 220)


def test_a_holder_is_recorded_before_it_applies_and_where_there_is_time_to_exercise() -> None:
    run = talks((inputs.Admit("a"), 10))
    assert run.say(Prefer("a", "tenant"), 20) == "negotiation.holder_applies"
    assert run.say(Prefer("t", " "), 20) == "first_refusal.ground"
    run.allow((Prefer("t", "tenant"), 20), (inputs.Admit("t"), 120))  # a holder is no second applicant
    assert run.say(Prefer("t", "tenant"), 20 + 100) == "negotiation.holder_applies"
    assert run.say(Agree("t", 1_200), 130) == "negotiation.not_applicant"
    none = talks(first_refusal_ms=None)
    assert none.say(Prefer("t", "tenant"), 20) == "first_refusal.none"


ACTS = st.one_of(
    st.builds(inputs.Admit, st.sampled_from("abt")),
    st.builds(inputs.Withdraw, st.sampled_from("abt")),
    st.builds(Agree, st.sampled_from("abt"), st.integers(900, 1_200)),
    st.builds(Prefer, st.sampled_from("abt"), st.just("tenant")),
    st.builds(Object, st.sampled_from([WRONG, LATE])),
    st.builds(Answer, st.sampled_from([WRONG, LATE]), st.booleans()),
    st.builds(Exercise, st.sampled_from("at")),
    st.builds(Decline, st.sampled_from("at")),
    st.just(inputs.Suspend("why")),
    st.just(inputs.Resume()),
)


@given(st.lists(st.tuples(ACTS, st.integers(0, 30)), max_size=25), st.sampled_from(["convert", "refuse"]))
def test_replay_is_live_and_nothing_sells_below_the_floor(acts: Any, second: str) -> None:
    start = ((Prefer("t", "tenant"), 5), (inputs.Admit("t"), 6), (inputs.Admit("a"), 7))
    run, at_ms = talks(*start, second_applicant=second), 90
    for act, wait_ms in [*acts, (inputs.Resume(), 0), (inputs.Tick(), 900)]:
        at_ms, before, seen = at_ms + wait_ms, run.state, len(run.taken)
        refusal = run.say(act, at_ms)
        assert refusal is None or len(run.taken) > seen or run.state == before
    assert all(pay_fen >= 1_000 for pay_fen in run.got.values()) and len(run.got) <= 1
    assert (run.outcome["result"] == "sold") == bool(run.got)
    unanswered = [each for each, upheld in run.state.objections.items() if upheld is None]
    assert not (unanswered and run.got)
    check_replay(run)


@given(st.integers(1, 500))
def test_a_pause_moves_the_end_of_the_publicity(pause_ms: int) -> None:
    run = talks(*AGREED, (inputs.Suspend("why"), 160), (inputs.Resume(), 160 + pause_ms))
    assert NEGOTIATION.due(run.state) == 200 + pause_ms
