"""What a secret ballot (无记名投票) of a panel decides: attendance first, then the share of yes votes.

Whole numbers only. How abstentions count, and whether a share must be reached or passed, are the
rule's to say. Refuses counts that cannot be: negative, more votes than present, more present than members.
"""

from typing import NamedTuple

from jishi.kernel.fault import Fault

Share = tuple[int, int]
"""A fraction: numerator, denominator."""

BASES = ("members", "present", "cast", "decided")
"""Of whom a majority is taken: all members; those present; votes cast, abstentions too; yes and no only."""


class Rule(NamedTuple):
    """How a ballot decides. `strict` asks for more than the share (过半数), else reaching it is enough."""

    quorum: Share
    majority: Share
    base: str = "present"
    strict: bool = False


class Tally(NamedTuple):
    """A ballot counted: how many belong to the panel, how many came, how they voted."""

    members: int
    present: int
    yes: int
    no: int
    abstain: int = 0


class Verdict(NamedTuple):
    """What a ballot decided: quorum and votes needed, whether there was a quorum, whether it passed."""

    quorum: int
    quorate: bool
    needed: int
    passed: bool


def decide(rule: Rule, tally: Tally) -> Verdict:
    """Decide a ballot; without a quorum nothing passes, and without anybody in the base neither.

    Raises `ballot.base`, `ballot.share`, `ballot.tally`.

    >>> decide(Rule((2, 3), (2, 3)), Tally(members=11, present=8, yes=5, no=3))
    Verdict(quorum=8, quorate=True, needed=6, passed=False)
    """
    _check(rule, tally)
    quorum = reach(rule.quorum, tally.members)
    base = {
        "members": tally.members,
        "present": tally.present,
        "cast": tally.yes + tally.no + tally.abstain,
        "decided": tally.yes + tally.no,
    }[rule.base]
    needed = surpass(rule.majority, base) if rule.strict else reach(rule.majority, base)
    quorate = tally.present >= quorum
    return Verdict(quorum, quorate, needed, quorate and base > 0 and tally.yes >= needed)


def reach(share: Share, whole: int) -> int:
    """Return the least whole number that is at least a share of the whole; raise `ballot.share`.

    >>> reach((2, 3), 9), reach((2, 3), 10)
    (6, 7)
    """
    _check_share(share)
    return -(-share[0] * whole // share[1])


def surpass(share: Share, whole: int) -> int:
    """Return the least whole number that is more than a share of the whole; raise `ballot.share`.

    >>> surpass((1, 2), 8), surpass((1, 2), 9)
    (5, 5)
    """
    _check_share(share)
    return share[0] * whole // share[1] + 1


def _check(rule: Rule, tally: Tally) -> None:
    if rule.base not in BASES:
        raise Fault("ballot.base", base=rule.base, known=", ".join(BASES))
    cast = tally.yes + tally.no + tally.abstain
    if min(tally) < 0 or not cast <= tally.present <= tally.members:
        raise Fault("ballot.tally", members=tally.members, present=tally.present, cast=cast)


def _check_share(share: Share) -> None:
    if not (share[1] >= 1 and 0 <= share[0] <= share[1]):
        raise Fault("ballot.share", numerator=share[0], denominator=share[1])
