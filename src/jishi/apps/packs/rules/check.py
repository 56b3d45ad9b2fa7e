"""Run the dated cases of a pack and say, for each that differs, what came out and what was expected."""

from collections.abc import Iterable, Iterator

from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import Problem
from jishi.apps.packs.rules.cases import DatedCase, read_cases
from jishi.apps.packs.rules.writing import written_answer
from jishi.kernel.fault import Fault
from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.rule import Wording
from jishi.kernel.rules.wording import Scanner


def check_cases(pack: Pack) -> list[Problem]:
    """Run every dated case; list those that cannot be read and those that come out otherwise."""
    cases, problems = read_cases(pack)
    return [*problems, *run_cases(pack, cases)]


def run_cases(pack: Pack, cases: Iterable[DatedCase]) -> Iterator[Problem]:
    """Yield a problem for each thing about a case that comes out otherwise."""
    scanners: dict[str, Scanner] = {}
    for case in cases:
        rule = pack.rule(case.rule)
        try:
            if isinstance(rule, Wording):
                scanner = scanners.setdefault(rule.id, Scanner(rule, pack.book))
                yield from _hold_text(case, scanner)
            else:
                yield from _hold(pack, case, pack.law.decide(case.rule, case.facts, case.day))
        except Fault as fault:
            yield Problem(case.file, case.key, str(case.day), fault.code, "", dict(fault.params))


def _hold(pack: Pack, case: DatedCase, decision: Decision) -> Iterator[Problem]:
    rule, wanted = pack.rule(case.rule), case.expected
    shown = {"day": case.day.isoformat(), "row": decision.row or "", "reason": decision.reason}
    if decision.answer != wanted.answer:
        said = (written_answer(rule, decision.answer), written_answer(rule, wanted.answer))
        needs = ", ".join(decision.missing)
        yield _differs(case, "answer", "pack.case_answer", said, params={**shown, "needs": needs})
        return
    if wanted.row is not None and wanted.row != decision.row:
        said = (decision.row or "", wanted.row)
        yield _differs(case, "row", "pack.case_row", said, params=shown)
    lacking = [clause for clause in wanted.cites if clause not in decision.clauses]
    if lacking:
        said = (", ".join(decision.clauses), ", ".join(lacking))
        yield _differs(case, "cites", "pack.case_cites", said, params=shown)
    if wanted.needs is not None and set(wanted.needs) != set(decision.missing):
        said = (", ".join(decision.missing), ", ".join(wanted.needs))
        yield _differs(case, "needs", "pack.case_needs", said, params=shown)


def _hold_text(case: DatedCase, scanner: Scanner) -> Iterator[Problem]:
    found = scanner.scan(case.expected.text or "", case.facts, case.day)
    patterns = tuple(each.pattern for each in found)
    if patterns != case.expected.finds:
        spans = "、".join(f"{each.pattern}「{each.text}」" for each in found)
        said = (spans, ", ".join(case.expected.finds))
        yield _differs(case, "finds", "pack.case_finds", said, params={"day": case.day.isoformat()})
    clauses = {clause for each in found for clause in each.clauses}
    lacking = [clause for clause in case.expected.cites if clause not in clauses]
    if lacking:
        said = (", ".join(sorted(clauses)), ", ".join(lacking))
        yield _differs(case, "cites", "pack.case_cites", said, params={"day": case.day.isoformat()})


def _differs(
    case: DatedCase, key: str, code: str, said: tuple[str, str], *, params: dict[str, str]
) -> Problem:
    found, expected = said
    return Problem(case.file, f"{case.key}.{key}", found, code, expected, params)
