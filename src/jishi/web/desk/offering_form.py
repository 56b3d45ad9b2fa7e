"""The form of an offering: what every one states, and the terms of the mechanism it is sold by.

The terms' fields come from the mechanism itself, prefilled as the product has them. What the platform fills (lot,
commitments) is never typed. Terms that contradict each other are refused beside the field that must change.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from jishi.apps.market.actions import OfferingForm as Statement
from jishi.apps.market.mechanism import ALSO_NAMED, DRAW_TERM, UNSET, Running, name_terms
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.field import REQUIRED, Field
from jishi.platform.words.stated import PLATFORM, Stated, list_stated
from jishi.platform.words.term import term_title
from jishi.web.desk.part_rows import Rows, make_term
from jishi.web.desk.term_field import read_term, say_beside, show_term
from jishi.web.desk.way import Way
from jishi.web.shell.fields import InstantField, MoneyField
from jishi.web.shell.posting import find_start, show_fault
from jishi.web.shell.site import language, site

PRICES: Final = ("start_price_fen", "increment_fen")
DATES: Final = ("listing_start", "registration_end", "listing_end")
APART: Final = frozenset({*PLATFORM, *PRICES, *DATES, *ALSO_NAMED.values()})
"""Terms that the platform fills, and those every offering has a field for."""
PROBE: Final = "draft"
"""Stands for the lot while terms are read before there is one."""
PLACES: Final = {
    "market.number": "number",
    "market.deposit": "deposit_fen",
    "market.terms.refused": "min_price_fen",
    "relisting.": "start_price_fen",
    "listing.terms.span": "listing_end",
    "mechanism.terms.span": "listing_end",
    "listing.terms.registration": "registration_end",
    "mechanism.terms.registration": "registration_end",
    "auction.terms.registration": "registration_end",
    "listing.terms.cap": "cap_fen",
    "auction.terms.too_few": "too_few",
    "auction.terms": "stages",
    "auction.stage": "stages",
    "sealed.sealing": "sealing",
    "lottery.suite": "sealing",
    "lottery.weights": "weights",
    "units.terms.supply": "supply",
    "units.terms.cap": "per_bidder",
    "pay_as_bid.terms.share": "share_bp",
    "orders.terms.bounds": "high_fen",
    "orders.terms.cancel_until": "cancel_until",
    "fixed_price.terms.stock": "stock",
    "fixed_price.terms.per_bidder": "per_bidder",
    "fixed_price.terms.least": "least",
    "tender.terms.bounds": "min_price_fen",
    "tender.terms.panel": "panel_least",
    "tender.terms.criteria": "criteria",
    "tender.criteria": "criteria",
    "tender.terms.tie": "tie",
    "tender.terms.credit_bp": "credit_bp",
    "tender.terms.credit": "credit_rule",
    "package.terms.core": "payment",
    "package.terms.gap": "gap_bp",
    "package.terms": "lots",
}
"""Where a fault whose parameters name no field of the form is said: the longest beginning of its code wins."""


class OfferingForm(forms.Form):
    """State an offering of a register entry, sold in one way; `kept` are the terms of the draft being revised."""

    number = forms.CharField(label=_("Number of the offering"), max_length=80)
    title = forms.CharField(label=_("Title"), max_length=200)
    organisation = forms.CharField(label=_("Grantor"), max_length=120, required=False)
    start_price_fen = MoneyField(label=_("Start price"))
    increment_fen = MoneyField(label=_("Increment"))
    deposit_fen = MoneyField(label=_("Deposit"))
    listing_start = InstantField(label=_("Listing opens"))
    registration_end = InstantField(label=_("Registration and deposits close"))
    listing_end = InstantField(label=_("Listing closes"))
    joint_allowed = forms.BooleanField(label=_("Joint bids allowed"), required=False, initial=True)
    persons_allowed = forms.BooleanField(label=_("Natural persons allowed"), required=False, initial=True)
    guarantee_allowed = forms.BooleanField(label=_("Bank guarantees allowed"), required=False)

    def __init__(self, *args: Any, way: Way, kept: Mapping[str, Any] | None = None, **options: Any) -> None:
        self.way, self.kept = way, kept or {}
        begun = {
            name: value for term in self.terms for name, value in show_term(term, _begun(way, term)).items()
        }
        options["initial"] = {**begun, **options.get("initial", {})}
        super().__init__(*args, **options)
        names = {each.name for each in way.mechanism.model}
        if way.choice.id != "listing":
            self.fields["listing_start"].label = term_title("opens", language())
            self.fields["listing_end"].label = term_title("closes", language())
        for name in PRICES:
            if name not in names:
                del self.fields[name]
        self._hide_what_the_product_refuses()
        for term in self.terms:
            self.fields.update(make_term(term, *_label(way, term)))
        self.fault_fields = {
            code: place for code, place in sorted(PLACES.items(), key=lambda row: -len(row[0]))
            if place in self.fields
        }  # fmt: skip

    @cached_property
    def terms(self) -> tuple[Field, ...]:
        """Return the terms that people state beside those every offering has."""
        return tuple(each for each in self.way.mechanism.model if each.name not in APART)

    @property
    def groups(self) -> list[tuple[Any, list[Any]]]:
        """Return the fields by what they are about, each group with its heading."""
        own = {term.name: term.kind for term in self.terms}
        money = [name for name, kind in own.items() if kind == "fen"]
        times = [name for name, kind in own.items() if kind == "instant"]
        about = {
            _("The offering"): ["number", "title", "organisation"],
            _("Money"): [*PRICES, *money, "deposit_fen"],
            _("Time"): [*DATES, *times],
            _("Who may bid"): ["joint_allowed", "persons_allowed", "guarantee_allowed"],
        }
        taken = {name for names in about.values() for name in names}
        rest = [name for name in self.fields if name not in taken]
        ordered = [*list(about.items())[:3], (_("How it is sold"), rest), *list(about.items())[3:]]
        found = [(title, [self[name] for name in names if name in self.fields]) for title, names in ordered]
        return [(title, fields) for title, fields in found if fields]

    def clean(self) -> dict[str, Any]:
        """Let the mechanism read its terms, once every field by itself can be read."""
        said = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self._read()
            except Fault as fault:
                self.tell(fault)
        return said

    def tell(self, fault: Fault) -> None:
        """Say a fault beside the field that must change, in a row where it is about one, named as the form does."""
        place = find_start(self, fault)
        rows = self[place] if place else None
        row = rows.find(fault) if isinstance(rows, Rows) else None
        named = fault.params.get("field")
        term = next((each for each in self.way.mechanism.model if each.name == named), None)
        if isinstance(rows, Rows) and row is not None:
            rows.tell(row, fault)
        elif term is None or term.name not in self.fields:
            show_fault(self, fault)
        else:
            self.add_error(term.name, say_beside(fault, term, str(self.fields[term.name].label)))

    def rearranged(self) -> "OfferingForm | None":
        """Return the form as typed with a row added, removed or moved as a button asks, None where none does."""
        lists = [bound for bound in self if isinstance(bound, Rows)]
        if not any(rows.asked for rows in lists):
            return None
        typed = {bound.name: bound.data for bound in self if not isinstance(bound, Rows)}
        again = OfferingForm(way=self.way, kept=self.kept, initial=typed)
        for rows in lists:
            shown = cast(Rows, again[rows.name])
            shown.rows = rows.rearranged()
            shown.removed = bool(rows.asked and rows.asked[0] == "remove")
        return again

    def statement(self, entry_id: str) -> Statement:
        """Return what the market's action takes; call it on a valid form."""
        own = {name for term in self.terms for name in make_term(term, "")}
        plain = {name: value for name, value in self.cleaned_data.items() if name not in own}
        product, mechanism = self.way.product.id, self.way.choice.id
        return Statement(
            **plain, product=product, mechanism=mechanism, entry_id=entry_id, terms=self._stated()
        )

    def stated(self) -> list[Stated]:
        """Say the terms as they stand: as typed where the form is valid, else as it was prefilled."""
        whole = self.is_bound and self.is_valid()
        terms = self._stated() if whole else {term.name: self._begun_with(term) for term in self.terms}
        return say_terms(
            self.way.mechanism, {name: value for name, value in terms.items() if value is not REQUIRED}
        )

    def _begun_with(self, term: Field) -> Any:
        begun = read_term(term, self.initial)
        return REQUIRED if begun is None and not term.optional else begun

    def _stated(self) -> dict[str, Any]:
        """Return the mechanism's terms by its own names, those a draw or seal needs from the platform included."""
        terms = {term.name: read_term(term, self.cleaned_data) for term in self.terms}
        if _draws(self.way, terms):
            terms[DRAW_TERM] = self.kept.get(DRAW_TERM) or UNSET
        return terms

    def _read(self) -> None:
        mechanism, said = self.way.mechanism, self.cleaned_data
        every: dict[str, Any] = {name: said[name] for name in (*PRICES, *DATES) if name in said}
        terms = {**self.way.choice.defaults(), **self._stated(), **name_terms(mechanism, every)}
        mechanism.read_terms({**terms, "lot": PROBE})

    def _hide_what_the_product_refuses(self) -> None:
        allowed = self.way.product.qualification
        if "person" not in allowed.parties:
            del self.fields["persons_allowed"]
        if not allowed.joint:
            del self.fields["joint_allowed"]


