"""Record that a fee of a step was paid (费用): what was due, by which reference."""

from jishi.apps.procedures.actions.deciding import get_case, take
from jishi.apps.procedures.actions.moving import Move, moving
from jishi.apps.procedures.info import Choice
from jishi.apps.procedures.models import Case
from jishi.apps.procedures.people import target_of
from jishi.kernel.fault import Fault
from jishi.kernel.procedure.fold import current
from jishi.platform.access import require
from jishi.platform.context import Context


def fee_of(move: Move) -> int:
    """Give the fee of the step at hand in fen; 0 without one."""
    view = move.view
    fee = view.kind.step(current(view.plan, view.state).id).fee
    if fee is None:
        return 0
    if fee.parameter is not None:
        return int(view.pack.step(fee.parameter, view.today).value * 100)
    return int(view.value(fee.amount) or 0)


def record_fee(ctx: Context, case_id: str, decision: str, *, seq: int, paid_fen: int, reference: str) -> Case:
    """Record a payment and take the decision it allows.

    Faults `procedures.fee.none`, `procedures.fee.amount`, `procedures.fee.reference`.
    """
    row = get_case(case_id)
    require(ctx, "case.decide", target_of(row))
    with moving(ctx, case_id, seq=seq) as move:
        step = move.view.kind.step(current(move.view.plan, move.view.state).id)
        if step.fee is None:
            raise Fault("procedures.fee.none", step=step.id)
        wanted = fee_of(move)
        if paid_fen != wanted:
            raise Fault("procedures.fee.amount", paid_fen=paid_fen, due_fen=wanted)
        if not reference.strip():
            raise Fault("procedures.fee.reference")
        move.view.said.setdefault("step", {}).setdefault(step.id, {})["fee"] = paid_fen
        move.told |= {"paid_fen": paid_fen}
        return take(move, Choice(decision, seq), person=True)
