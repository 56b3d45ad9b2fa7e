"""What a decision asks of other rooms: stop a trade, let it go on, end it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.procedures.actions.moving import Move
from jishi.kernel.fault import Fault
from jishi.platform.context import Context

Effect = Callable[[Context, dict[str, str], str], None]


def run_effects(move: Move, decision: packs.DecisionKind) -> list[dict[str, Any]]:
    """Do the effects of a decision in its transaction; give what was done. Fault `procedures.effect.empty`."""
    done = []
    for effect in decision.effects:
        if not move.view.holds(effect.when):
            continue
        given = {name: str(move.view.value(raw) or "") for name, raw in effect.arguments.items()}
        if not all(given.values()):
            raise Fault(
                "procedures.effect.empty", effect=effect.do, missing=[k for k, v in given.items() if not v]
            )
        ctx = replace(move.ctx, actor=replace(move.ctx.actor, system=True))
        EFFECTS[effect.do](ctx, given, f"{move.view.kind.title.zh} {move.row.number}")
        done.append({"do": effect.do, **given})
    return done


def _suspend(ctx: Context, given: dict[str, str], reason: str) -> None:
    market.suspend_offering(ctx, given["offering"], reason)


def _resume(ctx: Context, given: dict[str, str], reason: str) -> None:
    market.resume_offering(ctx, given["offering"], reason)


def _terminate(ctx: Context, given: dict[str, str], reason: str) -> None:
    market.terminate_offering(ctx, given["offering"], reason)


EFFECTS: dict[str, Effect] = {
    "market.suspend": _suspend, "market.resume": _resume, "market.terminate": _terminate,
}  # fmt: skip
