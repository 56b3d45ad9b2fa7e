"""What cites a clause, told: rules with their rows, dated numbers, time limits, products; in force and no longer."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from jishi.kernel.rules.rule import Entry, Pattern, Row, Rule, Wording
from jishi.kernel.rules.rule import Schedule as Values
from jishi.web.public.law.edition import Edition, day_text, word
from jishi.web.public.law.entry import entry_line
from jishi.web.public.law.label import PAST, span_text, state_of
from jishi.web.public.law.number import amount_text, name_of
from jishi.web.public.law.row import LineMaker
from jishi.web.public.law.sheet import dated_of, numbered
from jishi.web.public.law.uses import LIMIT, NUMBER, PRODUCT, RULE, Use, index_of
from jishi.web.shell.site import language

MOST_PARTS = 30


@dataclass(frozen=True)
class Part:
    """One place: the row, step or value that cites, what it says, and when it is in force."""

    label: str
    said: str
    url: str
    span: str
    state: str


@dataclass(frozen=True)
class Citing:
    """One rule, number, limit or product that cites a clause; `past` where none of it is in force any more."""

    kind: str
    id: str
    title: str
    url: str
    parts: tuple[Part, ...]
    count: int
    past: bool


def citing_json(edition: Edition, clause_id: str) -> list[dict[str, Any]]:
    """List each place that cites a clause, as the machine-readable twin says it."""
    return [
        {
            "kind": each.kind,
            "id": each.object_id,
            "part": each.part,
            "since": day_text(each.since) or None,
            "until": None if each.until is None else day_text(each.until),
        }
        for each in index_of(edition.pack).by_clause.get(clause_id, ())
    ]


def citing_of(edition: Edition, clause_id: str) -> list[Citing]:
    """List what cites a clause, what is in force first."""
    uses = index_of(edition.pack).by_clause.get(clause_id, ())
    grouped = groupby(uses, key=lambda use: (use.kind, use.object_id))
    found = [_citing(edition, kind, identity, list(group)) for (kind, identity), group in grouped]
    return sorted(found, key=lambda each: each.past)


def _citing(edition: Edition, kind: str, identity: str, uses: list[Use]) -> Citing:
    title, url = _named(edition, kind, identity)
    states = [state_of(use.since, use.until, edition.on) for use in uses]
    return Citing(
        kind=kind,
        id=identity,
        title=title,
        url=url,
        parts=tuple(_parts(edition, kind, identity, uses[:MOST_PARTS])),
        count=len(uses),
        past=all(state == PAST for state in states),
    )


def _named(edition: Edition, kind: str, identity: str) -> tuple[str, str]:
    pack = edition.pack
    if kind == RULE:
        return word(pack.rules[identity].title), edition.rule_link(identity)
    if kind == NUMBER:
        return name_of(edition, identity) or identity, edition.link("parameters") + f"#{identity}"
    if kind == LIMIT:
        return pack.limits[identity].title.say(language()), edition.link("limits") + f"#{identity}"
    return pack.products[identity].title.say(language()), ""


def _parts(edition: Edition, kind: str, identity: str, uses: Iterable[Use]) -> Iterable[Part]:
    if kind == RULE:
        rule = edition.pack.rules[identity]
        told, numbers = _RowTeller(edition, rule), numbered(rule)
        for use in uses:
            label = _("row %(number)s") % {"number": numbers[use.part]}
            yield _part(edition, use, (label, told.say(use.part), edition.rule_link(identity, use.part)))
    elif kind == NUMBER:
        parameter = edition.pack.parameters[identity]
        for use in uses:
            step = next(each for each in parameter.steps if each.since.toordinal() == use.since)
            yield _part(edition, use, ("", amount_text(edition, parameter, step.value), ""))
    elif kind == PRODUCT:
        product = edition.pack.products[identity]
        named = {each.id: each.title for each in (*product.steps, *product.qualification.exclusions)}
        named |= {each.name: each.label for choice in product.mechanisms for each in choice.terms}
        named |= {each.id: each.title for each in product.mechanisms if each.title}
        for use in uses:
            if use.part in named:
                yield _part(edition, use, ("", named[use.part].say(language()), ""))


def _part(edition: Edition, use: Use, said: tuple[str, str, str]) -> Part:
    state = state_of(use.since, use.until, edition.on)
    return Part(*said, span_text(use.since, use.until) if use.since > 1 else "", state)


class _RowTeller:
    """Say what a row, an entry or a pattern of one rule answers."""

    def __init__(self, edition: Edition, rule: Rule) -> None:
        self.edition, self.rule = edition, rule
        self.maker = LineMaker(edition, rule)
        self.held = {each.id: each for each in dated_of(rule)}

    def say(self, row_id: str) -> str:
        """Say a row's answer with its condition, an entry's keys with its value, a pattern's ground."""
        each = self.held[row_id]
        if isinstance(each, Row):
            line = self.maker.line(each)
            joint = _(" or ") if line.either else _(" and ")
            return _("%(answer)s, where %(when)s") % {
                "answer": line.answer,
                "when": joint.join(line.parts) or _("nothing else holds"),
            }
        if isinstance(each, Entry) and isinstance(self.rule, Values):
            shown = entry_line(self.edition, self.rule, (0, each))
            return " · ".join([*(key for _head, key, _code in shown.keys), shown.answer])
        if isinstance(each, Pattern) and isinstance(self.rule, Wording):
            return word(self.rule.grounds[each.ground])
        return row_id
