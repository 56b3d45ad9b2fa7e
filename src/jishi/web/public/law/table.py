"""The rows of a rule as a file: one line a row, with what it says in words and as written."""

from collections.abc import Iterator

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _

from jishi.kernel.rules.rule import Pattern, Row, Rule, Schedule, Score, Wording
from jishi.web.public.law.edition import Edition, day_text, word
from jishi.web.public.law.entry import entry_line, key_facts
from jishi.web.public.law.pattern import list_grounds
from jishi.web.public.law.row import LineMaker, lines_of
from jishi.web.public.law.sheet import dated_of
from jishi.web.public.table import Cell, save_table


def save_rows(edition: Edition, rule: Rule, form: str) -> HttpResponseBase:
    """Answer with the rows of a rule as CSV or XLSX."""
    if form not in ("csv", "xlsx"):
        raise Http404
    if isinstance(rule, Schedule):
        head: list[Cell] = [_("Row"), *(word(fact.label) for fact in key_facts(edition, rule)), _("Value")]
        return save_table(rule.id, form, [*head, *_tail()], _entries(edition, rule))
    if isinstance(rule, Wording):
        head = [
            _("Row"),
            _("Ground of objection"),
            _("Level"),
            _("Looks for"),
            _("Spares"),
            _("Condition"),
            _("Suggestion"),
        ]
        return save_table(rule.id, form, [*head, *_tail()], _patterns(edition, rule))
    head = [
        _("Row"),
        _("Item"),
        _("Condition"),
        _("Then"),
        _("Condition as written"),
        _("Answer as written"),
    ]
    return save_table(rule.id, form, [*head, *_tail()], _rows(edition, rule))


def _tail() -> list[Cell]:
    return [_("Clauses"), _("In force from"), _("In force until"), _("Confirmed"), _("Note")]


def _dates(edition: Edition, rule: Rule) -> dict[str, tuple[str, str]]:
    return {
        each.id: (day_text(each.since), "" if each.until is None else day_text(each.until))
        for each in dated_of(rule)
    }


def _rows(edition: Edition, rule: Rule) -> Iterator[list[Cell]]:
    maker, dates = LineMaker(edition, rule), _dates(edition, rule)
    written = {each.id: each for each in dated_of(rule) if isinstance(each, Row)}
    parts = (
        [(word(item.label), item.rows) for item in rule.items]
        if isinstance(rule, Score)
        else [("", tuple(written.values()))]
    )
    for item, rows in parts:
        for line in lines_of(maker.groups(rows)):
            row, joint = written[line.id], _(" or ") if line.either else _(" and ")
            said = joint.join(line.parts) or _("otherwise")
            cites = "; ".join(each.id for each in line.cites)
            yield [line.id, item, said, line.answer, row.when_text, row.then_text, cites, *dates[line.id],
                   _sure(line.sure), line.note]  # fmt: skip


def _entries(edition: Edition, rule: Schedule) -> Iterator[list[Cell]]:
    dates = _dates(edition, rule)
    for numbered in enumerate(rule.entries, start=1):
        line = entry_line(edition, rule, numbered)
        keys = [f"{shown} {code}".strip() for _head, shown, code in line.keys]
        cites = "; ".join(each.id for each in line.cites)
        yield [line.id, *keys, line.answer, cites, *dates[line.id], _sure(line.sure), line.note]


def _patterns(edition: Edition, rule: Wording) -> Iterator[list[Cell]]:
    dates, held = _dates(edition, rule), {each.id: each for each in dated_of(rule)}
    for ground in list_grounds(edition, rule):
        for line in ground.lines:
            pattern = held[line.id]
            when = pattern.when_text if isinstance(pattern, Pattern) else ""
            cites = "; ".join(each.id for each in line.cites)
            yield [line.id, ground.title, line.level, " | ".join(line.match), " | ".join(line.unless), when,
                   line.suggestion, cites, *dates[line.id], _sure(line.sure), line.note]  # fmt: skip


def _sure(sure: bool) -> str:
    return _("yes") if sure else _("no")
