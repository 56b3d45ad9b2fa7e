"""Forms of a panel on the desk: convene it, add to its seed, replace a member, dissolve it."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.panels import api as panels
from jishi.apps.sealing.api import find_person
from jishi.web.shell.panel_word import ground_choices

MOST_RECUSALS = 3
MOST_SEATS = 99


class ConveneForm(forms.Form):
    """How many experts to draw in each field, whom the owner sends, who is known to have to keep out."""

    fault_fields = {"panels.representative": "representatives", "panels.substitutes": "substitutes"}

    def __init__(self, data: Any = None, *, experts: Sequence[panels.Expert]) -> None:
        super().__init__(data)
        self.experts = {each.number: each.id for each in experts}
        self.named = panels.list_fields(experts)
        for place, (name, ready) in enumerate(self.named):
            label = _("%(field)s (may be drawn: %(ready)d)") % {"field": name, "ready": ready}
            self.fields[f"seats_{place}"] = forms.IntegerField(
                label=label, min_value=0, max_value=MOST_SEATS, required=False
            )
        self.fields["representatives"] = forms.CharField(
            label=_("Accounts of the owner's own members"),
            help_text=_("One address a line; at most a third of the panel."),
            widget=forms.Textarea(attrs={"rows": 2}),
            required=False,
        )
        self.fields["substitutes"] = forms.IntegerField(
            label=_("Substitutes in each field"), min_value=0, max_value=20, initial=5
        )
        self.fields["most_same"] = forms.IntegerField(
            label=_("Most experts of one employer"), min_value=1, max_value=MOST_SEATS, required=False
        )
        for place in range(1, MOST_RECUSALS + 1):
            self.fields[f"number_{place}"] = forms.CharField(
                label=_("Keeps out %d: number of the expert") % place, max_length=40, required=False
            )
            self.fields[f"ground_{place}"] = forms.ChoiceField(
                label=_("Ground %d") % place, choices=[("", "—"), *ground_choices()], required=False
            )

    def read(self, kind: str, owner_id: str) -> panels.Convening:
        """Return the panel asked for; an address without an account is nobody's."""
        data = self.cleaned_data
        seats = [(name, data[f"seats_{place}"] or 0) for place, (name, _ready) in enumerate(self.named)]
        people = [
            find_person(line.strip()) or 0 for line in data["representatives"].splitlines() if line.strip()
        ]
        return panels.Convening(
            kind,
            owner_id,
            seats=tuple(each for each in seats if each[1]),
            representatives=tuple(people),
            recused=tuple(self._recused()),
            most_same=data["most_same"],
            substitutes=data["substitutes"],
        )

    def _recused(self) -> Iterator[tuple[str, str]]:
        for place in range(1, MOST_RECUSALS + 1):
            number = self.cleaned_data[f"number_{place}"].strip()
            if number:
                yield self.experts.get(number, number), self.cleaned_data[f"ground_{place}"]


class ContributeForm(forms.Form):
    """An office's part of the seed."""

    fault_fields = {"panels.contribution": "value"}
    value = forms.CharField(
        label=gettext_lazy("Random number of your own"),
        help_text=gettext_lazy("64 hexadecimal digits, thrown with dice or made here. Public at once."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-random": ""}),
    )


class DrawForm(forms.Form):
    """Nothing is stated: a draw has no choice in it."""


class ReplaceForm(forms.Form):
    """Who leaves, on which ground."""

    fault_fields = {"panels.ground": "ground", "panels.no_member": "alias", "panels.voted": "alias"}
    alias = forms.ChoiceField(label=gettext_lazy("Member who leaves"))
    ground = forms.ChoiceField(label=gettext_lazy("Ground"))
    note = forms.CharField(label=gettext_lazy("Note for the file"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, members: Sequence[panels.Member]) -> None:
        super().__init__(data)
        self.fields["alias"].choices = [(each.alias, f"{each.seat}. {each.name}") for each in members]  # type: ignore[attr-defined]
        self.fields["ground"].choices = ground_choices(panels.DECLINED)  # type: ignore[attr-defined]


class DissolveForm(forms.Form):
    """Why a panel ends without a result."""

    fault_fields = {"panels.reason": "reason"}
    reason = forms.CharField(
        label=gettext_lazy("Why the panel is dissolved"),
        help_text=gettext_lazy("Public, with your decision."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
