"""What the steps of an offering ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jishi.platform.access import RESERVE_OFFICER
from jishi.platform.context import Context
from jishi.platform.oversight import list_holders
from jishi.web.shell.fields import InstantField, MoneyField, day_field


class BareForm(forms.Form):
    """Ask for nothing but the decision."""


class ReasonForm(forms.Form):
    """Ask for a public reason."""

    fault_fields = {"market.reason": "reason"}
    reason = forms.CharField(
        label=_("Reason (published)"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class IncrementForm(ReasonForm):
    """Ask for the new increment."""

    increment_fen = MoneyField(label=_("New increment"))
    field_order = ("increment_fen", "reason")


class ExtendForm(ReasonForm):
    """Ask for the later ends."""

    listing_end = InstantField(label=_("Listing closes"))
    registration_end = InstantField(label=_("Registration and deposits close"))
    field_order = ("listing_end", "registration_end", "reason")


class SupplementForm(ReasonForm):
    """Ask for what the supplementary notice changes; what stays is left as it is."""

    listing_start = InstantField(label=_("Listing opens"))
    listing_end = InstantField(label=_("Listing closes"))
    registration_end = InstantField(label=_("Registration and deposits close"))
    start_price_fen = MoneyField(label=_("Start price"))
    deposit_fen = MoneyField(label=_("Deposit"))
    increment_fen = MoneyField(label=_("Increment"))
    field_order = (
        "listing_start",
        "listing_end",
        "registration_end",
        "start_price_fen",
        "deposit_fen",
        "increment_fen",
        "reason",
    )


class DefaultForm(ReasonForm):
    """Ask for the day of a written refusal, where there was one, and the reason."""

    fault_fields = {**ReasonForm.fault_fields, "market.default": "refused_day"}
    refused_day = day_field(
        label=_("Day of the winner's written refusal"),
        required=False,
        help_text=_("Only where the winner refused in writing; else the days to sign must have passed."),
    )
    field_order = ("refused_day", "reason")


class UnechoedInput(forms.TextInput):
    """Show what is typed while it is typed, and never send it back."""

    def format_value(self, value: Any) -> None:
        """Show nothing."""


class SealForm(forms.Form):
    """Ask for the reserve price and the second officer."""

    fault_fields = {"market.reserve.amount": "reserve_fen", "market.reserve": "second_officer"}
    reserve_fen = MoneyField(
        label=_("Reserve price"),
        widget=UnechoedInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    second_officer = forms.ChoiceField(label=_("Second officer"))

    def __init__(self, *args: Any, officers: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["second_officer"].choices = officers  # type: ignore[attr-defined]
        if not officers:
            self.fields["second_officer"].help_text = _("Nobody else holds this role here.")


class PassphraseForm(forms.Form):
    """Ask for the officer's own passphrase."""

    fault_fields = {"sealing.passphrase": "passphrase"}
    passphrase = forms.CharField(
        label=_("My passphrase"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def extras(form: type[forms.Form], ctx: Context, offering: Any) -> dict[str, Any]:
    """Return what a step's form needs to know of its offering: what stands now, who else may act."""
    if form is SealForm:
        holders = list_holders(RESERVE_OFFICER, offering.division, ctx.now_ms())
        return {"officers": [(str(p.pk), p.email) for p in holders if p.pk != ctx.actor.user_id]}
    shown = [name for name in form.base_fields if hasattr(offering, name)]
    return {"initial": {name: getattr(offering, name) for name in shown}}


def unchanged(form: forms.Form) -> dict[str, Any]:
    """Return what stands as it was shown: to the millisecond, though a form shows an instant to the minute."""
    return {name: value for name, value in form.initial.items() if name not in form.changed_data}
