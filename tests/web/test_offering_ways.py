"""Each mechanism of each product of the pack is stated, stored, revised, published and listed again from the desk."""

from typing import Any

import pytest

from jishi.apps.market import api as market
from jishi.apps.market.mechanism import UNSET, mechanism_of
from jishi.apps.market.models import Offering
from jishi.apps.packs.api import default_pack
from jishi.apps.packs.kinds.product import MechanismChoice, Product
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.field import REQUIRED
from jishi.platform.context import Context
from jishi.platform.words.stated import PLATFORM
from jishi.web.desk import way as ways
from tests.web.stating import STAGES, Sent, enter, rows, save, typed
from tests.web.world import World

WAYS = [(product, choice) for product in default_pack().products.values() for choice in product.mechanisms]
NAMES = [f"{product.id}:{choice.id}" for product, choice in WAYS]


def expected(offering: Offering, choice: MechanismChoice) -> dict[str, Any]:
    """Return the terms that product and mechanism state by themselves, as the mechanism reads them."""
    mechanism = mechanism_of(offering)
    own = {field.name: field.default for field in mechanism.model if field.default is not REQUIRED}
    stood = {**own, **choice.defaults()}
    read = mechanism.dump_terms(mechanism.read_terms({**offering.terms, **stood}))
    return {name: read[name] for name in stood if name not in PLATFORM}


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
@pytest.mark.parametrize(("product", "choice"), WAYS, ids=NAMES)
def test_what_is_prefilled_is_what_is_stored_and_published(
    world: World, product: Product, choice: MechanismChoice, lang: str
) -> None:
    clerk, reviewer = world.client("clerk", **{"Accept-Language": lang}), world.client("reviewer")
    address = f"/desk/offerings/new/{enter(product)}/?way={product.id}:{choice.id}"
    draft = save(clerk, address)
    assert (draft.product, draft.mechanism, draft.mechanism_version) == (
        product.id,
        choice.id,
        choice.version,
    )
    stated = expected(draft, choice)
    assert {name: draft.terms[name] for name in stated} == stated
    revised = save(clerk, f"/desk/offerings/{draft.id}/revise/")
    assert revised.terms == draft.terms and revised.mechanism == choice.id
    if draft.terms.get("draw_commitment"):
        assert draft.terms["draw_commitment"] == UNSET
        market.commit_draw(world.acting(Context(), "clerk"), draft.id)
        kept = market.get_offering(draft.id).terms
        assert save(clerk, f"/desk/offerings/{draft.id}/revise/").terms == kept, "the commitment is lost"
    page = clerk.get(f"/desk/offerings/{draft.id}/")
    assert "publish" not in {step.id for step, _form, _url in page.context["next_steps"]}, "by its own clerk"
    assert reviewer.post(f"/desk/offerings/{draft.id}/publish/").status_code == 302
    assert market.get_offering(draft.id).state == "noticed"


def test_the_mechanisms_of_the_pack_are_all_of_the_engine() -> None:
    assert {choice.id for _, choice in WAYS} == {
        "listing", "auction", "tender", "package", "negotiation", "fixed_price", "lottery", "call_auction",
        "uniform_price", "pay_as_bid",
    }  # fmt: skip


def test_a_lot_is_listed_again_with_its_terms_or_another_way(world: World) -> None:
    clerk, before = world.client("clerk"), market.get_offering(world.offerings["unsold"])
    address = f"/desk/offerings/{before.id}/relist/"
    again = save(clerk, address)
    assert again.mechanism == "listing" and again.listing_round == 2
    own = ("start_price_fen", "increment_fen", "round_ms", "question_ms", "free_quotes", "cap_rule")
    assert {name: again.terms[name] for name in own} == {name: before.terms[name] for name in own}
    form = clerk.get(f"{address}?way=land.state_grant_auction:auction").context["form"]
    assert form["start_price_fen"].value() == "100万元" and "stages" in form.fields


def test_stages_with_a_draw_get_a_commitment_to_come(world: World) -> None:
    product = default_pack().product("land.state_grant_auction")
    address = f"/desk/offerings/new/{enter(product)}/?way={product.id}:auction"
    clerk = world.client("clerk")
    more = rows("stages", *STAGES)
    unsealed = clerk.post(address, {**typed(clerk, address, more), "check": "1"})
    assert list(unsealed.context["form"].errors) == ["sealing"]
    more |= {"sealing": "x25519", "sealing_members": "5", "sealing_threshold": "3"}
    stated = save(clerk, address, more)
    assert stated.terms["draw_commitment"] == UNSET
    assert stated.terms["sealing"] == {"suite": "x25519", "members": 5, "threshold": 3}
    assert stated.terms["stages"][0]["round_ms"] == 90500


