"""What the pages of rules ask for: a title and a reason, a new file, a table of cases."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_UPLOAD = 5 * 1024 * 1024


class StartForm(forms.Form):
    """Start a draft."""

    fault_fields = {"pack.draft.title": "title", "pack.draft.reason": "reason"}
    title = forms.CharField(label=_("What is to change"), max_length=120)
    reason = forms.CharField(
        label=_("Reason: the document or decision it follows"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TurnForm(forms.Form):
    """Ask why a draft goes back or ends."""

    fault_fields = {"pack.draft.reason": "reason"}
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class NewFileForm(forms.Form):
    """Name a new file, written from a template."""

    fault_fields = {"pack.draft.path": "name"}
    kind = forms.ChoiceField(
        label=_("Kind of file"),
        choices=[
            ("table", _("Rule: a table with answers")),
            ("schedule", _("Rule: a schedule of values")),
            ("formula", _("Rule: a formula")),
            ("score", _("Rule: a points table")),
            ("wording", _("Rule: wording of texts")),
            ("cases", _("Dated cases of a rule")),
            ("facts", _("Facts")),
            ("clauses", _("Clauses")),
            ("parameters", _("Numbers the law sets")),
            ("limits", _("Time limits")),
        ],
    )
    name = forms.RegexField(
        r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$",
        label=_("Name, such as labour.night_work"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "invalid": _("Lower-case English words, joined by _ and a point, such as labour.night_work.")
        },
    )


class TryForm(forms.Form):
    """Bring a table of cases: one line a case, one column a fact."""

    table = forms.FileField(label=_("Table of cases (CSV, UTF-8, at most 5 MiB)"))
    rule = forms.ChoiceField(label=_("Rule, where no column says it"), required=False)
    day = forms.CharField(
        label=_("Day of the law, where no column as_of says it"),
        required=False,
        widget=forms.TextInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, rules: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["rule"].choices = [("", "—"), *rules]  # type: ignore[attr-defined]
