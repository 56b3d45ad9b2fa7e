"""Every mechanism this engine runs, by name and version. A version that sold anything stays here.

A mechanism is loaded when it is first asked for, so that whoever replays a listing needs nothing
another mechanism computes with.
"""

from functools import cache
from importlib import import_module
from typing import Any

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.contract import Mechanism

HOMES: dict[tuple[str, int], tuple[str, str]] = {
    ("listing", 1): ("listing", "LISTING"),
    ("lottery", 1): ("lottery", "LOTTERY"),
    ("call_auction", 1): ("call_auction", "CALL_AUCTION"),
    ("uniform_price", 1): ("uniform_price", "UNIFORM_PRICE"),
    ("pay_as_bid", 1): ("pay_as_bid", "PAY_AS_BID"),
    ("tender", 1): ("tender", "TENDER"),
    ("package", 1): ("package", "PACKAGE"),
    ("fixed_price", 1): ("fixed_price", "FIXED_PRICE"),
    ("negotiation", 1): ("negotiation", "NEGOTIATION"),
    ("auction", 1): ("auction", "AUCTION"),
}
"""(id, version) -> the module of this room and the name in it."""

MECHANISMS: tuple[Mechanism[Any, Any], ...]
"""All of them; loads every one."""


def find(id: str, version: int) -> Mechanism[Any, Any]:
    """Return a mechanism; raise `mechanism.unknown` with what is known."""
    for known, home in HOMES.items():
        if known == (id, version):
            return _load(*home)
    named = ", ".join(f"{id}/{version}" for id, version in HOMES)
    raise Fault("mechanism.unknown", id=id, version=version, known=named)


@cache
def _load(module: str, name: str) -> Mechanism[Any, Any]:
    mechanism: Mechanism[Any, Any] = getattr(import_module(f"{__package__}.{module}"), name)
    return mechanism


def __getattr__(name: str) -> Any:
    if name == "MECHANISMS":
        return tuple(_load(*home) for home in HOMES.values())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
