"""Who won an offering, how much of it, and what each pays: read off the outcome of its mechanism.

A winner may have several awards; it pays their sum. Nobody has won what was not sold.
"""

import json
from typing import Any

from jishi.apps.market.models import Offering, Registration
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import awards_of
from jishi.kernel.mechanism.succession import names_successors, next_award
from jishi.kernel.mechanism.tender_price import LOW
from jishi.platform.evidence import read_stream


def first_awards(offering: Offering) -> list[dict[str, Any]]:
    """List the awards the mechanism made, in the order of the outcome: alias, quantity, price_fen, pay_fen and more."""
    outcome = offering.outcome or {}
    return awards_of(outcome) if outcome.get("result") == "sold" else []


def list_awards(offering: Offering) -> list[dict[str, Any]]:
    """List the awards of a sale, those of next candidates after a default too; defaulted ones stay in the list."""
    return [*first_awards(offering), *_later_awards(offering)]


def follower_of(offering: Offering) -> dict[str, Any] | None:
    """Return the award of who follows everybody awarded so far (递补), None where nobody does."""
    return next_award(offering.outcome or {}, set(winning_aliases(offering)))


def may_follow(offering: Offering) -> bool:
    """Tell whether a default has left an award free that somebody follows to."""
    gone = defaulted_aliases(offering) if names_successors(offering.outcome or {}) else set()
    return len(gone) > len(_later_awards(offering)) and follower_of(offering) is not None


def winning_aliases(offering: Offering) -> list[str]:
    """List who won, each once, in the order of the outcome."""
    return list(dict.fromkeys(award["alias"] for award in list_awards(offering)))


def payments_of(offering: Offering) -> dict[str, int]:
    """Return what each winner pays in all (fen) by alias, 0 where a right costs nothing."""
    found = dict.fromkeys(winning_aliases(offering), 0)
    for award in list_awards(offering):
        found[award["alias"]] += award["pay_fen"]
    return found


def receipts_of(offering: Offering) -> dict[str, int]:
    """Return what each seller of a call auction (集合竞价) receives in all (fen) by alias; empty for any other sale."""
    outcome = offering.outcome or {}
    found: dict[str, int] = {}
    for sale in outcome.get("sales") or () if outcome.get("result") == "sold" else ():
        found[sale["alias"]] = found.get(sale["alias"], 0) + sale["pay_fen"]
    return found


def is_procured(offering: Offering) -> bool:
    """Tell whether the office buys (采购): the lowest price won, and it is the office that pays it."""
    return (offering.outcome or {}).get("direction") == LOW


def owed_of(offering: Offering) -> dict[str, int]:
    """Return what each party to a sale owes the market (fen) by alias: sellers and suppliers owe nothing."""
    buys = not is_procured(offering)
    owed = {alias: pay_fen if buys else 0 for alias, pay_fen in payments_of(offering).items()}
    return {**dict.fromkeys(receipts_of(offering), 0), **owed}


def dealing_of(offering: Offering) -> dict[str, Registration]:
    """Return the registrations of every party to a sale, winners and sellers, by alias; one query."""
    aliases = list(owed_of(offering))
    found = {row.alias: row for row in offering.registrations.filter(alias__in=aliases)} if aliases else {}
    return {alias: found[alias] for alias in aliases}


def winners_of(offering: Offering) -> dict[str, Registration]:
    """Return the winning registrations by alias, in the order of the outcome; one query."""
    aliases = winning_aliases(offering)
    if not aliases:
        return {}
    rows = (
        offering.registrations.all() if len(aliases) > 1 else offering.registrations.filter(alias=aliases[0])
    )
    found = {row.alias: row for row in rows}
    return {alias: found[alias] for alias in aliases}


def _later_awards(offering: Offering) -> list[dict[str, Any]]:
    """Read the awards after defaults off the log; the row's leader tells without a query whether there are any."""
    outcome = offering.outcome or {}
    if outcome.get("result") != "sold" or not names_successors(outcome):
        return []
    if (offering.leader or None) == outcome["winner"]:
        return []
    return [json.loads(row.data)["award"] for row in read_stream(offering.stream, ["NextAwarded"])]


def defaulted_aliases(offering: Offering) -> set[str]:
    """Return the winners whose sale has ended because they did not sign (逾期不签合同)."""
    return {json.loads(row.data)["alias"] for row in read_stream(offering.stream, ["SaleDefaulted"])}


def standing_aliases(offering: Offering) -> list[str]:
    """List the winners whose sale stands."""
    gone = defaulted_aliases(offering)
    return [alias for alias in winning_aliases(offering) if alias not in gone]


def find_winner(offering: Offering, registration_id: str = "") -> Registration:
    """Return a winner, or a seller, whose sale stands: the one named, or the only winner.

    Faults: `market.default.which` where several stand and none is named, `market.default.no_winner`.
    """
    standing = standing_aliases(offering)
    if not registration_id:
        if len(standing) != 1 or receipts_of(offering):
            raise Fault("market.default.which", number=offering.number, count=len(standing))
        return winners_of(offering)[standing[0]]
    parties = dealing_of(offering)
    gone = defaulted_aliases(offering)
    found = next(
        (row for row in parties.values() if row.id == registration_id and row.alias not in gone), None
    )
    if found is None:
        raise Fault("market.default.no_winner", number=offering.number, registration=registration_id)
    return found
