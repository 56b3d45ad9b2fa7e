"""Every public offering is told as a valid OCDS release: exact, complete, and naming nobody too early."""

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from jishi.apps.catalogue import api as catalogue
from jishi.apps.market import api as market
from jishi.kernel.calendar.zone import day_of
from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from tests.apps.catalogue.standard import check_package, dangling
from tests.web.world import STAGES, World, build_world

PUBLIC = tuple(stage for stage in STAGES if not stage.endswith("draft"))
NAMED = ("published", "contracted", "completed")


@pytest.fixture(scope="module")
def shared_world(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    """Build the market once for this module."""
    from django.test.utils import override_settings

    var = override_settings(JISHI_VAR=tmp_path_factory.mktemp("catalogue"))
    with var, django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world: World, db: None) -> World:
    """Give the market."""
    return shared_world


@pytest.fixture
def releases(world: World) -> dict[str, dict[str, Any]]:
    """Give the releases by stage, as a reader gets them."""
    built = catalogue.releases_of([world.offerings[stage] for stage in PUBLIC])
    return dict(zip(PUBLIC, json.loads(catalogue.write_json({"all": built}))["all"], strict=True))


def test_the_standard_finds_nothing_wrong(world: World) -> None:
    ids = [world.offerings[stage] for stage in PUBLIC]
    package = catalogue.package_of(ids, path="/api/v1/ocds", published_ms=Context().now_ms())
    assert check_package(json.loads(catalogue.write_json(package))) == {}


def test_the_check_itself_can_fail(releases: dict[str, dict[str, Any]]) -> None:
    release = releases["free"]
    release["tender"]["status"] = "open"
    del release["date"]
    package = {
        "uri": "http://127.0.0.1/",
        "version": "1.1",
        "publishedDate": "2026-01-01T00:00:00Z",
        "publisher": {"name": "x"},
        "releases": [release],
    }
    assert {"validation_errors", "additional_closed_codelist_values"} <= check_package(package).keys()


STATUSES = {
    "notice": "planned",
    "free": "active",
    "suspended": "active",
    "rounds": "active",
    "awaiting_reserve": "active",
    "ended": "complete",
    "published": "complete",
    "completed": "complete",
    "unsold": "unsuccessful",
    "converted": "unsuccessful",
    "halted": "unsuccessful",
    "terminated": "cancelled",
}


@pytest.mark.parametrize(("stage", "status"), STATUSES.items())
def test_a_status_follows_the_offering(releases: dict[str, Any], stage: str, status: str) -> None:
    assert releases[stage]["tender"]["status"] == status


def test_tags_say_how_far_it_went(releases: dict[str, Any]) -> None:
    assert releases["free"]["tag"] == ["planning", "tender"]
    assert releases["published"]["tag"] == ["planning", "tender", "award"]
    assert releases["terminated"]["tag"] == ["tenderCancellation"]
    assert "contract" in releases["completed"]["tag"]


@pytest.mark.parametrize(("stage", "named"), [("confirmed", False), ("published", True)])
def test_the_award_of_a_winner_who_did_not_sign_is_cancelled(world: World, stage: str, named: bool) -> None:
    offering_id, ctx = world.offerings[stage], Context()
    market.declare_default(ctx, offering_id, "书面拒签", refused_day=day_of(ctx.now_ms(), 480))
    (built,) = catalogue.releases_of([offering_id])
    release = json.loads(catalogue.write_json(built))
    (award,) = release["awards"]
    assert (release["tag"], release["tender"]["status"]) == (["awardCancellation"], "complete")
    assert award["status"] == "cancelled"
    assert ("suppliers" in award) is named, "the winner is named where the result was out before"
    assert "contracts" not in release
    package = catalogue.package_of([offering_id], path="/api/v1/ocds", published_ms=ctx.now_ms())
    assert check_package(json.loads(catalogue.write_json(package))) == {}


@pytest.mark.parametrize("stage", PUBLIC)
def test_bidders_are_named_only_with_the_result(releases: dict[str, Any], stage: str) -> None:
    said = json.dumps(releases[stage], ensure_ascii=False)
    assert ("南方建设有限公司" in said) == (stage in NAMED)
    assert not dangling(releases[stage])


def test_the_winner_is_the_supplier(releases: dict[str, Any]) -> None:
    (award,) = releases["published"]["awards"]
    assert [each["name"] for each in award["suppliers"]] == ["北方置业有限公司"]
    assert award["status"] == "active" and award["value"] == {"amount": 1_010_000, "currency": "CNY"}
    assert releases["ended"]["awards"][0]["status"] == "pending"
    assert "suppliers" not in releases["confirmed"]["awards"][0]


def test_the_contract_follows_the_award(releases: dict[str, Any]) -> None:
    (contract,) = releases["completed"]["contracts"]
    assert contract["awardID"] == releases["completed"]["awards"][0]["id"]
    assert contract["status"] == "terminated"
    assert contract["implementation"]["transactions"]


def test_amounts_are_written_digit_by_digit(world: World) -> None:
    release = catalogue.release_of(world.offerings["free"])
    release["tender"]["minValue"]["amount"] = Decimal("90071992547409.93")
    assert b"90071992547409.93" in catalogue.write_json(release)
    item = release["tender"]["items"][0]
    assert item["quantity"] == Decimal("25000.5")
    assert item["classification"]["scheme"] == "GB/T 21010"


def test_a_draft_is_refused(world: World) -> None:
    with pytest.raises(Fault, match="catalogue.draft"):
        catalogue.release_of(world.offerings["draft"])


def test_a_change_gives_a_new_release_id(world: World) -> None:
    from jishi.apps.market import api as market

    offering_id = world.offerings["free"]
    before = catalogue.release_of(offering_id)
    assert catalogue.release_of(offering_id) == before
    market.terminate_offering(Context(), offering_id, "规划条件调整")
    after = catalogue.release_of(offering_id)
    assert after["ocid"] == before["ocid"] and after["id"] != before["id"]


def test_many_releases_take_few_queries(world: World, django_assert_max_num_queries: Any) -> None:
    ids = [world.offerings[stage] for stage in PUBLIC if stage not in ("contracted", "completed")]
    with django_assert_max_num_queries(5):
        catalogue.releases_of(ids)


def test_a_release_takes_less_than_three_milliseconds(world: World) -> None:
    ids = [world.offerings[stage] for stage in PUBLIC] * 10
    catalogue.releases_of(ids)
    began = time.perf_counter()
    catalogue.releases_of(ids)
    assert (time.perf_counter() - began) / len(ids) < 0.003
