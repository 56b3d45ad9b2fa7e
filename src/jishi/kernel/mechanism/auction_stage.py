"""The stages of an auction (拍卖) as data: what each kind states, and which may follow which.

ascending -> second_quantity | sealed_quote | lottery -> first_refusal -> lottery between holders.
Refuses a stage with a field that is unknown, missing or out of bounds, naming the stage (from 1) and
the field, and a stage nothing leads to. There is one sealed filing at most, since opening it publishes
the committee's keys: a lottery (摇号) right after sealed quotes draws from contributions sealed with them.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.field import Field, Model, read_fields
from jishi.kernel.mechanism.kind import is_kind

ASCENDING: Final = "ascending"
SECOND_QUANTITY: Final = "second_quantity"
SEALED_QUOTE: Final = "sealed_quote"
LOTTERY: Final = "lottery"
FIRST_REFUSAL: Final = "first_refusal"
NEXT: Final = "next"
HIGHEST, LOWEST, NEAREST = "highest", "lowest", "nearest_average"

_TIE = Field("tie", "choice", "earlier", choices=("earlier", NEXT))
STAGES: Final[Mapping[str, Model]] = {
    ASCENDING: (
        Field("increment_fen", "fen"),
        Field("round_ms", "span"),
        Field("cap_fen", "fen", None, optional=True),
        Field("at_cap", "choice", "first", choices=("first", NEXT)),
        Field("accept_ms", "span", None, optional=True),
        Field("greatest_increment_fen", "fen", None, optional=True),
        Field("no_jump", "flag", False),
    ),
    SECOND_QUANTITY: (
        Field("unit", "text"),
        Field("span_ms", "span"),
        Field("least", "count", 0, least=0),
        Field("most", "count", None, least=0, optional=True),
        Field("step", "count", 1),
        Field("wins", "choice", HIGHEST, choices=(HIGHEST, LOWEST, NEAREST)),
        _TIE,
    ),
    SEALED_QUOTE: (
        Field("span_ms", "span"),
        Field("below_fen", "fen", None, optional=True),
        Field("wins", "choice", HIGHEST, choices=(HIGHEST, NEAREST)),
    ),
    LOTTERY: (Field("span_ms", "span", None, optional=True),),
    FIRST_REFUSAL: (Field("span_ms", "span"), Field("grounds", "list", ()), _TIE),
}
"""What each kind of stage states beside `kind`. Money in fen, spans in ms."""

_CODES: Final = {
    "mechanism.terms.unknown": "auction.stage.unknown",
    "mechanism.terms.missing": "auction.stage.missing",
    "mechanism.terms.kind": "auction.stage.value",
    "mechanism.terms.least": "auction.stage.least",
    "mechanism.terms.most": "auction.stage.most",
    "mechanism.terms.choice": "auction.stage.choice",
    "mechanism.terms.form": "auction.stage.form",
}


def read_stages(raw: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the stages with defaults filled in; raise `auction.stage.*` of one, `auction.stages.*` of their order."""
    stages = [_read_stage(number, stage) for number, stage in enumerate(raw, start=1)]
    _check_order(stages)
    return stages


def next_kind(stages: Sequence[Mapping[str, Any]], index: int) -> str | None:
    """Return the kind of the stage after one that still chooses between bidders, None if there is none."""
    after = stages[index + 1]["kind"] if index + 1 < len(stages) else FIRST_REFUSAL
    return None if after == FIRST_REFUSAL else str(after)


def refusal_index(stages: Sequence[Mapping[str, Any]]) -> int | None:
    """Return where, from 0, the stage of the right of first refusal (优先购买权) stands, None if there is none."""
    return next((place for place, stage in enumerate(stages) if stage["kind"] == FIRST_REFUSAL), None)


