"""What happens when an instalment is not paid in time (逾期付款): it is written down and told, once.

Nothing is forfeited here: what follows from it is for whoever hears of it to decide.
"""

from collections.abc import Iterable

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.settlement.actions.locking import lock_offerings
from jishi.apps.settlement.actions.projection import end_of_day_ms
from jishi.apps.settlement.events import PaymentOverdue, publish_overdue
from jishi.apps.settlement.models import Contract, Instalment
from jishi.platform.batch import batched
from jishi.platform.context import Context
from jishi.platform.deadline import set_deadline, set_together

INSTALMENT, TOGETHER = "instalment", 200


def watch_payments(rows: Iterable[Instalment]) -> None:
    """Set the deadline of each instalment that is still to be paid, clear that of the others; in a transaction."""
    with set_together():
        for row in rows:
            waits = row.left_fen and row.overdue_ms is None
            set_deadline(INSTALMENT, row.id, end_of_day_ms(row.due_day) if waits else None)


def watch_again() -> int:
    """Set the deadlines of all that signed contracts still ask for, such as those of before they were kept.

    Return of how many instalments.
    """
    waiting = Instalment.objects.filter(contract__state=Contract.SIGNED, paid_ms=None, overdue_ms=None)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    for part in batched(ids, TOGETHER):
        with transaction.atomic():
            watch_payments(waiting.filter(pk__in=part))
    return len(ids)


def note_overdue(ctx: Context, instalment_id: str) -> None:
    """Write down and tell that an instalment is overdue; nothing where it is paid, or was told before."""
    found = Instalment.objects.select_related("contract").get(pk=instalment_id)
    offering_id = found.contract.offering_id
    with transaction.atomic():
        lock_offerings(ctx, [offering_id])
        row = Instalment.objects.select_related("contract").get(pk=instalment_id)
        contract = row.contract
        if contract.state != Contract.SIGNED or not row.left_fen or row.overdue_ms is not None:
            set_deadline(INSTALMENT, row.id, None)
            return
        row.overdue_ms = ctx.now_ms()
        row.save(update_fields=["overdue_ms"])
        watch_payments([row])
        news = {"number": contract.number, "instalment": row.number, "due_day": row.due_day.isoformat()}
        news |= {"left_fen": row.left_fen}
        market.write_evidence(ctx, offering_id, [("PaymentOverdue", news)])
        registration = contract.registration_id
        publish_overdue(
            ctx,
            PaymentOverdue(
                offering_id, registration, contract.id, contract.number, row.id, row.due_day, row.left_fen,
                row.overdue_ms,
            ),
        )  # fmt: skip
