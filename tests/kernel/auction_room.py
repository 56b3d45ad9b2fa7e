"""An auction in a room: terms, and runs that file and open what is sealed."""

from hashlib import sha256
from typing import Any

from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.acts import Draw, Seal, Unseal
from jishi.kernel.mechanism.auction import AUCTION
from jishi.kernel.mechanism.draw import commit_secret, rank, seed_of
from jishi.kernel.mechanism.sealed_box import commit_bid
from tests.kernel.mechanism_run import Run

LOT, SALT, SECRET = "lot-1", "00" * 32, "5a" * 32
SEALING = {"suite": "x25519", "members": 3, "threshold": 2}
DRAW = {"sealing": SEALING, "draw_commitment": commit_secret(LOT, SECRET, SALT)}
REVEAL_SECRET = Draw(SECRET, SALT)
RAISE = {"kind": "ascending", "increment_fen": 10, "round_ms": 20}
CAPPED = {**RAISE, "cap_fen": 150, "at_cap": "next"}
TERMS = {"lot": LOT, "opens": 100, "closes": 200, "registration_end": 100, "start_price_fen": 100}


def contribution(alias: str) -> str:
    return sha256(alias.encode()).hexdigest()


def first_drawn(tied: str, contributors: str) -> list[str]:
    """Work out the draw anew, from what the outcome publishes."""
    seed = seed_of(LOT, SECRET, {alias: contribution(alias) for alias in contributors})
    return rank(seed, dict.fromkeys(tied, 1))


class Room(Run):
    """An auction with its bidders admitted; what is sealed is remembered for the opening."""

    def __init__(self, aliases: str, *stages: dict[str, Any], **terms: Any) -> None:
        super().__init__(AUCTION, {**TERMS, "stages": list(stages), **terms})
        self.lines: list[Any] = []
        self.openings: dict[str, Any] = {}
        self.allow(*((inputs.Admit(alias), 10) for alias in aliases))

    def quote(self, alias: str, price_fen: int, at_ms: int) -> str | None:
        return self.say(inputs.Bid(alias, price_fen), at_ms)

    def reach_cap(self, alias: str = "a", at_ms: int = 150) -> None:
        assert self.quote(alias, 150, at_ms) is None

    def seal(self, alias: str, bid: Any, at_ms: int) -> str | None:
        line = commit_bid(LOT, alias, bid, SALT)
        refusal = self.say(Seal(alias, line), at_ms)
        if refusal is None:
            self.lines.append([alias, line])
            self.openings[alias] = {"bid": bid, "salt": SALT}
        return refusal

    def contribute(self, alias: str, at_ms: int) -> str | None:
        return self.seal(alias, {"contribution": contribution(alias)}, at_ms)

    def unseal(self, at_ms: int) -> str | None:
        return self.say(Unseal(self.lines, self.openings), at_ms)

    def pass_to(self, at_ms: int) -> None:
        """Let the clocks due by an instant run out."""
        self.say(inputs.Tick(), at_ms)

    @property
    def ended_by(self) -> list[tuple[str, str]]:
        return [(stage["kind"], stage["ended_by"]) for stage in self.outcome["stages"]]
