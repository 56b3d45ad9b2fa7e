"""The guided form of a procedure, one part at a time: who files, the answers by section, votes, documents, review.

A draft is saved as it is typed; what is wrong with it the engine says, and each fault belongs to one part. Refuses
nothing itself. The desk files for walk-ins with the same parts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from jishi.apps.packs import api as packs
from jishi.apps.packs.api import Question
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Filing
from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from jishi.web.shell.address import find_address
from jishi.web.shell.asked import typed_answers
from jishi.web.shell.case_fault import say_fault
from jishi.web.shell.lot_choice import lot_address
from jishi.web.shell.site import language
from jishi.web.shell.typed import TypedForm, count_typed_rows, typed_initial

START, ANSWERS, VOTES, DOCUMENTS, REVIEW = "start", "answers", "votes", "documents", "review"
OF_START = ("party", "behalf", "behalf_how", "subject", "division")


@dataclass(frozen=True, slots=True)
class Part:
    """One page of the form; `problems` counts what is still wrong or missing in it."""

    id: str
    title: str
    help: str = ""
    problems: int = 0


@dataclass(frozen=True, slots=True)
class Paper:
    """A document asked for, with the files that answer it."""

    need: packs.DocumentNeed
    files: tuple[procedures.FileRow, ...]
    errors: tuple[str, ...]
    required: bool

    @property
    def title(self) -> str:
        """Return its title in the language of the page."""
        return self.need.title.say(language())

    @property
    def help(self) -> str:
        """Return what the file says about it."""
        return self.need.help.say(language()) if self.need.help else ""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer in words; `url` shows what it names."""

    label: str
    value: str
    url: str = ""


