"""Run a share of the day's lots on a database of its own; two workers use both cores and share nothing.

A lot depends on the seed and its own row only, so how the lots are shared out changes no byte.
"""

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from jishi.apps.catalogue import api as catalogue
from jishi.apps.market import api as market
from jishi.apps.parties import api as parties
from jishi.apps.settlement import api as settlement
from jishi.apps.simulation.day.lot import Sale, opening_ms, run_lot
from jishi.apps.simulation.day.officers import Officers
from jishi.apps.simulation.day.sale import run_goods
from jishi.apps.simulation.listings.draft import LotDraft
from jishi.apps.simulation.listings.goods import GoodsDraft
from jishi.kernel.codes.organisation import make_organisation_code
from jishi.kernel.codes.uscc import make_uscc
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.contract import awards_of
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import SYSTEM, Context
from jishi.platform.entropy import SeededEntropy
from jishi.platform.secrets import Signer

log = logging.getLogger("jishi.day")
Draft = LotDraft | GoodsDraft
"""A lot as announced: a parcel, or anything else."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one worker is given: its lots, how many bidders, the seed, and where to write."""

    number: int
    drafts: Sequence[Draft]
    bidders: int
    seed: str
    out: Path
    prepared: Path


@dataclass(frozen=True, slots=True)
class LotResult:
    """What the tables need of a lot: a row of results, or the fault that stopped it."""

    row: int
    values: dict[str, Any] | None
    fault: Fault | None = None


def day_signer(seed: str) -> Signer:
    """Return the day's own signer, drawn from the seed and marked as simulated."""
    return Signer(SeededEntropy(f"{seed}/signer").draw(32), "Jishi market day (simulated)", simulated=True)


def work(share: Share) -> list[LotResult]:
    """Run a share in this process on a database that is gone afterwards."""
    mine = own_database(share)
    try:
        return run_share(share)
    finally:
        connection.close()
        mine.unlink()


def own_database(share: Share) -> Path:
    """Give this process a copy of the prepared database, with nothing to lose in a crash; return its path."""
    connection.close()
    mine = share.prepared.with_name(f"share-{share.number}.sqlite3")
    shutil.copyfile(share.prepared, mine)
    connection.settings_dict["NAME"] = str(mine)
    connection.settings_dict["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;",
    }
    return mine


def run_share(share: Share) -> list[LotResult]:
    """Run every lot of a share; one that cannot stand reports why and stops no other."""
    if not share.drafts:
        return []
    first_ms = min(opening_ms(draft) for draft in share.drafts)
    ctx = _context(f"{share.seed}/parties", first_ms)
    Officers().register(ctx)
    bidders = _register_bidders(ctx, share.bidders)
    return [_run_one(share, draft, bidders) for draft in share.drafts]


def _context(seed: str, at_ms: int) -> Context:
    return Context(SYSTEM, SimulatedClock(at_ms), SeededEntropy(seed), simulated=True, projected=False)


def _register_bidders(ctx: Context, count: int) -> list[str]:
    forms = []
    for number in range(1, count + 1):
        body = make_organisation_code(f"MN{number:06d}")
        code = make_uscc("91220000" + body)
        forms.append(
            parties.PartyForm(
                "organisation", f"模拟竞买人{number:03d}（模拟）", code, verified_how="simulated"
            )
        )
    return [party.id for party in parties.register_parties(ctx, forms)]


def _run_one(share: Share, draft: Draft, bidders: Sequence[str]) -> LotResult:
    ctx = _context(f"{share.seed}/lot/{draft.row}", opening_ms(draft))
    try:
        sale = _run(ctx, draft, bidders)
        return LotResult(draft.row, _write(ctx, share, draft, sale))
    except Fault as fault:
        return LotResult(draft.row, None, fault)
    except Exception as error:  # a mistake of ours: say so of this lot, and go on with the others
        log.exception("row %s failed", draft.row)
        return LotResult(draft.row, None, Fault("day.broken", error=type(error).__name__))


def _run(ctx: Context, draft: Draft, bidders: Sequence[str]) -> Sale:
    if isinstance(draft, GoodsDraft):
        return Sale(*run_goods(ctx, draft, bidders))
    return run_lot(ctx, draft, bidders, Officers())


def _write(ctx: Context, share: Share, draft: Draft, sale: Sale) -> dict[str, Any]:
    name = f"{draft.row:05d}"
    offering = sale.offering
    bundle = market.bundle_offering(offering, day_signer(share.seed))
    (share.out / "bundles" / f"{name}.json").write_bytes(bundle)
    release = catalogue.package_of([offering.id], path=f"/ocds/{name}.json", published_ms=ctx.now_ms())
    (share.out / "ocds" / f"{name}.json").write_bytes(catalogue.write_json(release))
    contracts = [
        f"contracts/{name}-{place}.pdf" if place > 1 else f"contracts/{name}.pdf"
        for place in range(1, len(sale.contract_ids) + 1)
    ]
    for contract_id, path in zip(sale.contract_ids, contracts, strict=True):
        content, _ = settlement.read_contract_pdf(ctx, contract_id)
        (share.out / path).write_bytes(content)
    return {**_values(draft, offering, name), "contract": " ".join(contracts)}


def _values(draft: Draft, offering: market.Offering, name: str) -> dict[str, Any]:
    outcome = offering.outcome or {}
    return {
        "row": draft.row,
        "rows": " ".join(map(str, draft.rows)),
        "notice_no": draft.notice_no,
        "parcel_no": draft.parcel_no,
        "place": draft.place,
        "division": draft.division_code or draft.division_text,
        "method": offering.mechanism,
        "result": "sold" if outcome.get("result") == "sold" else "unsold",
        "reason": outcome.get("reason") or "",
        "start_price_fen": offering.start_price_fen,
        "price_fen": outcome.get("price_fen"),
        "quotes": offering.quotes,
        "registrants": offering.registrants,
        "winner_alias": outcome.get("winner") or "",
        "awards": len(awards_of(outcome)) if outcome else 0,
        "turnover_fen": sum(award["pay_fen"] or 0 for award in awards_of(outcome)) if outcome else 0,
        "reserve_fen": outcome.get("reserve_fen"),
        "closed_ms": outcome.get("closed_at"),
        "operator_set": " ".join(sorted(draft.operator_set)),
        "simulated": "simulated bidders",
        "bundle": f"bundles/{name}.json",
        "release": f"ocds/{name}.json",
    }
