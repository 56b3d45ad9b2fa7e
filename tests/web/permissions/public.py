"""The public room: everything published is everyone's, a draft is nobody's, a bid is its party's."""

from collections.abc import Mapping
from typing import Any

from jishi.kernel.evidence.tile import WIDTH, Tile, tile_path
from jishi.platform.log import publish_log
from jishi.web.public.views.take import READERS
from tests.web.permissions.row import EVERYONE, MEMBERS, NOBODY, Row
from tests.web.permissions.target import offering, result_notice
from tests.web.world import START_FEN, STEP_FEN, World

BOTH = frozenset({"bidder", "rival"})
ASKS_JSON = {"Accept": "application/json"}
PAGES = (
    *("", "lots/", "land/", "results/", "results/results.csv", "notices/", "notices/feed.atom"),
    *("verify/", "verify/jishi-verify.pyz", "rules/", "log/", "log/checkpoint", "search/", "complaints/"),
)
PARTS = (
    *("", "bundle.json", "quotes.csv", "receipt/<int:seq>.json", "room/"),
    *("room.json", "sealed/", "sealed.json", "committee.json"),
)
WATCHERS_HERE, WATCHERS_THERE = frozenset({"regulator", "auditor"}), frozenset({"far_regulator"})


def quote(world: World) -> Mapping[str, Any]:
    """Give the next quote."""
    return {"price_fen": START_FEN + 2 * STEP_FEN, "price": "102", "key": "table-0001"}


def first_tile(world: World) -> Mapping[str, Any]:
    """Name the first tile of the log as it is published now."""
    return {"name": tile_path(Tile(0, 0, min(WIDTH, publish_log().size)))}


COUNTS = ("quantity", "order", "amount")
RULE = "labour.residence_permit"
CLAUSE = "民法典 705"
LAW_FILES = ("rules", "clauses", "parameters", "limits")

PARCELS = {"kind_id": "land.parcel"}


def open_entry(world: World) -> Mapping[str, Any]:
    """Fill in an entry of an open register."""
    return {**PARCELS, "entry_id": world.entries["free"]}


ROWS = [
    *(Row(path, EVERYONE) for path in PAGES),
    Row("registers/", EVERYONE),
    Row("registers/<str:kind_id>/", EVERYONE, target=lambda world: PARCELS),
    Row("registers/<str:kind_id>/entries.json", EVERYONE, target=lambda world: PARCELS),
    Row(
        "registers/<str:kind_id>/entries.<str:form>",
        EVERYONE,
        target=lambda world: {**PARCELS, "form": "csv"},
    ),
    Row("registers/<str:kind_id>/<str:entry_id>.json", EVERYONE, target=open_entry),
    Row("registers/<str:kind_id>/<str:entry_id>/", EVERYONE, target=open_entry),
    *(Row(f"law/{part}", EVERYONE) for part in ("", "clauses/", "parameters/", "limits/")),
    *(Row(f"measures/{part}", EVERYONE) for part in ("", "named/")),
    *(
        Row(f"measures/{name}.<str:form>", EVERYONE, target=lambda world: {"form": "csv"})
        for name in ("measures", "named")
    ),
    *(
        Row(f"measures/<int:number>{end}", EVERYONE, target=lambda world: {"number": 16})
        for end in ("/", ".json")
    ),
    *(Row(f"law/{name}.<str:form>", EVERYONE, target=lambda world: {"form": "csv"}) for name in LAW_FILES),
    *(
        Row(f"law/clauses/<path:clause_id>{end}", EVERYONE, target=lambda world: {"clause_id": CLAUSE})
        for end in ("/", ".json")
    ),
    Row("law/<str:rule_id>/", EVERYONE, "read", target=lambda world: {"rule_id": RULE}),
    Row("law/<str:rule_id>/", EVERYONE, "ask", "POST", target=lambda world: {"rule_id": RULE}),
    Row("law/<str:rule_id>.<str:form>", EVERYONE, target=lambda world: {"rule_id": RULE, "form": "json"}),
    Row("log/<path:name>", EVERYONE, target=first_tile),
    Row("outline-<str:lang>.json", EVERYONE, target=lambda world: {"lang": "zh"}),
    Row("land/lots.<str:form>", EVERYONE, "moved", target=lambda world: {"form": "csv"}),
    Row("land/<path:rest>", EVERYONE, "moved", target=lambda world: {"rest": "elsewhere/"}),
    Row("lots.<str:form>", EVERYONE, target=lambda world: {"form": "csv"}),
    Row("notices/<str:notice_id>/", EVERYONE, "published", target=result_notice),
    *(
        Row(f"lots/<str:offering_id>/{part}", may, on, target=offering(stage, seq=1))
        for part in PARTS
        for on, stage, may in (("public", "free", EVERYONE), ("draft", "draft", NOBODY))
    ),
    Row("verify/<str:offering_id>/", EVERYONE, "public", target=offering("published")),
    Row("verify/<str:offering_id>/", NOBODY, "draft", target=offering("draft")),
    Row("lots/<str:offering_id>/supervise/", WATCHERS_HERE, "here", target=offering("free")),
    Row("lots/<str:offering_id>/supervise/", WATCHERS_THERE, "there", target=offering("far_free")),
    Row(
        "lots/<str:offering_id>/ask/",
        BOTH,
        "public",
        "POST",
        target=offering("free"),
        body=lambda world: {"text": "界址点坐标？", "party": world.parties["north"]},
    ),
    Row(
        "lots/<str:offering_id>/bid/",
        BOTH,
        "own",
        "POST",
        target=offering("rounds"),
        body=quote,
        headers=ASKS_JSON,
    ),
    Row(
        "lots/<str:offering_id>/ticket/",
        BOTH,
        "own",
        "POST",
        target=offering("rounds"),
        body=lambda world: {},
        headers=ASKS_JSON,
    ),
    Row(
        "lots/<str:offering_id>/continue/",
        BOTH,
        "own",
        "POST",
        target=offering("question"),
        body=quote,
        headers=ASKS_JSON,
    ),
    *(
        Row(
            "lots/<str:offering_id>/take/<str:act>/",
            BOTH,
            f"{act} own",
            "POST",
            target=offering("rounds", act=act),
            body=lambda world: (
                {"side": "buy", "price": "1", "key": "table-0002"} | dict.fromkeys(COUNTS, "1")
            ),
            headers=ASKS_JSON,
        )
        for act in READERS
    ),
    Row(
        "lots/<str:offering_id>/take/<str:act>/",
        NOBODY,
        "draft",
        "POST",
        target=offering("draft", act="buy"),
        body=lambda world: {"quantity": "1", "key": "table-0003"},
        headers=ASKS_JSON,
    ),
    Row(
        "results/<str:offering_id>/object/",
        MEMBERS,
        "published",
        "POST",
        target=offering("published"),
        body=lambda world: {"text": "对结果有异议"},
    ),
]
