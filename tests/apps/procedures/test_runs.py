"""Every procedure of the pack runs from end to end as its dated runs say (`runs/<procedure>.toml` beside this file).

A run files a case on a day and lets persons and the clock act; each act may say the step, the last day and the state
of entries it leads to, or the refusal it meets:

    [[run]]
    title, day, party ("person" or "organisation"), form, documents, votes; filed_by ("applicant", or a role of the
    office) or event (the happening that begins it); behalf_how (filed for a collective, or with behalf = "person"
    for a person); [run.subject] register, state, data ("@party" the filer, "@behalf" whom it is for): the entry
    it is about
    [[run.act]]
    day, by (a person of the cast, or "clock"), do ("decide" unless told: supplement_asked supplement suspend
    resume extend withdraw reopen object answer panel fee), decision, because, words, documents,
    answers; then: step, outcome,
    due, refused, paper, suspended (of the lot), [run.act.entries.<name>] state and fields of an entry kept

`tests/web/test_procedure_runs_browser.py` plays some of them through the pages.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from jishi.apps.market.reads import get_offering
from jishi.apps.packs.api import default_pack
from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Choice, Filing
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context, Permit
from jishi.platform.deadline import run_due
from tests.apps.procedures.conftest import PDF, Office, instant
from tests.apps.procedures.run_file import (
    HERE,
    RUNS,
    STAFF,
    UNIT,
    VILLAGE,
    enter_subject,
    fill_lot,
    happening_of,
    is_own,
    put_on_sale,
    read_runs,
)


class Cast:
    """The persons of a run: those of the office, and the roles it does not have."""

    def __init__(self, office: Office, run: Mapping[str, Any]) -> None:
        self.office, division = office, run.get("office", HERE)
        unit = run.get("party") == "organisation"
        self.party = parties.register_party(office.acting("unit"), UNIT) if unit else office.party
        self.behalf = ""
        if run.get("behalf") == "person":
            self.behalf = office.party.id
        elif run.get("behalf_how"):
            self.behalf = parties.register_party(office.acting("village"), VILLAGE).id
        self.roles: dict[str, Context] = {
            "applicant": office.acting("unit" if unit else "li", parties=(self.party.id,)),
            **{name: office.acting(name, Permit(role, division)) for name, role in STAFF.items()},
        }
        officers = (office.user("clerk").pk, office.user("reviewer").pk)
        self.lot = put_on_sale(office.ctx, "TS-1", *officers) if run.get("lot") else ""

    def __getitem__(self, name: str) -> Context:
        return self.roles[name]


def _file(cast: Cast, procedure: str, run: Mapping[str, Any]) -> str:
    entry = enter_subject(cast.office.ctx, run, cast.party.id, cast.behalf)
    subject = entry.id if entry else ""
    if "event" in run:
        happening = happening_of(run, subject, cast.party.id)
        return procedures.start_by_event(cast.office.ctx, happening)[0].id
    who = cast[run.get("filed_by", "applicant")]
    party = cast.party.id if is_own(run) or run.get("walk_in") else ""
    filing = Filing(
        procedure,
        fill_lot(run, cast.lot),
        division=run.get("division", ""),
        party=party,
        behalf=cast.behalf,
        behalf_how=run.get("behalf_how", ""),
        subject=subject,
        votes=run.get("votes", {}),
    )
    papers = [(need, f"{need}.pdf", PDF) for need in run.get("documents", [])]
    return procedures.file_case(who, filing, papers).id


def _act(cast: Cast, case: str, act: Mapping[str, Any]) -> None:
    who, ctx = cast[act["by"]], cast.office.ctx
    for need in act.get("documents", []):
        procedures.attach_document(who, case, (need, f"{need}.pdf", PDF))
    seq = procedures.open_case(ctx, case).seq
    words = act.get("words", "")
    answers = act.get("answers", {})
    ways: dict[str, Any] = {
        "decide": lambda: procedures.decide(
            who, case, Choice(act["decision"], seq, act.get("because", ""), words, answers)
        ),
        "supplement_asked": lambda: procedures.request_supplement(who, case, words, seq=seq),
        "supplement": lambda: procedures.supplement(who, case, act.get("form")),
        "suspend": lambda: procedures.suspend(who, case, act["ground"], words, seq=seq),
        "resume": lambda: procedures.resume(who, case, words, seq=seq),
        "extend": lambda: procedures.extend(who, case, words, seq=seq),
        "withdraw": lambda: procedures.withdraw(who, case, words),
        "reopen": lambda: procedures.reopen(who, case, words, seq=seq),
        "object": lambda: procedures.object_to(who, procedures.open_case(ctx, case).notices[-1].id, words),
        "answer": lambda: procedures.answer_objection(
            who, procedures.open_case(ctx, case).objections[-1].id, act["verdict"], words
        ),
        "panel": lambda: procedures.decide_by_panel(ctx, case, act["counts"], passed=act["passed"]),
        "fee": lambda: procedures.record_fee(
            who,
            case,
            act["decision"],
            seq=seq,
            paid_fen=act["paid_fen"],
            reference=act.get("reference", "R1"),
        ),
    }
    ways[act.get("do", "decide")]()


def _check(cast: Cast, case: str, act: Mapping[str, Any]) -> None:
    seen = procedures.open_case(cast.office.ctx, case)
    if "step" in act:
        assert seen.row.step == act["step"]
    if "outcome" in act:
        assert seen.row.outcome == act["outcome"]
    if "due" in act:
        assert seen.row.due_day == act["due"]
    for name, wanted in act.get("entries", {}).items():
        entry_id = (
            seen.kept[name] if name in seen.kept else procedures.open_case(cast.office.ctx, case).subject
        )
        entry = registers.get_entry(entry_id)
        got = {key: entry.state if key == "state" else entry.data.get(key) for key in wanted}
        assert got == {key: str(value) if isinstance(value, date) else value for key, value in wanted.items()}
    if "paper" in act:
        assert seen.papers and seen.papers[-1].title["en"] == act["paper"]
    if "suspended" in act:
        assert get_offering(cast.lot).suspended == act["suspended"]


@pytest.mark.parametrize(
    ("procedure", "run"),
    [pytest.param(name, run, id=f"{name}-{number}") for name, number, run in read_runs()],
)
def test_a_procedure_runs_as_its_dated_run_says(
    procedure: str, run: dict[str, Any], office: Office, clock: SimulatedClock, ctx: Context
) -> None:
    clock.move_to(instant(run["day"]))
    cast = Cast(office, run)
    if "refused" in run:
        with pytest.raises(Fault) as refused:
            _file(cast, procedure, run)
        assert refused.value.code == run["refused"]
        return
    case = _file(cast, procedure, run)
    _check(cast, case, run)
    for act in run.get("act", []):
        clock.move_to(max(clock.now_ms(), instant(act["day"], act.get("hour", 10))))
        run_due(ctx)
        if act["by"] == "clock":
            pass  # only what falls due acts
        elif "refused" in act:
            with pytest.raises(Fault) as refused:
                _act(cast, case, act)
            assert refused.value.code == act["refused"]
        else:
            _act(cast, case, act)
        _check(cast, case, act)


def test_every_procedure_of_the_pack_has_a_run() -> None:
    shown = {path.stem for path in RUNS.glob("*.toml")} | {"labour.residence_permit"}
    assert set(default_pack().procedures) <= shown
