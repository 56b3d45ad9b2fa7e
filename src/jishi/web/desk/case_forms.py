"""Forms of what is done in a case: a decision with its reasons and questions, papers asked for, a clock stopped."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.web.shell.asked import redraws_on, typed_answers
from jishi.web.shell.case_condition import note_conditions
from jishi.web.shell.fields import InstantField, MoneyField
from jishi.web.shell.site import language
from jishi.web.shell.typed import TypedForm, count_typed_rows, make_inputs, typed_initial

Kept = Mapping[str, Any]
Asked = Sequence[packs.Question] | None


class ActForm(TypedForm):
    """Ask for what every act needs: the state of the case the person looked at, and words."""

    fault_fields = {"procedure.reason": "words", "procedures.words": "words"}
    deciding = ""
    seq = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, words: Any = None, needed: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if words is not None:
            self.fields["words"] = forms.CharField(
                label=words, required=needed, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
            )

    def place(self, name: str) -> str | None:
        """Give the input a fault's `field` names, also of a document asked for with the act."""
        return super().place(name.replace("documents.", "document-")) or super().place(name)

    @property
    def before(self) -> list[Any]:
        """Give the inputs shown before the questions: what the decision rests on."""
        return [self[name] for name in ("seq", "because") if name in self.fields]

    @property
    def after(self) -> list[Any]:
        """Give the inputs shown after the questions: documents, payment, words."""
        asked = {
            name for each in self.questions for name, _made in make_inputs(each, self.rows.get(each.name, 3))
        }
        return [self[name] for name in self.fields if name not in asked | {"seq", "because"}]

    @property
    def state(self) -> int:
        """Give the state of the case the person looked at; one that never was where it is unreadable."""
        text = self.text("seq")
        return int(text) if text.isdecimal() and len(text) < 10 else -1

    @property
    def said(self) -> str:
        """Give the words."""
        return self.text("words") if "words" in self.fields else ""


class DecisionForm(ActForm):
    """Take a decision: one of its listed reasons, words, answers it asks of the decider, documents, a fee paid.

    `asked` are its questions that are asked of the case at hand; without, of many cases, all with their conditions.
    """

    fault_fields = {
        "procedure.reason.unknown": "because",
        "procedure.reason": "words",
        "procedures.words": "words",
        "procedures.fee.reference": "reference",
        "procedures.fee.amount": "paid_fen",
    }

    def __init__(
        self, *args: Any, decision: packs.DecisionKind, fee: bool = False, asked: Asked = None, **options: Any
    ) -> None:
        wanted = _("Reasons in your own words") if decision.reason else _("Note for the file")
        questions = decision.questions if asked is None else asked
        super().__init__(*args, questions=questions, words=wanted, needed=decision.reason, **options)
        if asked is None:
            note_conditions(self)
        else:
            self.deciding = redraws_on(self, decision.questions)
        lang = language()
        self.decision = decision
        if decision.reasons:
            named = [(each.id, _reason(each, lang)) for each in decision.reasons]
            self.fields["because"] = forms.ChoiceField(
                label=_("Ground"), choices=named, widget=forms.RadioSelect, required=True
            )
        for need in decision.documents:
            self.fields[f"document-{need.id}"] = forms.FileField(
                label=need.title.say(lang), required=need.required, help_text=_("PDF, PNG, JPEG or ZIP")
            )
        if fee:
            self.fields["paid_fen"] = MoneyField(label=_("Amount paid"))
            self.fields["reference"] = forms.CharField(label=_("Reference of the payment"), max_length=80)
        order = ["because", *(name for name in self.fields if name not in ("because", "words")), "words"]
        self.order_fields(order)

    def choice(self) -> procedures.Choice:
        """Give the decision as the engine takes it."""
        because = self.text("because") if "because" in self.fields else ""
        return procedures.Choice(self.decision.id, self.state, because, self.said, self.raw())


