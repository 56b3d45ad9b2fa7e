"""The lawful next steps of an offering: which step, when, by whom, what is asked, what it does.

A step is a page of its own, which the offering's page opens in place; a refusal shows it again with
what was typed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from jishi.apps.market import actions as market
from jishi.apps.market.reads import get_offering
from jishi.apps.settlement import api as settlement
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, may, require
from jishi.platform.context import Context
from jishi.web.desk import step_forms as asked
from jishi.web.desk import step_runs as runs
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.shell.posting import ctx_of, show_fault

BIDDING = ("free", "question", "rounds")
NO_SALE = ("unsold", "halted", "converted", "terminated")


@dataclass(frozen=True, slots=True)
class Case:
    """An offering with what decides its next steps: is its result out, its contract and what is unpaid in all.

    Of many contracts it is the first that the office has still to sign.
    """

    offering: Any
    published: bool
    contract: Any = None
    unpaid_fen: int = 0


@dataclass(frozen=True)
class Step:
    """One step: `open` tells whether the law and the state allow it now, `run` does it."""

    id: str
    label: Any
    action: str
    open: Callable[[Case], bool]
    run: runs.Run
    done: Any
    form: type[forms.Form] = asked.BareForm
    tone: str = ""
    hint: Any = ""
    cites: tuple[str, ...] = ()

    def make_form(self, ctx: Context, offering: Any, data: Any = None) -> forms.Form:
        """Return the form of this step for an offering."""
        return self.form(data, auto_id=f"{self.id}-%s", **asked.extras(self.form, ctx, offering))


def open_steps(ctx: Context, case: Case) -> list[Step]:
    """Return the steps that are lawful now and that the actor's roles may take; nobody reviews an own draft."""
    target = Target(case.offering.id, case.offering.division)
    barred = {"publish"} if case.offering.prepared_by == ctx.actor.user_id else set()
    return [
        step
        for step in STEPS
        if step.id not in barred and step.open(case) and may(ctx.actor, step.action, target)
    ]


def _take(request: HttpRequest, offering_id: str, step: Step) -> HttpResponse:
    ctx, offering = ctx_of(request), get_offering(offering_id)
    require(ctx, step.action, Target(offering.id, offering.division))
    form = step.make_form(ctx, offering, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            step.run(ctx, offering, {**form.cleaned_data, **asked.unchanged(form)})
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, step.done)
            return redirect("desk:offering", offering_id)
    return render_desk(request, "desk/step.html", {"step": step, "form": form, "offering": offering})


def _noticed(*phases: str) -> Callable[[Case], bool]:
    return lambda case: case.offering.state == "noticed" and case.offering.phase in phases


def _running(case: Case) -> bool:
    return case.offering.state == "noticed" and case.offering.phase in ("scheduled", *BIDDING)


def _unsigned(case: Case) -> bool:
    """Tell whether a sale is confirmed and the winner has not signed."""
    signed = case.contract is not None and case.contract.signed_party_ms is not None
    return case.offering.state in ("confirmed", "published") and not signed