def initial_of(offering: Any, way: Way) -> dict[str, Any]:
    """Return what a stored offering fills the form of a way with; terms of another mechanism are left out."""
    shown = {name: getattr(offering, name) for name in OfferingForm.base_fields if hasattr(offering, name)}
    shown = {name: value for name, value in shown.items() if value is not None}
    if way.choice.id == offering.mechanism:
        for term in way.mechanism.model:
            if term.name in offering.terms and term.name not in (*PLATFORM, *ALSO_NAMED.values()):
                shown |= show_term(term, offering.terms[term.name])
    return shown


def say_terms(mechanism: Running, terms: Mapping[str, Any]) -> list[Stated]:
    """Say the terms a mechanism has beside the prices and dates of every offering."""
    model = [term for term in mechanism.model if term.name not in APART]
    return list_stated(model, terms, language(), _say_instant)


def _begun(way: Way, term: Field) -> Any:
    """Give what a term is prefilled with: as the product has it, else as the mechanism has it."""
    begun = way.choice.defaults().get(term.name, term.default)
    return None if begun is REQUIRED else begun


def _label(way: Way, term: Field) -> tuple[str, str]:
    """Give what a term is called, and the clauses it rests on."""
    row = next((each for each in way.choice.terms if each.name == term.name), None)
    if row is None:
        return term_title(term.name, language()), ""
    return str(row.label.say(language())), "；".join(row.cites)


def _draws(way: Way, terms: Mapping[str, Any]) -> bool:
    """Tell whether these terms hold a draw, whose secret the platform commits to before the notice."""
    field = next((each for each in way.mechanism.model if each.name == DRAW_TERM), None)
    if field is None:
        return False
    stages = terms.get("stages") or ()
    return not field.optional or any(
        isinstance(each, dict) and each.get("kind") == "lottery" for each in stages
    )


def _say_instant(at_ms: int) -> str:
    return site().local(at_ms).strftime("%Y-%m-%d %H:%M")
