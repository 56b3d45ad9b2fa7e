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
    due, refused, paper, [run.act.entries.<name>] state and fields of an entry kept
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jishi.apps.packs.api import default_pack
from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Choice, Filing, Happening
from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EntryForm
from jishi.kernel.codes.uscc import make_uscc
from jishi.kernel.fault import Fault
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context, Permit
from jishi.platform.deadline import run_due
from tests.apps.procedures.conftest import PDF, Office, instant

RUNS = Path(__file__).parent / "runs"


def _read() -> list[Any]:
    found = []
    for path in sorted(RUNS.glob("*.toml")):
        for number, run in enumerate(tomllib.loads(path.read_text())["run"], start=1):
            found.append(pytest.param(path.stem, run, id=f"{path.stem}-{number}"))
    return found


class Cast:
    """The persons of a run: those of the office, and the roles it does not have."""

    def __init__(self, office: Office, run: Mapping[str, Any]) -> None:
        self.office, division = office, run.get("office", "220100")
        self.party = office.party
        if run.get("party") == "organisation":
            form = parties.PartyForm("organisation", "演示单位", make_uscc("91220101000000001"))
            self.party = parties.register_party(office.acting("unit"), form)
        form = parties.PartyForm("organisation", "演示村经济合作社", "11220281013524671G")
        self.behalf = ""
        if run.get("behalf") == "person":
            self.behalf = office.party.id
        elif run.get("behalf_how"):
            self.behalf = parties.register_party(office.acting("village"), form).id
        self.roles: dict[str, Context] = {
            "applicant": office.acting(
                "unit" if run.get("party") == "organisation" else "li", parties=(self.party.id,)
            ),
            **{
                name: office.acting(name, Permit(role, division))
                for name, role in (
                    ("clerk", "clerk"),
                    ("second", "clerk"),
                    ("reviewer", "reviewer"),
                    ("second_reviewer", "reviewer"),
                    ("regulator", "regulator"),
                    ("second_regulator", "regulator"),
                    ("treasurer", "treasurer"),
                )
            },
        }

    def __getitem__(self, name: str) -> Context:
        return self.roles[name]


def _file(cast: Cast, procedure: str, run: Mapping[str, Any]) -> str:
    subject = ""
    if "subject" in run:
        about = run["subject"]
        known = {"@party": cast.party.id, "@behalf": cast.behalf}
        data = {
            key: known.get(value, value) if isinstance(value, str) else value
            for key, value in about["data"].items()
        }
        form = EntryForm(about["register"], data, state=about.get("state", ""))
        subject = registers.create_entry(cast.office.ctx, form).id
    if "event" in run:
        about = (run["event"], f"{run['event']}/{subject}", run["division"], run.get("title", ""), subject)
        return procedures.start_by_event(cast.office.ctx, Happening(*about, cast.party.id))[0].id
    who = cast[run.get("filed_by", "applicant")]
    party = cast.party.id if run.get("filed_by", "applicant") == "applicant" or run.get("walk_in") else ""
    filing = Filing(
        procedure,
        run.get("form", {}),
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


@pytest.mark.parametrize(("procedure", "run"), _read())
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