def _read_stage(number: int, raw: Any) -> dict[str, Any]:
    kind = raw.get("kind") if is_kind(raw, "object") else None
    if not isinstance(kind, str) or kind not in STAGES:
        raise Fault("auction.stage.kind", stage=number, kind=repr(kind), known=", ".join(STAGES))
    own = {name: value for name, value in raw.items() if name != "kind"}
    try:
        read = read_fields(STAGES[kind], own)
    except Fault as fault:
        raise Fault(_CODES[fault.code], stage=number, **fault.params) from None
    _check_bounds(number, read)
    return {"kind": kind, **{name: list(v) if isinstance(v, tuple) else v for name, v in read.items()}}


def _check_bounds(number: int, stage: Mapping[str, Any]) -> None:
    """Refuse a greatest value below its least, time to accept a cap nothing follows, grounds that are no text."""
    if stage.get("accept_ms") is not None and (stage["cap_fen"] is None or stage["at_cap"] != NEXT):
        raise Fault("auction.stage.accept", stage=number)
    for low, high in (("increment_fen", "greatest_increment_fen"), ("least", "most")):
        if stage.get(high) is not None and stage[high] < stage[low]:
            raise Fault("auction.stage.least", stage=number, field=high, value=stage[high], least=stage[low])
    for ground in stage.get("grounds", ()):
        if not is_kind(ground, "text") or not ground.strip():
            raise Fault("auction.stage.form", stage=number, field="grounds", value=repr(ground))


def _check_order(stages: Sequence[Mapping[str, Any]]) -> None:
    kinds = [stage["kind"] for stage in stages]
    if not kinds or kinds[0] != ASCENDING or ASCENDING in kinds[1:]:
        wrong = kinds.index(ASCENDING, 1) + 1 if ASCENDING in kinds[1:] else 1
        raise Fault("auction.stages.ascending", stage=wrong)
    right = refusal_index(stages)
    if right is not None and kinds[right + 1 :] not in ([], [LOTTERY]):
        raise Fault("auction.stages.first_refusal", stage=right + 1)
    for number, (stage, after) in enumerate(pairwise([*stages, {"kind": FIRST_REFUSAL}]), start=1):
        _check_next(number, stage, after)
    sealed = [number for number, stage in enumerate(stages, start=1) if _files(stage)]
    if len(sealed) > 1:
        raise Fault("auction.stages.one_filing", stage=sealed[1])


def _files(stage: Mapping[str, Any]) -> bool:
    """Tell whether something sealed is filed in a stage."""
    return stage["kind"] == SEALED_QUOTE or (stage["kind"] == LOTTERY and stage["span_ms"] is not None)


def _check_next(number: int, stage: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Hold a stage to what follows it: one that leaves several needs a stage that chooses between them."""
    several = {
        ASCENDING: stage.get("cap_fen") is not None and stage.get("at_cap") == NEXT,
        SECOND_QUANTITY: stage.get("tie") == NEXT,
        SEALED_QUOTE: after["kind"] == LOTTERY,
        LOTTERY: False,
        FIRST_REFUSAL: stage.get("tie") == NEXT,
    }[stage["kind"]]
    last = after["kind"] == FIRST_REFUSAL
    if several and last:
        raise Fault("auction.stages.nothing_follows", stage=number, kind=stage["kind"])
    if not several and not last:
        raise Fault("auction.stages.unreached", stage=number + 1, kind=after["kind"])
    if after["kind"] == LOTTERY and (after["span_ms"] is None) != (stage["kind"] == SEALED_QUOTE):
        raise Fault("auction.stages.lottery_span", stage=number + 1)


def check_prices(start_price_fen: int, stages: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a cap below the start price, and sealed quotes bounded at or below the cap."""
    least_fen = start_price_fen
    for number, stage in enumerate(stages, start=1):
        cap_fen, below_fen = stage.get("cap_fen"), stage.get("below_fen")
        if cap_fen is not None and cap_fen < least_fen:
            raise Fault("auction.stage.least", stage=number, field="cap_fen", value=cap_fen, least=least_fen)
        least_fen = cap_fen or least_fen
        if below_fen is not None and below_fen <= least_fen:
            least = least_fen + 1
            raise Fault("auction.stage.least", stage=number, field="below_fen", value=below_fen, least=least)