class SupplementForm(ActForm):
    """Ask the applicant, once and whole, for what is missing."""

    def __init__(self, *args: Any, kind: packs.ProcedureKind, **options: Any) -> None:
        super().__init__(
            *args, words=_("What is missing, and why (the applicant reads this)"), needed=True, **options
        )
        lang = language()
        named = [(each.id, each.title.say(lang)) for each in kind.documents]
        named += [(each.name, each.label.say(lang)) for each in kind.questions]
        self.fields["items"] = forms.MultipleChoiceField(
            label=_("Documents and answers to be supplemented"),
            choices=named,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.order_fields(["seq", "items", "words"])

    def items(self) -> tuple[str, ...]:
        """Give what was ticked."""
        return tuple(self["items"].data or ())


class SuspendForm(ActForm):
    """Stop the clock on a ground the step knows."""

    fault_fields = {"procedure.pause": "ground", **ActForm.fault_fields}

    def __init__(self, *args: Any, step: packs.StepKind, **options: Any) -> None:
        super().__init__(
            *args, words=_("Why the clock stops (the applicant reads this)"), needed=True, **options
        )
        lang = language()
        named = [(each.id, f"{each.title.say(lang)} ({', '.join(each.cites)})") for each in step.pauses]
        self.fields["ground"] = forms.ChoiceField(label=_("Ground"), choices=named, widget=forms.RadioSelect)
        self.order_fields(["seq", "ground", "words"])


class AnswerForm(ActForm):
    """Uphold or dismiss an objection, with reasons."""

    fault_fields = {"procedures.objection.verdict": "verdict", "procedures.objection": "words"}
    verdict = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("dismissed", gettext_lazy("Not upheld")), ("upheld", gettext_lazy("Upheld"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(
            *args, words=_("Answer and reasons (the objector reads this)"), needed=True, **options
        )


class AssignForm(ActForm):
    """Give a case to a colleague, or put it back."""

    fault_fields = {"procedures.assignee": "person"}

    def __init__(self, *args: Any, people: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"] = forms.ChoiceField(
            label=_("Colleague"), choices=[("", _("nobody in particular")), *people], required=False
        )


class HandInForm(ActForm):
    """Hand in at the desk, for whoever filed there, what was asked for: changed answers and new documents."""

    def __init__(self, *args: Any, view: procedures.CaseView, asked: list[str], **options: Any) -> None:
        answers, data = view.said.get("form", {}), args[0] if args else None
        typed = typed_answers(view.kind.questions, data) if data else answers
        shown = packs.shown(view.kind.questions, typed, view.ask)
        self.needs = [each for each in view.kind.documents if each.id in asked or not asked]
        options.setdefault("initial", {})
        options["initial"] = {**typed_initial(shown, answers), **options["initial"]}
        super().__init__(*args, questions=shown, rows=count_typed_rows(shown, answers, data or {}), **options)
        self.deciding = redraws_on(self, view.kind.questions)
        for need in self.needs:
            self.fields[f"document-{need.id}"] = forms.FileField(
                label=need.title.say(language()), required=False, help_text=_("PDF, PNG, JPEG or ZIP")
            )


class DelegationForm(forms.Form):
    """Hand a role to a deputy for a time."""

    fault_fields = {
        "procedures.delegation.self": "deputy",
        "procedures.delegation.role": "role",
        "procedures.delegation.until": "until",
        "procedure.reason": "reason",
    }

    def __init__(
        self, *args: Any, people: list[tuple[str, str]], roles: list[tuple[str, Any]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=roles)
        self.fields["deputy"] = forms.ChoiceField(label=_("Deputy"), choices=people)
        self.fields["until"] = InstantField(label=_("Until"))
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
        )


def _reason(reason: Any, lang: str) -> str:
    cites = f" ({', '.join(reason.cites)})" if reason.cites else ""
    return f"{reason.title.say(lang)}{cites}"
