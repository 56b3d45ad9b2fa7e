"""Random walks over random sound plans: no act skips a step, none is done by the wrong person, replay is the same."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jishi.kernel.calendar.limit import Limit, Sense
from jishi.kernel.fault import Fault
from jishi.kernel.procedure.act import Act, ActKind, read_act
from jishi.kernel.procedure.clock import Pause
from jishi.kernel.procedure.fold import advance, due, fold, opening_day
from jishi.kernel.procedure.plan import Clock, Decision, Plan, Step
from jishi.kernel.procedure.soundness import findings
from jishi.kernel.procedure.state import CaseState, read_state

START = date(2020, 11, 23)
ROLES = ("clerk", "reviewer", "applicant")
PEOPLE = ("", "a", "b", "c", "own")
Drawn = tuple[ActKind, int, str, str, int, bool]
KINDS: tuple[ActKind, ...] = (
    "decided", "expired", "supplement_asked", "supplemented", "suspended", "resumed", "extended", "objected",
    "answered", "withdrawn", "reopened", "recused",
)  # fmt: skip


def limit_on(name: str, day: date) -> tuple[Limit, Sense]:
    unit, amount = name.split(":")
    return Limit(name, int(amount), unit), "within"  # type: ignore[arg-type]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw a plan whose findings are none: what the loader would let through."""
    names = [f"s{place}" for place in range(draw(st.integers(1, 5)))]
    ends = ("done", "gone")
    steps = {}
    for place, name in enumerate(names):
        targets = st.sampled_from([*names, *ends])
        ways = [Decision("on", names[place + 1] if place + 1 < len(names) else "done")]
        ways += [
            Decision(f"d{n}", draw(targets), needs_reason=draw(st.booleans()))
            for n in range(draw(st.integers(0, 2)))
        ]
        clock = None
        if draw(st.booleans()):
            ways.append(Decision("late", draw(targets), by="clock"))
            clock = Clock(
                draw(st.sampled_from(["working_day:3", "calendar_day:5"])), overdue="late", extend="month:1"
            )
        elif draw(st.booleans()):
            clock = Clock("working_day:2")
        steps[name] = Step(
            name, draw(st.sampled_from(ROLES)), tuple(ways),
            not_by=frozenset(draw(st.sets(st.sampled_from(names[:place]), max_size=1)) if place else ()),
            clock=clock, supplement=Clock("calendar_day:4") if draw(st.booleans()) else None,
            pauses=frozenset({"hearing"} if draw(st.booleans()) else ()), objections=draw(st.booleans()),
        )  # fmt: skip
    plan = Plan("p", "s0", steps, frozenset(ends), {"s0": "gone"}, {"done": "s0"})
    assume(not list(findings(plan)))
    return plan


acts = st.tuples(
    st.sampled_from((*KINDS, *["decided"] * 12)), st.integers(0, 6), st.sampled_from(PEOPLE), st.sampled_from(ROLES),
    st.integers(0, 7), st.booleans(),
)  # fmt: skip


def walk(plan: Plan, drawn: list[Drawn]) -> Iterator[tuple[CaseState, Act, CaseState]]:
    """Yield each act that was not refused, with the states before and after."""
    day = START
    filed = Act("filed", day, "own", "applicant", interested=("own",))
    state = advance(plan, CaseState(), filed, limit_on)
    yield CaseState(), filed, state
    for kind, days, by, role, way, reasoned in drawn:
        day += timedelta(days=days)
        act = Act(kind, day, by, role, state.step, "", "", reasoned)
        if not state.ended:
            step = plan.steps[state.step]
            names = [each.id for each in step.decisions]
            choice = {
                "decided": names[way % len(names)],
                "expired": "late",
                "recused": by,
                "suspended": "hearing",
            }
            role = step.role if way else role  # seven of eight come in the right role, or nothing would move
            act = Act(kind, day, by, role, step.id, choice.get(kind, ""), "", reasoned)
        try:
            after = advance(plan, state, act, limit_on)
        except Fault:
            continue
        yield state, act, after
        state = after


