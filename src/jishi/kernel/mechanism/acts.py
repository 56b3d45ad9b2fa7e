"""What may be said to mechanisms other than by quoting openly: sealed, ordered, drawn, scored, solved.

Each is a plain value, stored as JSON by `inputs`. An alias is the public name of a bidder in one lot.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Seal:
    """File a sealed bid (密封报价) by its salted commitment; a later one replaces it."""

    alias: str
    commitment: str


@dataclass(frozen=True, slots=True)
class Unseal:
    """Open all sealed bids at once (开标): every line filed, and of each alias the bid or why it is void."""

    lines: list[Any]
    openings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Discredit:
    """Record the level of a bidder's poor credit (失信) as the credit register states it; 0 for none."""

    alias: str
    level: int


@dataclass(frozen=True, slots=True)
class Order:
    """Enter an order (申报) of a quantity at a limit price in fen a unit; side is "buy" or "sell"."""

    alias: str
    side: str
    price_fen: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Take back one's own order (撤单) by its place in the book, from 1."""

    alias: str
    order: int


@dataclass(frozen=True, slots=True)
class Clear:
    """Bring every line of the book, so that it can be cleared."""

    lines: list[Any]


@dataclass(frozen=True, slots=True)
class Buy:
    """Buy or subscribe (认购) a quantity at the fixed price."""

    alias: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Offer:
    """Offer so much of a stage's second quantity, once (一次性报价)."""

    alias: str
    amount: int


@dataclass(frozen=True, slots=True)
class Agree:
    """Record the price negotiated with a party (协议价), in fen."""

    alias: str
    price_fen: int


@dataclass(frozen=True, slots=True)
class Prefer:
    """Record that a bidder holds a right of first refusal (优先购买权) or another preference, and on what ground."""

    alias: str
    ground: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """Exercise a right of first refusal (行使优先购买权) at the price reached."""

    alias: str


@dataclass(frozen=True, slots=True)
class Decline:
    """Let a right of first refusal (优先购买权) go."""

    alias: str


@dataclass(frozen=True, slots=True)
class Object:
    """Enter an objection (异议) by its commitment; its words stand elsewhere."""

    commitment: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer an objection (异议答复): upheld, or not."""

    commitment: str
    upheld: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """Seat the panel (评标委员会) by the aliases of its experts."""

    experts: list[Any]


@dataclass(frozen=True, slots=True)
class Score:
    """Give an expert's marks (评分) of one bid, by criterion."""

    expert: str
    alias: str
    marks: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Draw:
    """Reveal the secret committed to before, so that the draw (摇号) can be made."""

    secret: str
    salt: str


@dataclass(frozen=True, slots=True)
class Solve:
    """Bring an allocation of packages and the certificate that none is better."""

    allocation: list[Any]
    certificate: dict[str, Any]
