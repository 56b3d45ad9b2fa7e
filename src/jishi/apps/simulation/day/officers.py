"""Two simulated reserve officers, for lots whose notice says that a reserve price stands (有底价)."""

from dataclasses import dataclass, replace

from jishi.apps.market import api as market
from jishi.platform.context import Actor, Context

PASSPHRASES = ("simulated officer one", "simulated officer two")
IDS = (1, 2)
CHEAP = 2**4  # the cost of stretching a passphrase that guards nothing


@dataclass(frozen=True, slots=True)
class Officers:
    """Seal and open reserve prices as two persons would; made once a simulated day."""

    def register(self, ctx: Context) -> None:
        """Make both officers' keys."""
        for officer, passphrase in zip(IDS, PASSPHRASES, strict=True):
            market.register_officer_key(_as(ctx, officer), passphrase, CHEAP)

    def seal(self, ctx: Context, offering: market.Offering, reserve_fen: int) -> None:
        """Seal the reserve price (底价) to both."""
        market.seal_reserve_price(_as(ctx, IDS[0]), offering.id, reserve_fen, IDS[1])

    def open(self, ctx: Context, offering: market.Offering) -> market.Offering:
        """Open it by both, after bidding closed."""
        for officer, passphrase in zip(IDS, PASSPHRASES, strict=True):
            offering = market.open_reserve(_as(ctx, officer), offering.id, passphrase)
        return offering


def _as(ctx: Context, officer: int) -> Context:
    return replace(ctx, actor=Actor(user_id=officer, name="simulated", system=True))