@given(plans(), st.lists(acts, max_size=40))
def test_no_walk_ever_skips_a_step(plan: Plan, drawn: list[Drawn]) -> None:
    for before, act, after in walk(plan, drawn):
        assert after.seq == before.seq + 1
        if act.kind == "filed":
            assert after.step == plan.first
        elif after.step == before.step:
            assert after.ended == before.ended
        elif act.kind == "withdrawn":
            assert plan.withdraw[before.step] == after.step
        elif act.kind == "reopened":
            assert before.ended and plan.reopen[before.step] == after.step
        else:
            ways = {each.id: each for each in plan.steps[before.step].decisions}
            assert act.kind in ("decided", "expired") and ways[act.choice].next == after.step


@given(plans(), st.lists(acts, max_size=40))
def test_every_decision_was_its_persons_to_take(plan: Plan, drawn: list[Drawn]) -> None:
    earlier: list[tuple[str, str]] = []
    recused: set[str] = set()
    for before, act, _ in walk(plan, drawn):
        if act.kind == "recused":
            recused.add(act.choice)
        if act.kind == "decided":
            step = plan.steps[before.step]
            assert (
                act.role == step.role
                and before.paused is None
                and not (step.objections and before.objections)
            )
            if step.role != "applicant":
                assert act.by != "own" and act.by not in recused
                assert not any((place, act.by) in earlier for place in step.not_by if act.by)
            earlier.append((before.step, act.by))
        if act.kind == "expired":
            ends = due(plan, before, limit_on)
            assert ends is not None and act.day > ends.last_day


@given(plans(), st.lists(acts, max_size=30))
def test_replay_gives_the_same_state_and_states_survive_storage(plan: Plan, drawn: list[Drawn]) -> None:
    path = list(walk(plan, drawn))
    last = path[-1][2]
    assert fold(plan, [read_act(act.to_json()) for _, act, _ in path], limit_on) == last
    assert read_state(last.to_json()) == last


def plan(*steps: Step, **more: object) -> Plan:
    return Plan("p", steps[0].id, {each.id: each for each in steps}, frozenset({"end"}), **more)  # type: ignore[arg-type]


def test_findings_name_what_cannot_be_walked() -> None:
    on = Decision("on", "end")
    lost = Step("lost", "clerk", (on,))
    circle = Step("circle", "clerk", (Decision("again", "circle"),))
    first = Step("first", "clerk", (on, Decision("round", "circle"), Decision("silent", "end", by="clock")))
    nobody = Step("nobody", "system", (on,), not_by=frozenset({"nobody"}))
    first = Step("first", "clerk", (*first.decisions, Decision("away", "nobody")))
    found = {(place, code) for place, code, _ in findings(plan(first, lost, circle, nobody))}
    assert found == {
        ("lost", "procedure.unreachable"), ("circle", "procedure.dead_end"),
        ("first.silent", "procedure.never_taken"), ("nobody", "procedure.nobody"),
        ("nobody", "procedure.not_by_itself"),
    }  # fmt: skip


def refused(made: Plan, state: CaseState, act: Act) -> str:
    with pytest.raises(Fault) as caught:
        advance(made, state, act, limit_on)
    return caught.value.code


def test_who_may_not_act_is_told_why() -> None:
    one = Step("one", "clerk", (Decision("on", "two"),))
    two = Step(
        "two", "clerk", (Decision("on", "end", needs_reason=True),), not_by=frozenset({"one", "filing"})
    )
    made = plan(one, two)
    state = advance(made, CaseState(), Act("filed", START, "f", interested=("own",)), limit_on)
    on = Act("decided", START, "a", "clerk", "one", "on")
    assert refused(made, state, Act("decided", START, "own", "clerk", "one", "on")) == "procedure.own_case"
    state = advance(made, state, Act("recused", START, "b", "clerk", "one", "b"), limit_on)
    assert refused(made, state, Act("decided", START, "b", "clerk", "one", "on")) == "procedure.recused"
    state = advance(made, state, on, limit_on)
    assert refused(made, state, on) == "procedure.step.passed"
    for earlier in ("a", "f"):
        again = Act("decided", START, earlier, "clerk", "two", "on", reasoned=True)
        assert refused(made, state, again) == "procedure.same_person"
    assert (
        refused(made, state, Act("decided", START, "c", "clerk", "two", "on")) == "procedure.reason.missing"
    )


