"""What the steps of an offering ask for."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from jishi.platform.access import RESERVE_OFFICER
from jishi.platform.context import Context
from jishi.platform.oversight import list_holders
from jishi.web.desk import step_choice as choice
from jishi.web.shell.fields import InstantField, MoneyField, day_field

Choices = list[tuple[str, str]]


class BareForm(forms.Form):
    """Ask for nothing but the decision."""


class ReasonForm(forms.Form):
    """Ask for a public reason."""

    fault_fields: ClassVar = {"market.reason": "reason"}
    reason = forms.CharField(
        label=_("Reason (published)"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class IncrementForm(ReasonForm):
    """Ask for the new increment."""

    increment_fen = MoneyField(label=_("New increment"))
    field_order = ("increment_fen", "reason")


class ApprovalForm(ReasonForm):
    """Ask for the price approved, and on what it rests."""

    fault_fields: ClassVar = {
        **ReasonForm.fault_fields,
        "market.approval.basis": "basis",
        "market.price": "start_price_fen",
    }
    start_price_fen = MoneyField(label=_("Least start price approved"))
    basis = forms.CharField(label=_("Clause or document of the approval"), max_length=200)
    field_order = ("start_price_fen", "basis", "reason")


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

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("start_price_fen", "increment_fen"):
            if self.initial[name] is None:  # the mechanism has no such term
                del self.fields[name]


class ChoosingForm(forms.Form):
    """Ask for one of what the offering has; `offered` names what fills each choice."""

    offered: ClassVar[Mapping[str, Callable[[Any], Choices]]] = {}

    def __init__(self, *args: Any, choices: Mapping[str, Choices], **options: Any) -> None:
        super().__init__(*args, **options)
        for name, found in choices.items():
            self.fields[name].choices = found  # type: ignore[attr-defined]
            if not found:
                self.fields[name].help_text = _("There is nobody to choose.")


class PreferForm(ChoosingForm):
    """Ask who is preferred and on what ground; a notice that lists grounds takes no other."""

    fault_fields: ClassVar = {
        "auction.ground": "ground",
        "lottery.ground": "ground",
        "first_refusal": "registration",
        "negotiation": "registration",
    }
    offered: ClassVar = {"registration": choice.preferable}
    registration = forms.ChoiceField(label=_("Bidder"))
    ground = forms.CharField(label=_("Ground"), max_length=80)

    def __init__(self, *args: Any, grounds: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        if grounds:
            self.fields["ground"] = forms.ChoiceField(label=_("Ground"), choices=grounds)


class DiscreditForm(ChoosingForm):
    """Ask for a bidder and the level of its poor credit."""

    fault_fields: ClassVar = {"tender.credit": "level", "mechanism.not_admitted": "registration"}
    offered: ClassVar = {"registration": choice.admitted, "level": choice.levels}
    registration = forms.ChoiceField(label=_("Bidder"))
    level = forms.ChoiceField(label=_("Level of poor credit"))


class AgreeForm(ChoosingForm):
    """Ask with whom a price was agreed, and which."""

    fault_fields: ClassVar = {"negotiation.below_floor": "price_fen", "negotiation": "registration"}
    offered: ClassVar = {"registration": choice.admitted}
    registration = forms.ChoiceField(label=_("Party"))
    price_fen = MoneyField(label=_("Price agreed"))


class AnswerForm(ChoosingForm):
    """Ask for the answer to an objection in a publicity period, and whether it is upheld."""

    fault_fields: ClassVar = {"market.text": "answer", "market.objection": "objection"}
    offered: ClassVar = {"objection": choice.unanswered}
    objection = forms.ChoiceField(label=_("Objection"))
    upheld = forms.ChoiceField(
        label=_("Decision"),
        choices=[("no", _("Not upheld")), ("yes", _("Upheld"))],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Answer (only the objector reads it)"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DefaultForm(ReasonForm, ChoosingForm):
    """Ask which winner did not sign, the day of a written refusal, where there was one, and the reason."""

    fault_fields: ClassVar = {
        **ReasonForm.fault_fields,
        "market.default.which": "winner",
        "market.default.no_winner": "winner",
        "market.default": "refused_day",
    }
    offered: ClassVar = {"winner": choice.standing}
    winner = forms.ChoiceField(label=_("Winner"))
    refused_day = day_field(
        label=_("Day of the winner's written refusal"),
        required=False,
        help_text=_("Only where the winner refused in writing; else the days to sign must have passed."),
    )
    field_order = ("winner", "refused_day", "reason")

    def __init__(self, *args: Any, choices: Mapping[str, Choices], **options: Any) -> None:
        super().__init__(*args, choices=choices, **options)
        self.fields["winner"].required = len(choices["winner"]) > 1


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
    if issubclass(form, ChoosingForm):
        choices = {name: find(offering) for name, find in form.offered.items()}
        more = {"grounds": choice.grounds(offering)} if form is PreferForm else {}
        return {"choices": choices, **more}
    shown = [name for name in form.base_fields if hasattr(offering, name)]
    return {"initial": {name: getattr(offering, name) for name in shown}}


def unchanged(form: forms.Form) -> dict[str, Any]:
    """Return what stands as it was shown: to the millisecond, though a form shows an instant to the minute."""
    return {name: value for name, value in form.initial.items() if name not in form.changed_data}
