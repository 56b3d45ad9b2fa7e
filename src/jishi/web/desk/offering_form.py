"""The form of an offering: prefilled with lawful dates, held to the law before it is stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jishi.apps.market.actions import OfferingForm as Statement
from jishi.apps.market.timeline import check_dates, check_deposit, check_terms
from jishi.apps.packs.api import Product
from jishi.kernel.calendar.workday import working_day_on_or_after
from jishi.kernel.calendar.zone import start_of_day_ms
from jishi.kernel.fault import Fault
from jishi.platform.words import say
from jishi.web.shell.fields import InstantField, MoneyField
from jishi.web.shell.site import language, market_pack, site

HOUR_MS = 3_600_000
OPENS_MS, CLOSES_MS, REGISTERS_MS = 9 * HOUR_MS, 10 * HOUR_MS, 16 * HOUR_MS
SECOND_MS = 1000
TERM = "term_"


class OfferingForm(forms.Form):
    """State an offering of a register entry under a product of the pack."""

    fault_fields = {
        "market.number": "number",
        "market.deposit": "deposit_fen",
        "listing.terms.span": "listing_end",
        "listing.terms.registration": "registration_end",
        "listing.terms.cap": "cap_fen",
    }
    number = forms.CharField(label=_("Number of the offering"), max_length=80)
    title = forms.CharField(label=_("Title"), max_length=200)
    organisation = forms.CharField(label=_("Grantor"), max_length=120, required=False)
    start_price_fen = MoneyField(label=_("Start price"))
    increment_fen = MoneyField(label=_("Increment"))
    deposit_fen = MoneyField(label=_("Deposit"))
    cap_fen = MoneyField(label=_("Highest price allowed"), required=False)
    listing_start = InstantField(label=_("Listing opens"))
    listing_end = InstantField(label=_("Listing closes"))
    registration_end = InstantField(label=_("Registration and deposits close"))
    headcount_auction = forms.IntegerField(
        label=_("Goes to auction from how many bidders"),
        min_value=2,
        required=False,
        help_text=_("Left empty, any number of bidders stays in the listing."),
    )
    joint_allowed = forms.BooleanField(label=_("Joint bids allowed"), required=False, initial=True)
    persons_allowed = forms.BooleanField(label=_("Natural persons allowed"), required=False, initial=True)
    guarantee_allowed = forms.BooleanField(label=_("Bank guarantees allowed"), required=False)

    def __init__(self, *args: Any, product: Product, **options: Any) -> None:
        super().__init__(*args, **options)
        self.product = product
        for term in product.default_mechanism.terms:
            if isinstance(term.value, list | dict):
                continue  # parts, such as the stages of an auction, stand as the product states them
            self.fields[TERM + term.name] = _term_field(term)

    def statement(self, entry_id: str) -> Statement:
        """Return what the market's action takes; call it on a valid form."""
        said = self.cleaned_data
        terms = {k.removeprefix(TERM): _stored(k, v) for k, v in said.items() if k.startswith(TERM)}
        terms |= {name: said[name] for name in ("cap_fen", "headcount_auction") if said[name] is not None}
        plain = {k: v for k, v in said.items() if not k.startswith(TERM)}
        plain = {k: v for k, v in plain.items() if k not in ("cap_fen", "headcount_auction")}
        return Statement(**plain, product=self.product.id, entry_id=entry_id, terms=terms)


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to the law, its verdict ("met", "broken" or "undetermined") and its clauses."""

    title: str
    text: str
    verdict: str
    clauses: tuple[str, ...]


def lawful_dates(product: Product, now_ms: int) -> dict[str, int]:
    """Return the earliest lawful instants (ms) of a notice published now, moved to working days."""
    today = site().day(now_ms)
    start = _working(_earliest(product, ("notice", "listing_start"), today, least=1))
    end = _working(_earliest(product, ("listing_start", "listing_end"), start, least=1))
    closes = _instant(end, CLOSES_MS)
    return {
        "listing_start": _instant(start, OPENS_MS),
        "listing_end": closes,
        "registration_end": min(closes, _instant(_working_before(end), REGISTERS_MS)),
    }


def initial_of(offering: Any) -> dict[str, Any]:
    """Return what a stored offering fills the form with."""
    shown = {name: getattr(offering, name) for name in OfferingForm.base_fields if hasattr(offering, name)}
    for name, value in offering.terms.items():
        shown[name if name in ("cap_fen", "headcount_auction") else TERM + name] = _shown(name, value)
    return shown


def judge(form: OfferingForm, lot: dict[str, Any], now_ms: int) -> list[Check]:
    """Hold what a valid form states to the law of today, as if its notice came out now."""
    said, pack = form.cleaned_data, market_pack()
    names = ("listing_start", "listing_end", "registration_end")
    checks = check_dates(pack, form.product, {"notice": now_ms, **{name: said[name] for name in names}})
    found = [say_check(check) for check in checks]
    codes = [use["code"] for use in lot.get("uses", []) if use.get("code")]
    today = site().day(now_ms)
    facts = (codes, said["deposit_fen"], said["start_price_fen"])
    found += _tried(_("Term of each use"), lambda: check_terms(pack, form.product, lot, today))
    found += _tried(_("Least deposit"), lambda: check_deposit(pack, form.product, facts, today))
    return found


def say_check(check: dict[str, Any]) -> Check:
    """Put a check of a time limit into words."""
    row = market_pack().limits.get(check["limit"])
    title = row.title.say(language()) if row else check["limit"]
    units = {
        "calendar_day": _("%(n)s days"),
        "working_day": _("%(n)s working days"),
        "month": _("%(n)s months"),
    }
    bound = _("at least %s") if row is None or row.sense == "at_least" else _("within %s")
    amount = str(bound) % (str(units[check["unit"]]) % {"n": check["amount"]})
    return Check(
        title, f"{check['start']} → {check['end']} · {amount}", check["verdict"], tuple(check["clauses"])
    )


def _tried(title: Any, check: Any) -> Iterator[Check]:
    try:
        check()
    except Fault as fault:
        clauses = tuple(fault.params.get("clauses", "").split("；"))
        yield Check(str(title), say(fault.code, fault.params, language()), "broken", clauses)
    else:
        yield Check(str(title), "", "met", ())


def _earliest(product: Product, steps: tuple[str, str], start: date, *, least: int) -> date:
    pack, days = market_pack(), [start + timedelta(days=least)]
    for bound in product.limits_between(*steps):
        if pack.parameter(bound.limit).at(start) is not None:
            limit = pack.limit(bound.limit, start)
            days.append(limit.last_day(start, "at_least") or days[0])
    return max(days)


def _working(day: date) -> date:
    return working_day_on_or_after(day) or day


def _working_before(day: date) -> date:
    for back in range(1, 15):
        earlier = day - timedelta(days=back)
        if working_day_on_or_after(earlier) in (earlier, None):
            return earlier
    return day - timedelta(days=1)


def _instant(day: date, offset_ms: int) -> int:
    return start_of_day_ms(day, site().offset_minutes) + offset_ms


def _term_field(term: Any) -> forms.Field:
    label = term.label.say(language())
    if isinstance(term.value, bool):
        return forms.BooleanField(label=label, initial=term.value, required=False)
    if isinstance(term.value, int):
        unit = _("in seconds") if term.name.endswith("_ms") else ""
        return forms.IntegerField(
            label=label, initial=_shown(term.name, term.value), min_value=1, help_text=unit
        )
    choices = [(each, CHOICE_WORDS.get(each, each)) for each in TERM_CHOICES.get(term.name, (term.value,))]
    return forms.ChoiceField(label=label, initial=term.value, choices=choices)


TERM_CHOICES = {"cap_rule": ("first", "halt"), "free_quotes": ("improve", "any")}
CHOICE_WORDS = {
    "first": _("the first quote at the cap wins"),
    "halt": _("bidding halts"),
    "improve": _("each quote must be higher than the last"),
    "any": _("any valid quote; the highest wins"),
}


def _shown(name: str, value: Any) -> Any:
    return value // SECOND_MS if name.endswith("_ms") and isinstance(value, int) else value


def _stored(name: str, value: Any) -> Any:
    return value * SECOND_MS if name.endswith("_ms") else value
