"""What may be said to a mechanism, and the JSON form in which each saying is stored.

An input carries no instant: the instant comes beside it, from whoever holds the clock.
Reading refuses an unknown type, a missing or extra field, and a value of the wrong type.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import acts
from jishi.kernel.mechanism.kind import is_kind

_SHOWN = 40  # characters of what cannot be read that a fault repeats


@dataclass(frozen=True, slots=True)
class Admit:
    """Admit a qualified bidder (竞买人) under a public alias."""

    alias: str


@dataclass(frozen=True, slots=True)
class Bid:
    """Quote a total price (报价) in fen."""

    alias: str
    price_fen: int


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take back an admission."""

    alias: str


@dataclass(frozen=True, slots=True)
class Continue:
    """Answer the question whether one wants to go on bidding (愿意继续竞价)."""

    alias: str


@dataclass(frozen=True, slots=True)
class Suspend:
    """Stop every clock (中止) for a stated reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Start the stopped clocks again (恢复); what was left of them is kept."""


@dataclass(frozen=True, slots=True)
class Terminate:
    """End without a result (终止) for a stated reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class SetStep:
    """Adjust the bid increment (增价幅度), in fen."""

    increment_fen: int


@dataclass(frozen=True, slots=True)
class Extend:
    """Move the end of the listing (挂牌期) and of registration (报名) later; both in ms."""

    listing_end: int
    registration_end: int


@dataclass(frozen=True, slots=True)
class Amend:
    """Replace the terms by those of a supplementary notice (补充公告)."""

    terms: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reveal:
    """Open the committed reserve price (底价): the amount in fen and the salt."""

    reserve_fen: int
    salt: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Let a clock that is due run out."""


Input = (
    Admit
    | Bid
    | Withdraw
    | Continue
    | Suspend
    | Resume
    | Terminate
    | SetStep
    | Extend
    | Amend
    | Reveal
    | Tick
    | acts.Seal
    | acts.Unseal
    | acts.Discredit
    | acts.Order
    | acts.Cancel
    | acts.Clear
    | acts.Buy
    | acts.Offer
    | acts.Agree
    | acts.Prefer
    | acts.Exercise
    | acts.Decline
    | acts.Object
    | acts.Answer
    | acts.Seat
    | acts.Score
    | acts.Draw
    | acts.Solve
)

_CLASSES: dict[str, type[Input]] = {
    "admit": Admit,
    "bid": Bid,
    "withdraw": Withdraw,
    "continue": Continue,
    "suspend": Suspend,
    "resume": Resume,
    "terminate": Terminate,
    "set_step": SetStep,
    "extend": Extend,
    "amend": Amend,
    "reveal": Reveal,
    "tick": Tick,
    "seal": acts.Seal,
    "unseal": acts.Unseal,
    "discredit": acts.Discredit,
    "order": acts.Order,
    "cancel": acts.Cancel,
    "clear": acts.Clear,
    "buy": acts.Buy,
    "offer": acts.Offer,
    "agree": acts.Agree,
    "prefer": acts.Prefer,
    "exercise": acts.Exercise,
    "decline": acts.Decline,
    "object": acts.Object,
    "answer": acts.Answer,
    "seat": acts.Seat,
    "score": acts.Score,
    "draw": acts.Draw,
    "solve": acts.Solve,
}
_NAMES = {cls: name for name, cls in _CLASSES.items()}
_TYPES = {str: "text", int: "integer", bool: "flag", dict[str, Any]: "object", list[Any]: "list"}
_FIELDS = {cls: {field.name: _TYPES[field.type] for field in fields(cls)} for cls in _NAMES}  # type: ignore[index]


def name_of(given: Input | type) -> str:
    """Return the stored name of an input or of its class."""
    return _NAMES[given if isinstance(given, type) else type(given)]


def to_json(given: Input) -> dict[str, Any]:
    """Return the stored form of an input.

    >>> to_json(Bid("b1", 500))
    {'type': 'bid', 'alias': 'b1', 'price_fen': 500}
    """
    cls = type(given)
    return {"type": _NAMES[cls], **{name: getattr(given, name) for name in _FIELDS[cls]}}


def from_json(raw: Mapping[str, Any]) -> Input:
    """Read an input from its stored form; raise `mechanism.input.*` faults on anything else."""
    name = raw.get("type")
    cls = _CLASSES.get(name) if isinstance(name, str) else None
    if cls is None:
        raise Fault("mechanism.input.type", given=str(name)[:_SHOWN], known=", ".join(_CLASSES))
    expected = _FIELDS[cls]
    if raw.keys() - {"type"} != expected.keys():
        given = ", ".join(sorted(str(key) for key in raw.keys() - {"type"}))
        raise Fault(
            "mechanism.input.fields", type=name, given=given[: 4 * _SHOWN], expected=", ".join(expected)
        )
    for field, kind in expected.items():
        if not is_kind(raw[field], kind):
            value = repr(raw[field])[:_SHOWN]
            raise Fault("mechanism.input.value", type=name, field=field, value=value, expected=kind)
    return cls(**{field: raw[field] for field in expected})