def test_nothing_is_decided_while_suspended_or_objected_to() -> None:
    step = Step("s", "clerk", (Decision("on", "end"),), pauses=frozenset({"hearing"}), objections=True)
    made, on = plan(step), Act("decided", START, "a", "clerk", "s", "on")
    filed = advance(made, CaseState(), Act("filed", START), limit_on)
    held = advance(made, filed, Act("suspended", START, "a", "clerk", "s", "hearing"), limit_on)
    assert refused(made, held, on) == "procedure.suspended"
    assert advance(
        made, advance(made, held, Act("resumed", START, "a", "clerk"), limit_on), on, limit_on
    ).ended
    objected = advance(made, filed, Act("objected", START, "n"), limit_on)
    assert refused(made, objected, on) == "procedure.objections.open"
    assert advance(
        made, advance(made, objected, Act("answered", START, "a", "clerk"), limit_on), on, limit_on
    ).ended


def test_a_clock_acts_the_day_after_its_last_and_may_be_lengthened_once() -> None:
    late = Decision("late", "end", by="clock")
    step = Step(
        "s", "clerk", (late,), clock=Clock("calendar_day:4", overdue="late", extend="calendar_day:11")
    )
    made = plan(step)
    state = advance(made, CaseState(), Act("filed", START), limit_on)
    last = START + timedelta(days=4)
    assert refused(made, state, Act("expired", last, choice="late")) == "procedure.clock.running"
    assert advance(made, state, Act("expired", last + timedelta(days=1), choice="late"), limit_on).ended
    longer = advance(made, state, Act("extended", START, "a", "clerk", "s", reasoned=True), limit_on)
    ends = due(made, longer, limit_on)
    assert ends is not None and ends.last_day == START + timedelta(days=11)
    again = Act("extended", START, "a", "clerk", "s", reasoned=True)
    assert refused(made, longer, again) == "procedure.extension.none"
    decided = Act("decided", START, "a", "clerk", "s", "late")
    assert refused(made, state, decided) == "procedure.decision.unknown"


def test_a_provisional_clock_deems_nothing() -> None:
    step = Step(
        "s", "clerk", (Decision("late", "end", by="clock"),), clock=Clock("working_day:2", overdue="late")
    )
    made, day = plan(step), date(2029, 1, 1)
    state = advance(made, CaseState(), Act("filed", day), limit_on)
    after = advance(made, state, Act("expired", date(2029, 1, 4), choice="late"), limit_on)
    assert (after.step, after.overdue) == ("s", True)


def test_a_clock_since_an_earlier_step_runs_on() -> None:
    one = Step("one", "clerk", (Decision("on", "two"),), clock=Clock("calendar_day:7"))
    two = Step("two", "clerk", (Decision("on", "end"),), clock=Clock("calendar_day:7", since="one"))
    made = plan(one, two)
    state = advance(made, CaseState(), Act("filed", START), limit_on)
    before = due(made, state, limit_on)
    state = advance(
        made, state, Act("decided", START + timedelta(days=3), "a", "clerk", choice="on"), limit_on
    )
    assert due(made, state, limit_on) == before


def test_a_window_opens_before_the_end() -> None:
    assert opening_day(Limit("w", 1, "month"), date(2021, 11, 23)) == date(2021, 10, 23)
    assert Pause(START, START, "x").covers(START) is False


def test_what_is_no_act_is_refused() -> None:
    with pytest.raises(Fault, match=r"procedure\.act\.unreadable"):
        read_act({**Act("filed", START).to_json(), "kind": "skipped"})
    with pytest.raises(Fault, match=r"procedure\.act\.unreadable"):
        read_act({"kind": "filed"})
