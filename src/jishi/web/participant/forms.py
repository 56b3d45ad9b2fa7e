"""The forms a participant fills in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from jishi.apps.parties import api as parties
from jishi.web.shell.fields import InstantField, MoneyField, day_field

WHOLE_PERCENT = 100
PPM_PER_PERCENT = 10_000


class PartyForm(forms.Form):
    """Register an organisation or a person by its code."""

    fault_fields = {"codes.": "code", "parties.code": "code"}
    kind = forms.ChoiceField(
        label=_("Kind of party"),
        choices=[(parties.ORGANISATION, _("Organisation")), (parties.PERSON, _("Person"))],
        initial=parties.ORGANISATION,
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=_("Full name"), max_length=120, help_text=_("As on the business licence or the identity card")
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_(
            "Organisation: unified social credit code. Person: number of the identity card. "
            "Both have 18 characters; the last one is a check digit."
        ),
    )
    contact_name = forms.CharField(label=_("Contact"), max_length=120, required=False)
    contact_phone = forms.CharField(label=_("Telephone of the contact"), max_length=40, required=False)


class AgentForm(forms.Form):
    """Let the owner of another account act for the party."""

    fault_fields = {"parties.agent.until": "until_ms", "parties.agent": "email"}
    email = forms.EmailField(label=_("E-mail of the agent's account"))
    scope = forms.ChoiceField(label=_("For"), required=False)
    until_ms = InstantField(label=_("Until"), required=False)

    def __init__(self, *args: Any, offerings: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["scope"].choices = [("", _("Everything this party does here")), *offerings]  # type: ignore[attr-defined]


class JointForm(forms.Form):
    """Form a joint bid: the lead, and up to four others by their codes, with shares in per cent."""

    MOST = 4
    lead = forms.ChoiceField(label=_("Lead party"))
    share = forms.DecimalField(label=_("Its share (%)"), min_value=0, max_value=100, decimal_places=4)

    def __init__(self, *args: Any, leads: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["lead"].choices = leads  # type: ignore[attr-defined]
        for number in range(1, self.MOST + 1):
            said = {"number": number}
            self.fields[f"code_{number}"] = forms.CharField(
                label=_("Code of member %(number)d") % said, max_length=40, required=number == 1
            )
            self.fields[f"share_{number}"] = forms.DecimalField(
                label=_("Share of member %(number)d (%%)") % said,
                min_value=0,
                max_value=100,
                decimal_places=4,
                required=number == 1,
            )

    def clean(self) -> dict[str, Any]:
        """Look up the members by code; `shares` becomes (party, parts per million)."""
        data: dict[str, Any] = super().clean() or {}
        shares = [(data.get("lead", ""), data.get("share") or 0)]
        for number in range(1, self.MOST + 1):
            code, share = data.get(f"code_{number}"), data.get(f"share_{number}")
            if code and (party := self._find(number, code)):
                shares.append((party, share or 0))
        if not self.errors and sum(share for _party, share in shares) != WHOLE_PERCENT:
            raise ValidationError(_("The shares must add up to exactly 100%."))
        data["shares"] = [(party, int(share * PPM_PER_PERCENT)) for party, share in shares]
        return data

    def _find(self, number: int, code: str) -> str | None:
        kinds = (parties.ORGANISATION, parties.PERSON)
        found = next((p for kind in kinds if (p := parties.find_party_by_code(kind, code))), None)
        if found is None:
            self.add_error(
                f"code_{number}",
                _("No party here has this code. It must first be registered by its own people."),
            )
        return found.id if found else None


class ApplicationForm(forms.Form):
    """Apply to bid, alone or jointly, having read the conditions and answered each ground for exclusion.

    `exclusions` are (id, question, where it stands in the law); none is answered beforehand.
    """

    GROUND = "ground_"
    applicant = forms.ChoiceField(label=_("Who applies"), widget=forms.RadioSelect)
    read = forms.BooleanField(
        label=_("I have read the notice, its supplements and the conditions of the lot, and accept them.")
    )
    truthful = forms.BooleanField(label=_("What we state here is true."))

    def __init__(
        self,
        *args: Any,
        applicants: Sequence[tuple[str, str]],
        exclusions: Sequence[tuple[str, str, str]],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["applicant"].choices = applicants  # type: ignore[attr-defined]
        if len(applicants) == 1:
            self.fields["applicant"].initial = applicants[0][0]
        for ground, question, where in exclusions:
            self.fields[self.GROUND + ground] = forms.ChoiceField(
                label=question,
                help_text=where,
                choices=[("no", _("No")), ("yes", _("Yes, it applies to us"))],
                widget=forms.RadioSelect,
                error_messages={"required": _("Answer yes or no.")},
            )
        grounds = [name for name in self.fields if name.startswith(self.GROUND)]
        self.order_fields(["applicant", *grounds, "read", "truthful"])

    def grounds(self) -> tuple[str, ...]:
        """Return the grounds declared to apply; call it on a valid form."""
        said = self.cleaned_data.items()
        return tuple(
            name.removeprefix(self.GROUND)
            for name, answer in said
            if name.startswith(self.GROUND) and answer == "yes"
        )


class PaymentForm(forms.Form):
    """Pay into the deposit account through the sandbox bank."""

    amount_fen = MoneyField(label=_("Amount"))


class GuaranteeForm(forms.Form):
    """Hand in a bank guarantee instead of a transfer."""

    bank = forms.CharField(label=_("Issuing bank"), max_length=120)
    number = forms.CharField(label=_("Number of the guarantee"), max_length=80)
    amount_fen = MoneyField(label=_("Guaranteed amount"))
    valid_until = day_field(label=_("Valid until"))
    file = forms.FileField(label=_("Scan (PDF, PNG or JPEG, at most 20 MiB)"))
