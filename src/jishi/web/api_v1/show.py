"""From rows to the shapes of the API."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from jishi.apps.market.api import Asked, Offering, Registration, list_asked, next_bid
from jishi.apps.parties.api import PartyInfo
from jishi.apps.sealing.api import bid_fields_of

Json = dict[str, Any]
SAME = (
    *("id", "number", "title", "product", "factor", "division", "organisation", "use_class", "area_cm2"),
    *("longitude", "latitude", "listing_round", "state", "phase", "suspended", "start_price_fen"),
    *("deposit_fen", "increment_fen", "price_fen", "quotes", "registrants", "notice_ms", "due_ms"),
    *("closed_ms", "updated_ms", "simulated"),
)


def show_line(row: Offering) -> Json:
    """Return an offering as it stands in a list."""
    return {
        **{name: getattr(row, name) for name in SAME},
        "place": row.lot.get("place") or "",
        "uses_text": row.lot.get("uses_text") or "",
        "leader": row.leader or None,
        "listing_start_ms": row.listing_start,
        "registration_end_ms": row.registration_end,
        "listing_end_ms": row.listing_end,
    }


def show_offering(row: Offering) -> Json:
    """Return an offering in full."""
    return {
        **show_line(row),
        "lot": row.lot,
        "terms": row.terms,
        "limits": row.limits,
        "operator_set": row.operator_set,
        "reserve_commitment": row.reserve_commitment or None,
        "previous": row.previous_id or None,
        "next_bid_fen": next_bid(row),
        "accepts": show_asked(row, list_asked(row)),
        "outcome": row.outcome,
    }


def show_asked(row: Offering, asked: Mapping[str, Sequence[Asked]]) -> list[Json]:
    """Return what bidders may give, act by act."""
    return [
        {
            "type": name,
            "fields": [
                {**each._asdict(), "unit": each.unit or None, "choices": list(each.choices) or None}
                for each in fields
            ],
            "seals": list(bid_fields_of(row)) if name == "seal" else None,
        }
        for name, fields in asked.items()
    ]


def show_notice(row: Any) -> Json:
    """Return a notice; its offering is at hand."""
    # Winners are told by name in the results, not by the id of a party.
    body = {name: value for name, value in row.body.items() if name != "winner"}
    if "awards" in body:
        body["awards"] = [{k: v for k, v in award.items() if k != "party"} for award in body["awards"]]
    same = {name: getattr(row, name) for name in ("id", "version", "kind", "title", "at_ms")}
    return {**same, "offering": row.offering_id, "number": row.offering.number, "body": body}


def show_result(row: Any, names: dict[str, PartyInfo]) -> Json:
    """Return a result notice with the winners' public names."""
    winner = names.get(row.body.get("winner") or "")
    told = {name: row.body.get(name) for name in ("result", "reason", "price_fen", "winner_commitment")}
    return {
        **told,
        "offering": row.offering_id,
        "number": row.offering.number,
        "title": row.title,
        "winner": winner.name if winner else None,
        "awards": [_show_award(award, names) for award in row.body.get("awards", [])],
        "at_ms": row.at_ms,
        "simulated": row.offering.simulated,
    }


def _show_award(award: Json, names: dict[str, PartyInfo]) -> Json:
    winner = names.get(award["party"])
    same = {name: award[name] for name in ("quantity", "price_fen", "pay_fen", "commitment")}
    return {**same, "winner": winner.name if winner else None}


def winners_in(bodies: Sequence[Json]) -> set[str]:
    """Return the parties that result notices name."""
    alone = {body["winner"] for body in bodies if body.get("winner")}
    return alone | {award["party"] for body in bodies for award in body.get("awards", [])}


def show_entry(row: Any, *, public: bool) -> Json:
    """Return an evidence entry, without its data where what it is about is not public."""
    return {
        **{name: getattr(row, name) for name in ("index", "stream", "seq", "kind", "leaf_hash")},
        "effective_at_ms": row.effective_at,
        "recorded_at_ms": row.recorded_at,
        "data": json.loads(row.data) if public else None,
    }


def show_registration(row: Registration) -> Json:
    """Return a registration as its own party sees it."""
    same = ("id", "party", "alias", "state", "commitment", "filed_ms", "decided_ms", "simulated")
    return {
        **{name: getattr(row, name) for name in same},
        **{name: getattr(row, name) or None for name in ("joint", "refusal", "deposit_how")},
        "offering": row.offering_id,
        "number": row.offering.number,
    }


def show_token(row: Any) -> Json:
    """Return a token without its text."""
    return {name: getattr(row, name) for name in ("id", "name", "made_ms", "until_ms")}
