"""Begin cases by what happens elsewhere: a decision in another case, a clock that ran out, a finding, the market."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.procedures.models import Case
from jishi.apps.procedures.view import CaseView
from jishi.apps.settlement import api as settlement
from jishi.kernel.mechanism.contract import awards_of
from jishi.platform.context import Context
from jishi.platform.entropy import new_id


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that may begin a case: `key` tells it from every other of its name, so that it begins one only."""

    name: str
    key: str
    division: str
    title: str = ""
    subject: str = ""
    party: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)


def start_by_event(ctx: Context, happening: Happening) -> list[Case]:
    """Begin a case of every procedure that waits for such an event; one that it began already stays the only one.

    Of `form` only answers to questions of the procedure are taken over.
    """
    pack = packs.current_pack()
    waiting = [kind for kind in pack.procedures.values() if happening.name in kind.start.on]
    return [made for kind in waiting if (made := begin(ctx, kind, happening, "event"))]


def begin(ctx: Context, kind: packs.ProcedureKind, happening: Happening, origin: str) -> Case | None:
    """Begin one case by an event or the calendar; None where it began before."""
    from django.db import transaction

    from jishi.apps.procedures.actions.filing import start
    from jishi.apps.procedures.actions.moving import Move
    from jishi.apps.procedures.form import clean_answers
    from jishi.platform import evidence

    key = f"{origin}:{kind.id}:{happening.key}"[:160]
    pack = packs.current_pack()
    with transaction.atomic():
        evidence.lock(f"procedure/{kind.id}"[:80])  # two who hear the same news take turns
        if Case.objects.filter(key=key).exists():
            return None
        packs.keep_version(pack.hash, ctx.now_ms())
        row = Case(
            id=new_id(ctx.entropy), procedure=kind.id, pack=pack.hash, origin=origin, key=key,
            division=happening.division, party=happening.party, subject=happening.subject,
            title=(happening.title or kind.title.zh)[:200], updated_ms=ctx.now_ms(),
        )  # fmt: skip
        head = evidence.lock(row.stream)
        view = CaseView(row, pack, kind, max(ctx.now_ms(), head.at_ms), {"form": {}})
        names = {each.name for each in kind.questions}
        given = {name: value for name, value in happening.form.items() if name in names}
        view.said["form"] = clean_answers(view, kind.questions, given)[0]
        return start(Move(ctx.as_system(), head, view))


def announce(ctx: Context, name: str, view: CaseView) -> None:
    """Tell the procedures that wait for it what was decided, or whose clock ran out."""
    if not any(name in kind.start.on for kind in packs.current_pack().procedures.values()):
        return
    row = view.row
    form = {**view.said.get("form", {})}
    for given in view.said.get("step", {}).values():
        form.update(given)
    start_by_event(
        ctx,
        Happening(name, f"{name}:{row.id}:{row.seq}", row.division, row.title, row.subject, row.party, form),
    )


def listen() -> None:
    """Hear the market and what becomes of its prices."""
    settlement.on_overdue(_payment_overdue)
    market.on_event(market.OfferingClosed, _offering_closed)
    market.on_event(market.SaleConfirmed, _told("market.sale_confirmed"))
    market.on_event(market.SaleDefaulted, _told("market.sale_defaulted"))


def _offering_closed(ctx: Context, event: market.OfferingClosed) -> None:
    name = "market.offering_closed" if awards_of(event.outcome) else "market.offering_failed"
    _told(name)(ctx, event)


def _payment_overdue(ctx: Context, event: settlement.PaymentOverdue) -> None:
    name = "settlement.payment_overdue"
    if not any(name in kind.start.on for kind in packs.current_pack().procedures.values()):
        return
    offering = market.get_offering(event.offering_id)
    form = {
        "offering": offering.id,
        "offering_number": offering.number,
        "contract_number": event.contract_number,
        "due_day": event.due_day.isoformat(),
        "left_fen": event.left_fen,
    }
    party = market.get_registration(event.registration_id).party
    key = f"{name}:{event.instalment_id}"
    start_by_event(ctx, Happening(name, key, offering.division, offering.title, "", party, form))


def _told(name: str) -> Any:
    def hear(ctx: Context, event: Any) -> None:
        if not any(name in kind.start.on for kind in packs.current_pack().procedures.values()):
            return
        offering = market.get_offering(event.offering_id)
        form = {"offering": offering.id, "offering_number": offering.number}
        party = ""
        if registration := getattr(event, "registration_id", ""):
            party = market.get_registration(registration).party
        key = f"{name}:{offering.id}:{getattr(event, 'registration_id', '')}"
        start_by_event(ctx, Happening(name, key, offering.division, offering.title, "", party, form))

    return hear
