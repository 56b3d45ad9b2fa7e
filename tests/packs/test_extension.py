"""A register kind and a product are added by TOML alone: the examples of `docs/packs.md`, as they stand."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from jishi.apps.packs.api import Pack, load_pack, load_pack_from, validate_entry

GUIDE = Path(__file__).parents[2] / "docs" / "packs.md"


@pytest.fixture
def extended(copy: Path) -> Pack:
    """Load a copy of the pack with the guide's register kind and product in it."""
    for folder in ("registers", "products"):
        text = _example(folder)
        (copy / folder / f"{tomllib.loads(text)['id']}.toml").write_text(text, "utf-8")
    return load_pack_from(copy)


def test_a_register_kind_by_toml_alone(extended: Pack) -> None:
    kind = extended.register("land.building")
    data = {"unit_code": "220113001002GB00015F00010001", "name": "演示楼", "floor_area_cm2": "120.5"}
    assert validate_entry(kind, data) == ({**data, "floor_area_cm2": 1_205_000}, [])
    assert kind.may_follow("standing", "sold") and not kind.may_follow("sold", "standing")
    assert kind.encumbrances[0].blocks


def test_a_product_by_toml_alone(extended: Pack) -> None:
    product = extended.product("land.building_sale")
    (between,) = product.limits_between("notice", "listing_start")
    assert extended.limit(between.limit, date(2026, 3, 2)).amount == 20
    assert product.default_mechanism.defaults() == {"round_ms": 180_000}
    assert extended.template(product.id).is_file()


def test_an_extension_changes_the_hash_and_keeps_the_rest(extended: Pack) -> None:
    plain = load_pack("jilin")
    assert extended.hash != plain.hash
    assert extended.products.keys() - plain.products.keys() == {"land.building_sale"}
    assert extended.clauses == plain.clauses


def _example(folder: str) -> str:
    """Give the TOML example of the guide that goes into `folder`."""
    (text,) = re.findall(rf"One file in `{folder}/`.*?```toml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    return text