STEPS: tuple[Step, ...] = (
    Step(
        "publish",
        gettext_lazy("Publish the notice"),
        "offering.publish",
        lambda case: case.offering.state == "draft",
        runs.plain(market.publish_notice),
        gettext_lazy("The notice is published."),
        hint=gettext_lazy(
            "Another person than the one who prepared it. Law and encumbrances are checked again."
        ),
        cites=("39号令 8", "39号令 9"),
    ),
    Step(
        "seal",
        gettext_lazy("Seal the reserve price"),
        "reserve.seal",
        lambda case: case.offering.state == "draft",
        runs.seal,
        gettext_lazy("The reserve price is sealed to two officers."),
        form=asked.SealForm,
        tone="outline",
        hint=gettext_lazy(
            "Only a commitment goes into the notice. Nobody can read the price before both officers open it."
        ),
        cites=("39号令 10",),
    ),
    Step(
        "supplement",
        gettext_lazy("Publish a supplementary notice"),
        "offering.publish",
        _noticed("scheduled"),
        runs.supplement,
        gettext_lazy("The supplementary notice is published."),
        form=asked.SupplementForm,
        tone="outline",
        hint=gettext_lazy("Only before the listing starts; its dates are counted anew from today."),
    ),
    Step(
        "increment",
        gettext_lazy("Set the increment"),
        "offering.set_step",
        _noticed("free", "rounds"),
        lambda ctx, offering, said: market.set_increment(
            ctx, offering.id, said["increment_fen"], said["reason"]
        ),
        gettext_lazy("The increment is changed."),
        form=asked.IncrementForm,
        tone="outline",
        cites=("39号令 18",),
    ),
    Step(
        "extend",
        gettext_lazy("Extend"),
        "offering.control",
        lambda case: _noticed("scheduled", "free")(case) and not case.offering.suspended,
        runs.extend,
        gettext_lazy("The listing is extended."),
        form=asked.ExtendForm,
        tone="outline",
    ),
    Step(
        "suspend",
        gettext_lazy("Suspend"),
        "offering.control",
        lambda case: _running(case) and not case.offering.suspended,
        runs.reasoned(market.suspend_offering),
        gettext_lazy("The offering is suspended; its clocks stand still."),
        form=asked.ReasonForm,
        tone="outline danger",
        hint=gettext_lazy("Every clock stops; what is left of it is kept. The reason is public."),
    ),
    Step(
        "resume",
        gettext_lazy("Resume"),
        "offering.control",
        lambda case: _running(case) and case.offering.suspended,
        runs.reasoned(market.resume_offering),
        gettext_lazy("The offering goes on."),
        form=asked.ReasonForm,
    ),
    Step(
        "terminate",
        gettext_lazy("Terminate"),
        "offering.control",
        _running,
        runs.reasoned(market.terminate_offering),
        gettext_lazy("The offering is terminated; deposits are due back."),
        form=asked.ReasonForm,
        tone="outline danger",
        hint=gettext_lazy("There will be no result, and it cannot be undone. The reason is public."),
    ),
    Step(
        "open_reserve",
        gettext_lazy("Open the reserve price"),
        "reserve.open",
        _noticed("awaiting_reserve"),
        lambda ctx, offering, said: market.open_reserve(ctx, offering.id, said["passphrase"]),
        gettext_lazy("Your half is given. With both halves the price is revealed and the outcome decided."),
        form=asked.PassphraseForm,
        tone="seal",
        hint=gettext_lazy("Each of the two officers gives their own passphrase."),
        cites=("39号令 10",),
    ),
    Step(
        "confirm",
        gettext_lazy("Confirm the sale"),
        "sale.confirm",
        lambda case: case.offering.state == "ended",
        runs.plain(market.confirm_sale),
        gettext_lazy("The confirmation of sale is issued."),
        tone="seal",
        cites=("39号令 20",),
    ),
    Step(
        "publish_result",
        gettext_lazy("Publish the result"),
        "result.publish",
        lambda case: case.offering.state in ("confirmed", *NO_SALE) and not case.published,
        runs.plain(market.publish_result),
        gettext_lazy("The result is published."),
        cites=("39号令 22",),
    ),
    Step(
        "draft_contract",
        gettext_lazy("Draft the contract"),
        "contract.draft",
        lambda case: case.offering.state in ("confirmed", "published") and case.contract is None,
        runs.draft_contracts,
        gettext_lazy("The contract is drafted; the grantee may sign it."),
        cites=("国土资发〔2010〕34号",),
    ),
    Step(
        "sign_contract",
        gettext_lazy("Sign for the grantor (sandbox)"),
        "contract.sign",
        lambda case: (
            case.offering.state == "published" and bool(case.contract) and not case.contract.signed_seller_ms
        ),
        runs.sign_contracts,
        gettext_lazy("Signed for the grantor (sandbox signature)."),
        tone="seal",
        hint=gettext_lazy("This signature is a sandbox without legal force."),
    ),
    Step(
        "declare_default",
        gettext_lazy("Declare the winner in default"),
        "sale.default",
        _unsigned,
        lambda ctx, offering, said: market.declare_default(
            ctx, offering.id, said["reason"], refused_day=said["refused_day"]
        ),
        gettext_lazy("The default is published: the deposit is kept, the lot may be listed again."),
        form=asked.DefaultForm,
        tone="outline danger",
        hint=gettext_lazy("After the last day to sign, or with a written refusal. It cannot be undone."),
        cites=("国土资发〔2010〕34号",),
    ),
    Step(
        "write_entry",
        gettext_lazy("Write the register entry"),
        "registration_entry.write",
        lambda case: case.offering.state == "contracted" and bool(case.contract) and not case.unpaid_fen,
        runs.plain(settlement.write_register_entry),
        gettext_lazy("The grantee is written into the register; the case is complete."),
        hint=gettext_lazy("Possible once the whole price is paid."),
        cites=("39号令 23",),
    ),
)


def view_of(step: Step) -> Callable[..., HttpResponse]:
    """Return the page of a step."""

    @desk_page("GET", "POST")
    def take_step(request: HttpRequest, offering_id: str) -> HttpResponse:
        return _take(request, offering_id, step)

    return take_step
