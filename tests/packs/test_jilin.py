"""The pack of Jilin loads, cites only what it states, and says the law's numbers."""

import json
import tomllib
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from shapely.geometry import shape

from jishi.apps.packs.api import Pack, default_pack, load_pack, validate_entry
from jishi.kernel.codes.division import is_within
from jishi.kernel.codes.resident import check_resident
from jishi.kernel.codes.unit_code import check_unit_code
from jishi.kernel.codes.uscc import check_uscc
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.registry import find
from jishi.kernel.quantity.area import parse_area
from jishi.kernel.rules.rule import Schedule

TODAY = date(2026, 3, 2)
STAGES = {
    "draft", "notice", "registration", "free", "question", "rounds", "awaiting_reserve", "sold_publicity",
    "contracted", "completed", "unsold", "second_listing", "suspended", "terminated",
}  # fmt: skip


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("jilin")


def test_the_only_installed_pack_is_the_default(pack: Pack) -> None:
    assert default_pack() is pack
    assert pack.reference() == {"id": "jilin", "version": pack.version, "hash": pack.hash}


def test_every_citation_resolves(pack: Pack) -> None:
    cited = set(_citations(pack.root))
    assert len(cited) > 15
    assert cited <= pack.clauses.keys()


def test_the_confidence_of_a_limit_is_that_of_its_weakest_part(pack: Pack) -> None:
    notice, listing = pack.limit("land.notice_min_days", TODAY), pack.limit("land.listing_min_days", TODAY)
    refund = pack.limit("land.deposit_refund_workdays", TODAY)
    assert (notice.amount, notice.unit, notice.counting, notice.confidence) == (
        20, "calendar_day", "next_day", "confirmed",
    )  # fmt: skip
    assert (listing.amount, listing.counting, listing.confidence) == (10, "both_ends", "unconfirmed")
    assert (refund.amount, refund.unit, refund.confidence) == (5, "working_day", "unconfirmed")
    assert "39号令 8" in notice.clauses


def test_a_listing_may_open_twenty_days_after_its_notice(pack: Pack) -> None:
    notice = pack.limit("land.notice_min_days", TODAY)
    assert notice.check(date(2026, 3, 2), date(2026, 3, 22)).verdict == "met"
    assert notice.check(date(2026, 3, 2), date(2026, 3, 21)).verdict == "broken"


def test_a_parameter_has_no_value_before_its_time(pack: Pack) -> None:
    with pytest.raises(Fault, match=r"pack\.not_in_force"):
        pack.limit("land.notice_min_days", date(2007, 10, 31))
    assert pack.step("land.collective_vote_ratio", TODAY).value == Fraction(2, 3)


def test_every_limit_of_the_product_is_a_parameter_in_force(pack: Pack) -> None:
    product = pack.product("land.state_grant_listing")
    assert {limit.limit for limit in product.limits} <= pack.limits.keys()
    for limit in product.limits:
        assert pack.limit(limit.limit, TODAY).amount > 0


def test_the_default_terms_are_terms_of_the_mechanism(pack: Pack) -> None:
    choice = pack.product("land.state_grant_listing").mechanism_named("listing")
    mechanism = find(choice.id, choice.version)
    raw = {
        "lot": "1", "listing_start": 0, "listing_end": 10**9, "registration_end": 10**9,
        "start_price_fen": 100, "increment_fen": 1, **choice.defaults(),
    }  # fmt: skip
    dumped = mechanism.dump_terms(mechanism.read_terms(raw))
    assert {name: dumped[name] for name in choice.defaults()} == choice.defaults()


@pytest.mark.parametrize(
    ("use", "years"),
    [("0701", 70), ("0601", 50), ("05", 40), ("0505", 40), ("0805", 50), ("0809", 50), ("1005", 50)],
)
def test_the_longest_term_follows_the_use(pack: Pack, use: str, years: int) -> None:
    longest = pack.product("land.state_grant_listing").longest_term(use)
    assert longest is not None
    assert pack.step(longest.parameter, TODAY).value == years


def test_only_real_estate_has_a_deposit_floor(pack: Pack) -> None:
    product = pack.product("land.state_grant_listing")
    floor = product.deposit_floor("0701")
    assert floor is not None and pack.step(floor.parameter, TODAY).value == Fraction(1, 5)
    assert product.deposit_floor("0601") is None


@pytest.mark.parametrize(("old", "new"), [("220381", "220184"), ("220181", "220113"), ("220724", "220781")])
def test_an_old_division_code_leads_to_its_successor(pack: Pack, old: str, new: str) -> None:
    assert pack.current_division(old, TODAY).code == new
    assert pack.current_division(old, date(2005, 1, 1)).code == old


def test_wordings_of_announcements_mean_a_land_use(pack: Pack) -> None:
    found = {
        wording: pack.land_use_named(wording) for wording in ("工业用地", "零售商业用地", "0601", "月球用地")
    }
    assert {wording: use and use.code for wording, use in found.items()} == {
        "工业用地": "0601", "零售商业用地": "0501", "0601": "0601", "月球用地": None,
    }  # fmt: skip