class Draft:
    """Hold a draft of the actor; Faults `procedures.case.unknown`, `procedures.draft.filed`."""

    def __init__(self, ctx: Context, case_id: str) -> None:
        self.ctx, self.id = ctx, case_id
        self.view = procedures.view_for(ctx, case_id)
        if self.view.row.phase != "draft":
            raise Fault("procedures.draft.filed", number=self.view.row.number)

    @property
    def kind(self) -> packs.ProcedureKind:
        """Return the procedure of the draft."""
        return self.view.kind

    @property
    def answers(self) -> dict[str, Any]:
        """Return the answers as they were typed."""
        found: dict[str, Any] = self.view.said.get("form", {})
        return found

    @property
    def filing(self) -> Filing:
        """Return the draft as it is saved."""
        row, votes = self.view.row, self.view.said.get("votes", {})
        return Filing(
            row.procedure,
            self.answers,
            row.division,
            row.party,
            row.behalf,
            row.behalf_how,
            row.subject,
            votes,
        )

    def save(self, **changes: Any) -> "Draft":
        """Save the draft with changes; return it as it then stands."""
        procedures.save_draft(self.ctx, replace(self.filing, **changes), self.id)
        return Draft(self.ctx, self.id)

    @cached_property
    def faults(self) -> list[tuple[str, Fault]]:
        """Return everything that keeps the draft from being filed, each with the part it belongs to."""
        found = procedures.check_draft(self.ctx, self.id)
        return [(self._part_of(each), each) for each in found]

    def faults_in(self, part: str) -> list[Fault]:
        """Return what is wrong in one part."""
        return [fault for place, fault in self.faults if place == part]

    @cached_property
    def parts(self) -> list[Part]:
        """Return the parts of the form in their order."""
        lang = language()
        found = [Part(START, _("Who files"))]
        if any(each.section is None for each in self.kind.questions):
            found.append(Part(ANSWERS, _("The form")))
        for section in self.kind.sections:
            found.append(
                Part(section.id, section.title.say(lang), section.help.say(lang) if section.help else "")
            )
        if any(self.view.holds(each.when) for each in self.kind.votes):
            found.append(Part(VOTES, _("Votes on paper")))
        if self.kind.documents:
            found.append(Part(DOCUMENTS, _("Documents attached")))
        counted = [replace(each, problems=len(self.faults_in(each.id))) for each in found]
        return [*counted, Part(REVIEW, _("Review and file"), problems=len(self.faults))]

    def part(self, part_id: str) -> Part | None:
        """Return a part, None where the form has no such part."""
        return next((each for each in self.parts if each.id == part_id), None)

    def after(self, part_id: str) -> str:
        """Return the part that follows."""
        ids = [each.id for each in self.parts]
        return ids[min(ids.index(part_id) + 1, len(ids) - 1)] if part_id in ids else REVIEW

    def questions(self, part: str) -> list[Question]:
        """Return every question of a part, asked or not."""
        wanted = None if part == ANSWERS else part
        return [each for each in self.kind.questions if each.section == wanted]

    def asked(self, part: str, answers: Mapping[str, Any]) -> tuple[Question, ...]:
        """Return the questions of a part that are asked, given these answers."""
        return packs.shown(self.questions(part), answers, self.view.ask)

    def form(self, part: str, posted: Mapping[str, Any] | None = None) -> TypedForm:
        """Return the inputs of a part: as posted, else as saved."""
        answers = self.merge(part, posted)
        asked = self.asked(part, answers)
        rows = count_typed_rows(asked, answers, posted or {})
        own, initial = self.ctx.actor.parties, typed_initial(asked, answers)
        return TypedForm(posted, questions=asked, rows=rows, parties=own, initial=initial)

    def merge(self, part: str, posted: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return all answers, those of one part as they were posted."""
        if posted is None:
            return dict(self.answers)
        own = self.questions(part)
        names = {each.name for each in own}
        others = {name: value for name, value in self.answers.items() if name not in names}
        return others | typed_answers(own, posted)

    def papers(self) -> list[Paper]:
        """Return the documents asked for now, with their files and what is wrong."""
        info = procedures.info_of(self.ctx, self.view)
        wanted = self._needed()
        return [
            Paper(
                need, tuple(each for each in info.files if each.need == need.id), self._wrong(need.id), must
            )
            for need, must in wanted
        ]

    def said(self, part: str) -> list[Said]:
        """Return the answers of a part in words, tables by their rows."""
        return list(say_answers(self.view.pack, self.asked(part, self.answers), self.answers))

    def _needed(self) -> Iterator[tuple[packs.DocumentNeed, bool]]:
        way = next((each for each in self.kind.behalf if each.id == self.view.row.behalf_how), None)
        for need in self.kind.documents:
            if self.view.holds(need.when):
                must = need.required or (way is not None and way.document == need.id)
                yield need, must

    def _wrong(self, need: str) -> tuple[str, ...]:
        place = f"documents.{need}"
        found = [each for each in self.faults_in(DOCUMENTS) if each.params.get("field") == place]
        return tuple(say_fault(self.kind, each) for each in found)

    def _part_of(self, fault: Fault) -> str:
        field = str(fault.params.get("field", ""))
        if field.startswith("documents."):
            return DOCUMENTS
        if fault.code.startswith("procedures.vote."):
            return VOTES
        name = re.split(r"[.\[]", field, maxsplit=1)[0]
        question = next((each for each in self.kind.questions if each.name == name), None)
        if question is not None:
            return question.section or ANSWERS
        return START if name in OF_START else REVIEW


def say_checks(view: procedures.CaseView, checks: list[procedures.CheckRow]) -> list[dict[str, Any]]:
    """Return what rules say, each with its title and page."""
    english = language() == "en"
    return [
        {
            "title": view.pack.rules[each.rule].title[english],
            "url": find_address("public:law:rule", each.rule),
            "check": each,
        }
        for each in checks
    ]


def say_answers(
    pack: packs.Pack, asked: tuple[Question, ...] | list[Question], answers: Mapping[str, Any]
) -> Iterator[Said]:
    """Yield answers in words; a row of a table is one line."""
    lang = language()
    for each in asked:
        value = answers.get(each.name)
        if each.type == "table":
            for number, row in enumerate(value if isinstance(value, list) else (), start=1):
                cells = [
                    procedures.say_answer(pack, column, row[column.name], lang)
                    for column in each.columns
                    if column.name in row
                ]
                yield Said(f"{each.label.say(lang)} {number}", " · ".join(cells))
        else:
            said = procedures.say_answer(pack, each, value, lang)
            yield Said(each.label.say(lang), said, lot_address(each, value))
