"""What a filing or a decision says, held against the questions asked: hidden ones dropped, faults gathered."""

from collections.abc import Mapping, Sequence
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.procedures.view import CaseView
from jishi.kernel.fault import Fault
from jishi.kernel.panel.ballot import Rule as BallotRule
from jishi.kernel.panel.ballot import Tally
from jishi.kernel.panel.ballot import decide as decide_ballot

Answers = dict[str, Any]
COUNTS = Tally._fields


def clean_answers(
    view: CaseView, questions: Sequence[packs.Question], raw: Mapping[str, Any]
) -> tuple[Answers, list[Fault]]:
    """Give the clean answers to the questions that are asked, and every fault; answers to hidden ones fall away."""
    given = {**view.said.get("form", {}), **raw}
    asked = packs.shown(questions, given, view.ask)
    names = {each.name for each in questions}
    kept = {
        name: value
        for name, value in raw.items()
        if name not in names or name in {each.name for each in asked}
    }
    clean, faults = packs.validate_fields(asked, kept)
    return _follow(asked, clean, faults, "")


def _follow(
    asked: Sequence[packs.FieldKind], clean: Answers, faults: list[Fault], prefix: str
) -> tuple[Answers, list[Fault]]:
    """Give each offering by its id, however it was named; a fault where the public knows none of that name."""
    found, faults = dict(clean), list(faults)
    for each in asked:
        value, place = clean.get(each.name), f"{prefix}{each.name}"
        if value is None:
            continue
        if each.type == "table":
            lines = [
                _follow(each.columns, line, [], f"{place}[{number}].")
                for number, line in enumerate(value, start=1)
            ]
            found[each.name] = [line for line, _faults in lines]
            faults += [fault for _line, wrong in lines for fault in wrong]
        elif each.type == "offering":
            try:
                found[each.name] = market.require_named(value).id
            except Fault as fault:
                del found[each.name]
                faults.append(Fault(fault.code, **fault.params, field=place))
    return found, faults


def check_votes(view: CaseView) -> list[Fault]:
    """Give what is wrong with the counts of paper votes: absent, impossible, or not passed where they must."""
    faults: list[Fault] = []
    for vote in view.kind.votes:
        if not view.holds(vote.when):
            continue
        counts = view.said.get("votes", {}).get(vote.id)
        if not counts:
            faults.append(Fault("procedures.vote.missing", vote=vote.id))
            continue
        try:
            found = view.vote(vote.id)
        except Fault as fault:
            faults.append(Fault(fault.code, **fault.params, field=f"votes.{vote.id}"))
            continue
        if vote.must_pass and not found["passed"]:
            faults.append(
                Fault("procedures.vote.failed", vote=vote.id, yes=found["yes"], needed=found["needed"])
            )
    return faults


def read_counts(raw: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Read the counts of votes as whole numbers; Fault `procedures.vote.counts`."""
    try:
        return {
            vote: {name: int(counts.get(name, 0) or 0) for name in COUNTS} for vote, counts in raw.items()
        }
    except (TypeError, ValueError, AttributeError):
        raise Fault("procedures.vote.counts", valid=", ".join(COUNTS)) from None


def check_documents(view: CaseView, needs: Sequence[packs.DocumentNeed]) -> list[Fault]:
    """Give a fault for each document that is asked for and not there."""
    return [
        Fault("procedures.document.missing", document=need.id, field=f"documents.{need.id}")
        for need in needs
        if need.required and view.holds(need.when) and need.id not in view.files
    ]


def first_of(faults: Sequence[Fault]) -> None:
    """Raise the first fault, with how many there are; nothing where there is none."""
    if faults:
        first = faults[0]
        raise Fault(first.code, **{**first.params, "problems": len(faults)})


def tally(rule: tuple[Any, Any, str, bool], counts: Mapping[str, int]) -> dict[str, Any]:
    """Count a ballot by (quorum, majority, base, strict)."""
    quorum, majority, base, strict = rule
    shares = (quorum.numerator, quorum.denominator), (majority.numerator, majority.denominator)
    verdict = decide_ballot(BallotRule(*shares, base, strict), Tally(**counts))
    return {**counts, "passed": verdict.passed, "needed": verdict.needed, "quorum": verdict.quorum}
