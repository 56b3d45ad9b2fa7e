"""What lots a test or a benchmark wants from `tests.web.lots`, said without a framework."""

from dataclasses import dataclass

HERE = "220102"
PASSWORD = "a-long-word-for-tests"
STAFF = ("clerk", "reviewer", "treasurer")
START_FEN, STEP_FEN, DEPOSIT_FEN = 100_000_000, 1_000_000, 20_000_000
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How many lots and admitted bidders, and how their clocks run. Instants in ms from now."""

    name: str = "A"
    lots: int = 1
    bidders: int = 0
    listing_left_ms: int = 3_600_000
    registration_left_ms: int = 3_000_000
    question_ms: int = 60_000
    round_ms: int = 4_000
    free_quotes: str = "improve"
    draft: bool = False


def staff_address(role: str) -> str:
    """Return the address a member of staff signs in with."""
    return f"{role}@example.org"
