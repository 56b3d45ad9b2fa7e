"""Every mechanism this engine runs, by name and version. A version that sold anything stays here."""

from typing import Any

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.call_auction import CALL_AUCTION
from jishi.kernel.mechanism.contract import Mechanism
from jishi.kernel.mechanism.listing import LISTING
from jishi.kernel.mechanism.lottery import LOTTERY
from jishi.kernel.mechanism.pay_as_bid import PAY_AS_BID
from jishi.kernel.mechanism.tender import TENDER
from jishi.kernel.mechanism.uniform_price import UNIFORM_PRICE

MECHANISMS: tuple[Mechanism[Any, Any], ...] = (
    LISTING,
    LOTTERY,
    CALL_AUCTION,
    UNIFORM_PRICE,
    PAY_AS_BID,
    TENDER,
)


def find(id: str, version: int) -> Mechanism[Any, Any]:
    """Return a mechanism; raise `mechanism.unknown` with what is known."""
    for mechanism in MECHANISMS:
        if (mechanism.id, mechanism.version) == (id, version):
            return mechanism
    known = ", ".join(f"{mechanism.id}/{mechanism.version}" for mechanism in MECHANISMS)
    raise Fault("mechanism.unknown", id=id, version=version, known=known)
