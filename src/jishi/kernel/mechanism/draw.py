"""The draw by lot (摇号): a seed nobody could choose, and an order of tickets anybody can work out again.

The operator commits to a secret in the notice; every participant files a contribution nobody can
read before the close. The seed is SHA-256 over both. From it runs a stream of numbers: word `i` is
the first 13 hexadecimal digits of SHA-256 of the text "<seed>/<i>", which a shell, a spreadsheet and
a browser hold exactly. Refuses tickets below one and more than `MOST_TICKETS`. Who must be honest:
docs/mechanisms/lottery.md.
"""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import count, islice
from typing import Any, Final

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit

DRAW_DOMAIN: Final = "jishi.draw/1"
SEED_DOMAIN: Final = "jishi.seed/1"
WORD_DIGITS: Final = 13
WORDS: Final = 16**WORD_DIGITS
"""How many different words there are: 2^52."""
MOST_TICKETS: Final = 10**6

_HASH = re.compile(r"[0-9a-f]{64}")


def commit_secret(lot: str, secret: str, salt: str) -> str:
    """Return the commitment to the operator's secret for a lot, as the notice states it."""
    return commit(DRAW_DOMAIN, salt, {"lot": lot, "secret": secret})


def is_random_part(value: Any) -> bool:
    """Tell whether a secret or a contribution has its form: 64 lower-case hexadecimal digits.

    >>> is_random_part("5a" * 32), is_random_part("5a")
    (True, False)
    """
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def seed_of(lot: str, secret: str, contributions: Mapping[str, str]) -> str:
    """Return the seed, 64 hex digits: contributions by alias, taken in the order of the aliases' code points.

    >>> seed_of("lot-1", "00" * 32, {"b": "bb" * 32, "a": "aa" * 32})[:16]
    'ac5613bf3e0bc791'
    """
    parts = [[alias, contributions[alias]] for alias in sorted(contributions)]
    whole = {"domain": SEED_DOMAIN, "lot": lot, "secret": secret, "contributions": parts}
    return sha256(canonical_bytes(whole)).hexdigest()


def seed_for(seed: str, purpose: str) -> str:
    """Return a seed of its own for one of several draws made from the same seed."""
    return sha256(f"{seed}:{purpose}".encode()).hexdigest()


def words_of(seed: str) -> Iterator[int]:
    """Yield the stream of a seed: integers from 0 up to, not including, 2^52, each as likely as any other.

    >>> list(islice(words_of("00" * 32), 2))
    [1461595832715075, 1329225292150045]
    """
    for place in count():
        yield int(sha256(f"{seed}/{place}".encode()).hexdigest()[:WORD_DIGITS], 16)


def below(words: Iterator[int], limit: int) -> int:
    """Return the next number from 0 to `limit` - 1; words of the uneven rest are passed over.

    >>> below(iter([WORDS - 1, 14]), 10)
    4
    """
    even = WORDS - WORDS % limit
    return next(word for word in words if word < even) % limit


def rank(seed: str, tickets: Mapping[str, int]) -> list[str]:
    """Return every alias in the order its first ticket is drawn; `tickets` says how many each has, >= 1.

    Tickets lie in the order of aliases, each alias's together. Each draw takes the ticket at the place
    drawn, counted from 0, and the last ticket moves into its place (Durstenfeld 1964, CACM 7:420).
    Raises `draw.tickets`.

    >>> rank("11" * 32, {"a": 1, "b": 1, "c": 1})
    ['b', 'a', 'c']
    """
    return list(_in_order(seed, tickets))


def pick(seed: str, tickets: Mapping[str, int], places: int) -> list[str]:
    """Return the first `places` of the ranking, all where there are fewer."""
    return list(islice(_in_order(seed, tickets), places))


def _in_order(seed: str, tickets: Mapping[str, int]) -> Iterator[str]:
    if any(own < 1 for own in tickets.values()) or sum(tickets.values()) > MOST_TICKETS:
        raise Fault("draw.tickets", tickets=sum(tickets.values()), most=MOST_TICKETS)
    left = [alias for alias in sorted(tickets) for _ in range(tickets[alias])]
    words, drawn = words_of(seed), set[str]()
    while len(drawn) < len(tickets):
        place = below(words, len(left))
        alias, left[place] = left[place], left[-1]
        left.pop()
        if alias not in drawn:
            drawn.add(alias)
            yield alias
