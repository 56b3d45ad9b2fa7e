"""The ways a product is sold by: several mechanisms, and those its rules forbid, refused with the clause."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jishi.apps.packs.api import Problem, check_pack, load_pack_from
from jishi.kernel.fault import Fault
from jishi.platform.words import say

Edit = Callable[[str, str, str], None]
PRODUCT = "products/land.state_grant_listing.toml"
FACTS = 'facts = { land_ownership = "state" }'
EQUITY = (
    'facts = { land_ownership = "state", equity_security = "share", splits_into_units = false, '
    "is_public_offer = false }"
)
SECOND = """
[[mechanism]]
id = "listing"
version = 1
"""


def guarded(edit: Edit, method: str, facts: str = EQUITY) -> None:
    """Make the product one of the regional equity market, sold in one way."""
    edit(PRODUCT, FACTS, facts)
    edit(PRODUCT, "[guard]", '[guard]\nmethod = "capital.equity_product"')
    edit(PRODUCT, 'facts = { sale_method = "listing" }', f'facts = {{ trading_method = "{method}" }}')


def only(copy: Path) -> Problem:
    (problem,) = check_pack(copy)
    for language in ("zh", "en"):
        sentence = say(problem.code, problem.fault.params, language)
        assert "{" not in sentence and PRODUCT in sentence
    return problem


def test_a_regional_equity_product_is_not_sold_by_call_auction(copy: Path, edit: Edit) -> None:
    guarded(edit, "call_auction")
    problem = only(copy)
    assert (problem.file, problem.key, problem.code) == (PRODUCT, "mechanism[listing]", "pack.method_refused")
    assert "132号令 转让方式" in problem.valid
    assert "132号令 转让方式" in say(problem.code, problem.fault.params, "zh")


def test_a_way_that_the_rule_permits_loads(copy: Path, edit: Edit) -> None:
    guarded(edit, "agreement")
    product = load_pack_from(copy).product("land.state_grant_listing")
    assert product.facts_with("listing")["trading_method"] == "agreement"
    assert "trading_method" not in product.facts_with("auction")


def test_a_way_the_rule_cannot_judge_names_the_facts_it_needs(copy: Path, edit: Edit) -> None:
    guarded(edit, "agreement", facts=FACTS)
    problem = only(copy)
    assert problem.code == "pack.method_undetermined"
    assert "splits_into_units" in problem.valid


def test_only_a_table_can_permit_a_way(copy: Path, edit: Edit) -> None:
    edit(PRODUCT, "[guard]", '[guard]\nmethod = "land.max_term"')
    assert only(copy).code == "pack.guard_not_table"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("\n[[step]]", SECOND + "\n[[step]]", "pack.twice"),
        ("value = 300000", "value = 1.5", "pack.inexact"),
        ("value = 300000", "value = [{ share = 0.5 }]", "pack.inexact"),
        ("value = 300000", "value = [300000]", "pack.bad_term"),
        ("sale_method", "sale_way", "pack.unknown_fact"),
        ("[guard]", '[relist]\nfloor = "land.nothing"\n[guard]', "pack.unknown_parameter"),
        ('cites = ["39号令 4", "39号令 17"]', 'cites = ["39号令 400"]', "pack.unknown_clause"),
    ],
)
def test_what_cannot_stand_is_named(copy: Path, edit: Edit, old: str, new: str, code: str) -> None:
    edit(PRODUCT, old, new)
    assert code in {problem.code for problem in check_pack(copy)}


def test_a_product_knows_its_mechanisms(copy: Path) -> None:
    product = load_pack_from(copy).product("land.state_grant_listing")
    assert product.default_mechanism is product.mechanism_named("listing")
    assert product.default_mechanism.title is not None
    with pytest.raises(Fault, match=r"pack\.no_mechanism"):
        product.mechanism_named("raffle")


def test_a_version_that_wrote_one_mechanism_as_a_table_still_loads(copy: Path, edit: Edit) -> None:
    edit(PRODUCT, "[[mechanism]]", "[mechanism]")
    assert load_pack_from(copy).product("land.state_grant_listing").default_mechanism.id == "listing"