AUCTION, TENDER = "land.state_grant_auction:auction", "land.state_grant_auction:tender"
WRONG: list[tuple[str, Sent, str, str]] = [
    (AUCTION, {"too_few": "sole"}, "too_few", "least_bidders"),
    (TENDER, {"panel_least": "6"}, "panel_least", "6"),
    (TENDER, {"method": "score"}, "criteria", "criteria"),
    (TENDER, {"sealing_members": "2", "sealing_threshold": "3"}, "sealing", "32"),
    (TENDER, {"publicity_ms": "1天"}, "publicity_ms", ""),
    (TENDER, {"publicity_ms": "soon"}, "publicity_ms", "soon"),
    ("land.state_grant_auction:package", {"payment": "vcg", "gap_bp": "1%"}, "gap_bp", ""),
    ("capital.emission_right:uniform_price", {"supply": "15", "quantity_step": "10"}, "supply", "15"),
    ("capital.emission_right:uniform_price", {"per_bidder_bp": "101%"}, "per_bidder_bp", ""),
    ("capital.emission_right:pay_as_bid", {"share_bp": ""}, "share_bp", ""),
    ("capital.emission_right:pay_as_bid", {"share_bp": "0.001"}, "share_bp", "0.001"),
    ("capital.emission_right:call_auction", {"low_fen": "2元", "high_fen": "1元"}, "high_fen", ""),
    ("labour.talent_housing:lottery", {"sealing": "sm"}, "sealing", "x25519"),
    ("labour.talent_housing:fixed_price", {"rule": "subscription"}, "stock", ""),
]  # fmt: skip


@pytest.mark.parametrize(("key", "changed", "field", "says"), WRONG)
def test_a_fault_is_said_beside_its_field(
    world: World, key: str, changed: Sent, field: str, says: str
) -> None:
    clerk = world.client("clerk")
    address = f"/desk/offerings/new/{enter(default_pack().product(key.split(':')[0]))}/?way={key}"
    answer = clerk.post(address, {**typed(clerk, address, changed), "save": "1"})
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field] and says in errors[field][0], errors


def test_a_refused_mechanism_stays_on_the_list_with_its_clause(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pack: Any, product: Product, mechanism: str, day: Any) -> None:
        if mechanism == "tender":
            clauses = "39号令 4"
            raise Fault(
                "market.method.refused", product=product.id, mechanism=mechanism, rule="r", clauses=clauses
            )

    monkeypatch.setattr(ways, "require_method", refuse)
    page = world.client("clerk").get("/desk/offerings/new/?product=land.state_grant_auction")
    assert [way.key for way in page.context["refused"]] == ["land.state_grant_auction:tender"]
    assert page.context["refused"][0].clauses == ("39号令 4",) and "39号令 4" in page.text
    assert page.context["way"].choice.id == "auction"


def test_the_form_says_the_terms_as_they_stand(world: World) -> None:
    clerk = world.client("clerk")
    entry = enter(default_pack().product("land.state_grant_auction"))
    page = clerk.get(f"/desk/offerings/new/{entry}/?way=land.state_grant_auction:auction")
    said = {line.title: line.value for line in page.context["stated"]}
    assert said["竞价阶段 1 · 逐轮加价"] == "增价幅度：10 万元；限时竞价每轮：5 分钟"
    page = clerk.get(
        f"/desk/offerings/new/{entry}/?way=land.state_grant_listing:listing",
        headers={"Accept-Language": "en"},
    )
    assert {"round_ms", "cap_fen"} < set(page.context["form"].fields)


def test_prices_are_asked_only_where_the_mechanism_has_them(world: World) -> None:
    clerk, asked = world.client("clerk"), {}
    for product, choice in WAYS:
        page = clerk.get(f"/desk/offerings/new/{enter(product, choice.id)}/?way={product.id}:{choice.id}")
        asked[choice.id] = {"start_price_fen", "increment_fen"} & set(page.context["form"].fields)
        assert not {"lot", "reserve_commitment", "draw_commitment", "opens"} & set(
            page.context["form"].fields
        )
    assert asked.pop("listing") == {"start_price_fen", "increment_fen"}
    assert asked.pop("auction") == {"start_price_fen"}
    assert not any(asked.values())


def test_the_reviewer_reads_the_terms_of_a_draft(world: World) -> None:
    product = default_pack().product("land.state_grant_auction")
    draft = save(world.client("clerk"), f"/desk/offerings/new/{enter(product)}/?way={product.id}:auction")
    page = world.client("reviewer").get(f"/desk/offerings/{draft.id}/")
    assert "拍卖" in page.context["mechanism_title"]
    assert "竞价阶段 1 · 逐轮加价" in page.text and "增价幅度：10 万元" in page.text
