"""Read facts and rules of a pack and hold them against each other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from jishi.apps.packs.kinds.rule import RULE_FILES, FactRow, RuleRow, ScheduleFile, TableFile
from jishi.apps.packs.rules.build import Builder, Frame
from jishi.apps.packs.rules.derived import check_derived
from jishi.apps.packs.rules.facts import build_fact
from jishi.apps.packs.rules.report import Lost, Report
from jishi.apps.packs.rules.schedule import build_schedule
from jishi.apps.packs.source import Source
from jishi.kernel.law.clause import Clause
from jishi.kernel.law.parameter import Parameter
from jishi.kernel.rules.fact import Fact, Vocabulary
from jishi.kernel.rules.grammar import Scope
from jishi.kernel.rules.rule import Rule

Law = tuple[Mapping[str, Clause], Mapping[str, Parameter], Mapping[str, Vocabulary]]
Facts = dict[str, Fact]
Rules = dict[str, Rule]
CODE_LISTS = {"divisions.csv": "division", "land_use.csv": "land_use"}


def read_rules(source: Source, law: Law) -> tuple[Facts, Rules]:
    """Read facts/ and rules/; problems go to `source`, each rule is built from what is sound in it."""
    clauses, parameters, vocabularies = law
    files = dict(_rule_files(source))
    facts, homes, waiting = _facts(source, vocabularies, _answers(files))
    lost = {folder: Lost(source.problems, folder) for folder in ("facts", "parameters", "clauses")}
    lost["facts"].names |= waiting
    scope = Scope(facts, {key: each.unit for key, each in parameters.items()})
    frame = Frame(scope, clauses, lost, _unsure(source, facts, vocabularies))
    rules = {}
    for name, file in files.items():
        rules[file.id] = _build(file, source, Builder(frame, Report(name, source.problems), file.facts))
    check_derived(facts, rules, homes, source.problems)
    return _sound(facts, rules, source) if source.problems else (facts, rules)


def _unsure(source: Source, facts: Facts, vocabularies: Mapping[str, Vocabulary]) -> frozenset[str]:
    """Name the facts whose codes a broken file lists: what is not among them may only have been lost."""
    broken = {CODE_LISTS.get(each.file) for each in source.problems}
    lists = [words for name, words in vocabularies.items() if name in broken]
    return frozenset(fact.name for fact in facts.values() if any(fact.vocabulary is each for each in lists))


def _sound(facts: Facts, rules: Rules, source: Source) -> tuple[Facts, Rules]:
    """Leave out the rules with a problem, those that need them, and the ties of facts to them."""
    broken = {PurePosixPath(each.file).stem for each in source.problems if each.file.startswith("rules/")}
    kept = {key: rule for key, rule in rules.items() if key not in broken and facts.keys() >= set(rule.facts)}
    return {
        name: fact if fact.rule in kept else replace(fact, rule=None) for name, fact in facts.items()
    }, kept


def _rule_files(source: Source) -> Iterator[tuple[str, RuleRow]]:
    for name in source.names("rules/*.toml"):
        raw = source.raw(name)
        if raw is None:
            continue
        model = RULE_FILES.get(str(raw.get("kind")))
        if model is None:
            source.report(name, "kind", raw.get("kind", ""), "pack.bad_value", valid=", ".join(RULE_FILES))
            continue
        file = source.row(name, model, raw)
        if file is None:
            continue
        if PurePosixPath(name).stem != file.id:
            source.report(name, "id", file.id, "pack.rule_name", valid=f"rules/{file.id}.toml")
        yield name, file


def _answers(files: Mapping[str, RuleRow]) -> dict[str, Any]:
    return {file.id: file.answers for file in files.values() if isinstance(file, TableFile)}


def _facts(
    source: Source, vocabularies: Mapping[str, Vocabulary], answers: Mapping[str, Any]
) -> tuple[Facts, dict[str, str], set[str]]:
    """Give the facts, the file each stands in, and those whose answers a broken rule keeps back.

    A name stands once in the whole pack.
    """
    facts: Facts = {}
    homes: dict[str, str] = {}
    waiting: set[str] = set()
    broken = {PurePosixPath(each.file).stem for each in source.problems if each.file.startswith("rules/")}
    for name in source.names("facts/*.toml"):
        report = Report(name, source.problems)
        for row in source.rows(name, "fact", FactRow):
            if row.name in facts:
                report.add(f"fact[{row.name}].name", row.name, "pack.twice", first=homes[row.name])
                continue
            if row.rule in broken and row.kind == "choice" and not (row.choices or row.vocabulary):
                waiting.add(row.name)
                continue
            facts[row.name], homes[row.name] = build_fact(row, vocabularies, answers, report), name
    return facts, homes, waiting


def _build(file: RuleRow, source: Source, builder: Builder) -> Rule:
    if isinstance(file, ScheduleFile):
        return build_schedule(file, source, builder)
    build: Callable[[Any], Rule] = getattr(builder, file.kind)
    return build(file)