def test_there_are_sixty_counties_and_seventy_three_land_uses(pack: Pack) -> None:
    counties = [each for each in pack.divisions.values() if each.in_force(TODAY) and each.code[4:] != "00"]
    assert (len(counties), sum(len(code) == 4 for code in pack.land_uses)) == (60, 73)


def test_the_scenario_shows_every_stage_and_three_lots_to_bid_on(pack: Pack) -> None:
    assert pack.scenario is not None
    assert {lot.stage for lot in pack.scenario.lots} == STAGES
    live = pack.scenario.at_stage("free", "question", "rounds")
    assert sum("birch" in lot.bidders for lot in live) >= 3
    assert all(lot.minutes_left for lot in live)


def test_the_scenario_is_marked_and_its_codes_are_valid(pack: Pack) -> None:
    assert pack.scenario is not None
    assert all("演示" in lot.conditions and lot.source_url.startswith("http") for lot in pack.scenario.lots)
    for party in pack.scenario.parties:
        check = check_uscc if party.kind == "organisation" else check_resident
        assert check(party.code) == party.code
        assert is_within(party.division, "220000")


def test_the_scenario_keeps_the_rules_of_its_product(pack: Pack) -> None:
    assert pack.scenario is not None
    product = pack.product(pack.scenario.product)
    for lot in pack.scenario.lots:
        for use in lot.uses:
            longest = product.longest_term(use.code)
            assert longest is not None and use.term_years <= pack.step(longest.parameter, TODAY).value, (
                lot.number
            )
        for floor in filter(None, (product.deposit_floor(use.code) for use in lot.uses)):
            share = Fraction(lot.deposit_fen, lot.start_price_fen)
            assert share >= pack.step(floor.parameter, TODAY).value, lot.number
        raised = (lot.final_price_fen or lot.start_price_fen) - lot.start_price_fen
        assert raised >= 0 and raised % lot.increment_fen == 0, lot.number


def test_the_shapes_of_the_scenario_match_the_areas(pack: Pack) -> None:
    assert pack.scenario is not None
    for lot in pack.scenario.lots:
        west, south, east, north = shape(lot.geometry).bounds
        assert 121.5 < west < east < 131.5 and 40.5 < south < north < 46.5, lot.number
        square_metres = (east - west) * 111_320 * 0.72 * (north - south) * 110_940
        assert square_metres == pytest.approx(float(lot.area_m2), rel=0.1), lot.number


def test_every_lot_is_a_valid_parcel(pack: Pack) -> None:
    assert pack.scenario is not None
    kind = pack.register("land.parcel")
    for lot in pack.scenario.lots:
        uses = [
            {"code": use.code, "name": pack.land_uses[use.code].name_zh, "area_cm2": use.area_m2,
             "term_years": use.term_years, "plot_ratio": use.plot_ratio}
            for use in lot.uses
        ]  # fmt: skip
        same = {
            "parcel_no",
            "unit_code",
            "place",
            "division",
            "plot_ratio",
            "building_density",
            "green_ratio",
        }
        data = {**lot.model_dump(include=same), "height": lot.height, "area_cm2": lot.area_m2, "uses": uses}
        clean, faults = validate_entry(kind, {**data, "tenure": "state", "simulated": True})
        assert not faults, (lot.number, faults)
        assert clean["area_cm2"] == parse_area(lot.area_m2)
        assert validate_entry(kind, json.loads(json.dumps(clean))) == (clean, [])


def test_a_completed_lot_has_a_unit_code(pack: Pack) -> None:
    assert pack.scenario is not None
    (done,) = pack.scenario.at_stage("completed")
    assert check_unit_code(done.unit_code or "") == done.unit_code


def _citations(root: Path) -> list[str]:
    found: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            found.extend(node.get("cites", []))
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    for path in root.rglob("*.toml"):
        walk(tomllib.loads(path.read_text("utf-8")))
    return found


RULED = {1, 2, *range(4, 9), 10, 11, 12, 15, 16, 19, 21, 24, 25, 27, 28, 29, 55, *range(58, 64)}
RULED |= {66, 68, 71, 72, 76, 78, 84, 86}


def test_every_measure_that_needs_a_rule_has_one(pack: Pack) -> None:
    carried = {measure for rule in pack.rules.values() for measure in rule.measures}
    assert not RULED - carried


def test_what_the_province_must_fill_answers_with_who_fills_it(pack: Pack) -> None:
    empty = [rule for rule in pack.rules.values() if isinstance(rule, Schedule) and not rule.entries]
    assert len(empty) > 5
    for rule in empty:
        decision = pack.law.decide(rule.id, {}, TODAY)
        assert (decision.answer, decision.reason) == (None, "no_value"), rule.id
        assert rule.needs is not None and all(rule.needs), rule.id
