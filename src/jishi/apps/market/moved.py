"""What moved: told in the process that committed it, right after the commit, so that nobody has to look.

A listener must be quick and must not wait: it is called in the thread that commits bids. A message may be lost with
its process and says nothing that the rows do not; whoever must miss nothing reads the log. It holds no identity.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import transaction


@dataclass(frozen=True, slots=True)
class Moved:
    """One offering after a commit and its stream's last number; what a room shows is read where one is watched."""

    offering_id: str
    seq: int


Listener = Callable[[Sequence[Moved]], None]
_listeners: list[Listener] = []


def on_moved(listener: Listener) -> None:
    """Call `listener` with what moved after every commit of this process."""
    _listeners.append(listener)


def off_moved(listener: Listener) -> None:
    """Call it no more."""
    _listeners.remove(listener)


def is_heard() -> bool:
    """Tell whether anybody listens."""
    return bool(_listeners)


def tell(moved: Sequence[Moved]) -> None:
    """Tell the listeners once the running transaction has committed."""
    transaction.on_commit(partial(_tell, moved), robust=True)


def _tell(moved: Sequence[Moved]) -> None:
    for listener in _listeners:
        listener(moved)
