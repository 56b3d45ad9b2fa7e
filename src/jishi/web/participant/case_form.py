"""What an applicant fills in at their own case: a decision that is theirs, with its reasons and questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import gettext as _

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.kernel.fault import Fault
from jishi.platform.words import say
from jishi.web.shell.asked import redraws_on, typed_answers
from jishi.web.shell.case_fault import say_fault
from jishi.web.shell.case_word import place_of
from jishi.web.shell.site import language
from jishi.web.shell.typed import TypedForm, count_typed_rows, typed_initial


class ChoiceForm(TypedForm):
    """Hold the inputs of one decision: its listed reasons, words where it wants them, its questions.

    `questions` are those asked: of the decision, else of the form.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        decision: packs.DecisionKind | None = None,
        questions: Sequence[packs.Question] = (),
        **options: Any,
    ) -> None:
        rows = count_typed_rows(questions, {}, data or {})
        name = decision.id if decision else "answer"
        super().__init__(data, questions=questions, rows=rows, auto_id=f"{name}_%s", **options)
        self.decision = decision
        self.deciding = redraws_on(self, decision.questions) if decision else ""
        if decision and decision.reasons:
            named = [(each.id, each.title.say(language())) for each in decision.reasons]
            self.fields["because"] = forms.ChoiceField(
                label=_("Reason"), choices=named, widget=forms.RadioSelect
            )
        if decision and decision.reason:
            self.fields["words"] = forms.CharField(
                label=_("In your own words"), widget=forms.Textarea(attrs={"rows": 3})
            )

    @classmethod
    def of(cls, questions: Sequence[packs.Question], answers: Mapping[str, Any]) -> "ChoiceForm":
        """Return the inputs of questions filled with answers."""
        return cls(questions=questions, initial=typed_initial(questions, answers))

    @classmethod
    def to_take(
        cls, view: procedures.CaseView, decision: packs.DecisionKind, posted: Any, own: Sequence[str]
    ) -> "ChoiceForm":
        """Return the inputs of a decision: its questions asked, given what was posted and the case."""
        said = typed_answers(decision.questions, posted) if posted else {}
        asked = packs.shown(decision.questions, {**view.said.get("form", {}), **said}, view.ask)
        return cls(posted, decision=decision, questions=asked, parties=own)

    def choice(self, seq: int) -> procedures.Choice:
        """Return the decision as it was posted, by somebody who looked at the case at `seq`."""
        assert self.decision is not None
        because = self.text("because") if "because" in self.fields else ""
        words = self.text("words") if "words" in self.fields else ""
        return procedures.Choice(self.decision.id, seq, because, words, self.raw())


@dataclass(frozen=True, slots=True)
class OwnWay:
    """A decision of the applicant: its form, or the sentence that says why it cannot be taken now."""

    decision: packs.DecisionKind
    title: str
    leads_to: str
    form: ChoiceForm
    refusal: str = ""
    open: bool = False


def applicant_ways(
    view: procedures.CaseView, ways: procedures.Ways, sent: ChoiceForm | None, own: Sequence[str] = ()
) -> list[OwnWay]:
    """Return the decisions of the step that are the applicant's; `sent` is one posted and not taken."""
    if view.state.ended:
        return []
    step, lang = view.kind.step(view.state.step), language()
    offered = {each.decision: each for each in ways.decisions}
    found = []
    for each in step.decisions:
        if each.by != "person" or (each.role or step.role) != "applicant" or each.id not in offered:
            continue
        refusal, place = offered[each.id].refusal, place_of(view.kind, each.next)
        posted = sent if sent is not None and sent.decision == each else None
        found.append(
            OwnWay(
                each,
                each.title.say(lang),
                place.title.say(lang) if place else "",
                posted or ChoiceForm.to_take(view, each, None, own),
                say_fault(view.kind, Fault(refusal[0], **refusal[1])) if refusal else "",
                posted is not None,
            )
        )
    return found


def find_decision(view: procedures.CaseView, name: str) -> packs.DecisionKind:
    """Return a decision of the step at hand that is the applicant's; 404 for another."""
    if view.state.ended:
        raise Http404
    step = view.kind.step(view.state.step)
    for each in step.decisions:
        if each.id == name and (each.role or step.role) == "applicant" and each.by == "person":
            return each
    raise Http404


def say_told(code: str, params: Mapping[str, Any]) -> str:
    """Say a message in the language of the page."""
    return say(code, params, language())
