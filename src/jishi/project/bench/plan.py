"""What lots a bench wants, said without a framework."""

from dataclasses import dataclass

START_FEN, STEP_FEN, DEPOSIT_FEN = 100_000_000, 100, 20_000_000
HERE = "220102"
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Plan:
    """A name of one letter; how many lots and admitted bidders, and when lots close (ms from the start of the making).

    Lots close evenly spread from `closes_ms` over `spread_ms`. With `quotes` that many bidders have quoted before.
    With `tickets` each registration has a bid ticket. With `apart` every lot has bidders of its own.
    """

    name: str = "A"
    lots: int = 1
    bidders: int = 2
    closes_ms: int = 3_600_000
    spread_ms: int = 0
    question_ms: int = 60_000
    round_ms: int = 60_000
    free_quotes: str = "any"
    quotes: int = 0
    tickets: bool = True
    apart: bool = False
