"""Every decision of the pack's dated cases is told in both languages, with its clauses, and nothing raw in it."""

import re
from functools import cache

import pytest

from jishi.apps.packs.api import Pack, load_pack
from jishi.apps.packs.rules.cases import DatedCase, read_cases
from jishi.kernel.rules.explain import explain
from jishi.kernel.rules.rule import Formula, Table
from jishi.platform.words.condition import Sayer
from jishi.platform.words.ruling import tell

RAW = re.compile(r"Fraction\(|FactRef|rules\.|\{|\}|Const\(")


@cache
def pack() -> Pack:
    return load_pack("jilin")


@cache
def cases() -> dict[str, list[DatedCase]]:
    found: dict[str, list[DatedCase]] = {}
    for case in read_cases(pack())[0]:
        found.setdefault(case.rule, []).append(case)
    return found


@pytest.mark.parametrize("area", sorted({rule.partition(".")[0] for rule in load_pack("jilin").rules}))
def test_each_dated_case_is_told_with_its_clauses(area: str) -> None:
    law = pack().law
    for rule, held in cases().items():
        if rule.partition(".")[0] != area:
            continue
        for case in held:
            if case.expected.text is not None:
                continue
            decision = law.decide(rule, case.facts, case.day)
            for language in ("zh", "en"):
                told = tell(explain(law, decision, case.facts), law.book, language)
                assert told.answer and told.question
                assert told.clauses or not decision.determined, f"{case.file} {case.key} cites nothing"
                said = [told.answer, told.reason, told.change, *told.needs]
                said += [mark.text for row in (*told.rows, *told.others) for mark in row.marks]
                assert not [each for each in said if RAW.search(each)], f"{case.file} {case.key} {language}"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_condition_can_be_said(language: str) -> None:
    book = pack().book
    for rule in book.rules.values():
        if not isinstance(rule, Table | Formula):
            continue
        for row in rule.rows:
            sayer = Sayer(book, row.since, language)
            if row.when is not None:
                said = sayer.condition(row.when)
                assert said and not RAW.search(said), f"{rule.id} {row.id}: {said}"
            if language == "en" and row.when is not None:
                assert not re.search(r"[一-鿿]", said), f"{rule.id} {row.id}: {said}"
