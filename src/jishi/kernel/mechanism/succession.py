"""Who follows when a winner does not sign: the next candidate or the next on a waiting list, at its own price.

A tender names candidates (中标候选人), and the office may take the next one in order or tender anew (招标投标法实施条例
55); a lottery names a waiting list (候补) where its notice does. Refuses to choose between candidates of one rank.
"""

from collections.abc import Collection, Mapping
from typing import Any

Award = dict[str, Any]


def next_award(outcome: Mapping[str, Any], passed: Collection[str]) -> Award | None:
    """Return the award of whoever follows those who `passed` (won before, defaulted or not); None where nobody does.

    >>> ranking = [{"alias": each, "rank": n, "price_fen": 100 + n} for n, each in enumerate("abc", 1)]
    >>> outcome = {"candidates": ["a", "b", "c"], "left": [], "ranking": ranking}
    >>> next_award(outcome, {"a"})
    {'alias': 'b', 'quantity': 1, 'price_fen': 102, 'pay_fen': 102}
    """
    if outcome.get("candidates"):
        return _candidate(outcome, passed)
    return _waiting(outcome, passed)


def names_successors(outcome: Mapping[str, Any]) -> bool:
    """Tell whether an outcome names more than its winners in order."""
    return len(outcome.get("candidates") or ()) > 1 or bool(outcome.get("waiting"))


def _candidate(outcome: Mapping[str, Any], passed: Collection[str]) -> Award | None:
    places = {place["alias"]: place for place in outcome["ranking"]}
    gone = {each["alias"] for each in outcome["left"]} | set(passed)
    left = [places[alias] for alias in outcome["candidates"] if alias not in gone]
    if not left or (len(left) > 1 and left[0]["rank"] == left[1]["rank"]):
        return None
    price_fen = left[0]["price_fen"]
    return {"alias": left[0]["alias"], "quantity": 1, "price_fen": price_fen, "pay_fen": price_fen}


def _waiting(outcome: Mapping[str, Any], passed: Collection[str]) -> Award | None:
    alias = next((each for each in outcome.get("waiting") or () if each not in passed), None)
    if alias is None:
        return None
    place = list(outcome["ranking"]).index(alias) + 1
    return {**outcome["awards"][0], "alias": alias, "rank": place}
