"""The rules that guard an offering: kept with what they decided, waiting for what they lack, or a person instead."""

from collections.abc import Iterator

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.actions.registration import RegistrationForm
from jishi.apps.market.guarding import preview_notice, preview_qualification
from jishi.apps.market.publication import bundle_offering
from jishi.apps.market.reads import get_offering, list_notices
from jishi.apps.packs import api as packs
from jishi.apps.packs.archive import files_hash, read_archive
from jishi.apps.packs.reads import get_version, version_archive
from jishi.apps.rulings import api as rulings
from jishi.apps.rulings.models import FactTask, Override, Ruling
from jishi.kernel.evidence.check_rulings import check_rulings
from jishi.kernel.evidence.verify import open_bundle, verify
from jishi.kernel.fault import Fault
from jishi.platform.evidence import read_stream
from jishi.platform.models import SearchRow
from jishi.platform.words import say
from tests.apps.market.hall import Hall

LAND = "land.offerable"


@pytest.fixture
def unused(hall: Hall) -> Iterator[str]:
    """Give a draft whose parcel states a use no vocabulary knows."""
    entry = hall.entry(uses=[{"name": "说不清的用途", "term_years": "40"}])
    yield hall.draft(entry_id=entry.id).id


def test_a_notice_says_which_rows_of_which_pack_permitted_it(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    said = list_notices(offering.id)[0].body["rulings"]
    assert [each["rule"] for each in said] == ["land.notice_check", LAND]
    assert all(each["clauses"] and each["pack"] == packs.default_pack().hash for each in said)
    kept = rulings.list_rulings("offering", offering.id)
    assert {each.rule for each in kept} == {"land.notice_check", LAND} and all(each.permits for each in kept)


def test_what_the_law_forbids_is_kept_and_opens_no_task(hall: Hall) -> None:
    entry = hall.entry(uses=[{"code": "05", "name": "商服用地", "term_years": "41"}])
    offering = hall.draft(entry_id=entry.id)
    with pytest.raises(Fault, match=r"rulings\.refused") as caught:
        hall.publish(offering)
    for language in ("zh", "en"):
        assert "40" in say(caught.value.code, caught.value.params, language)
    (kept,) = Ruling.objects.all()
    assert (kept.row, kept.permits, kept.status) == ("term_too_long", False, "determined")
    assert not FactTask.objects.exists()
    assert get_offering(offering.id).state == "draft"


def test_a_missing_fact_opens_one_task_and_stating_it_lets_the_action_pass(hall: Hall, unused: str) -> None:
    offering = get_offering(unused)
    for _ in range(2):
        with pytest.raises(Fault, match=r"rulings\.undetermined"):
            hall.publish(offering)
    (task,) = FactTask.objects.all()
    assert (task.state, task.needs, task.division) == ("open", ["land_use"], offering.division)
    assert SearchRow.objects.filter(kind="fact_task").count() == 1
    rulings.state_facts(hall.as_("clerk"), task.id, {"land_use": "05"}, "规划条件通知书")
    assert hall.publish(offering).state == "noticed"
    task.refresh_from_db()
    assert task.state == "settled"
    assert not SearchRow.objects.filter(kind="fact_task").exists()
    kinds = [entry.kind for entry in read_stream(f"ruling/offering/{offering.id}")]
    assert kinds == ["FactsNeeded", "FactsNeeded", "FactStated"]


def test_a_stated_fact_may_also_forbid(hall: Hall, unused: str) -> None:
    offering = get_offering(unused)
    with pytest.raises(Fault, match=r"rulings\.undetermined"):
        hall.publish(offering)
    rulings.state_facts(hall.as_("clerk"), FactTask.objects.get().id, {"land_use": "0101"}, "规划条件通知书")
    with pytest.raises(Fault, match=r"rulings\.refused") as caught:
        hall.publish(offering)
    assert caught.value.params["row"] == "not_construction_land"


def test_a_person_decides_where_the_rule_cannot_and_it_is_recorded_as_such(hall: Hall, unused: str) -> None:
    offering = get_offering(unused)
    with pytest.raises(Fault, match=r"rulings\.undetermined"):
        hall.publish(offering)
    task = FactTask.objects.get()
    with pytest.raises(Fault, match=r"rulings\.reason_missing"):
        rulings.override_task(hall.as_("reviewer"), task.id, "  ")
    rulings.override_task(hall.as_("reviewer"), task.id, "会审纪要〔2026〕3号")
    assert Override.objects.get().ruling.status == "undetermined"
    published = hall.publish(offering)
    said = list_notices(published.id)[0].body["rulings"]
    assert [each["override"] for each in said] == [False, True]
    kinds = [entry.kind for entry in read_stream(f"ruling/offering/{offering.id}")]
    assert kinds == ["FactsNeeded", "RulingOverridden"]


@pytest.mark.parametrize(
    ("who", "act"), [("reviewer", "state"), ("clerk", "override"), ("member", "state"), ("north", "override")]
)
def test_only_the_office_states_and_overrides(hall: Hall, unused: str, who: str, act: str) -> None:
    with pytest.raises(Fault, match=r"rulings\.undetermined"):
        hall.publish(get_offering(unused))
    task = FactTask.objects.get()
    with pytest.raises(Fault, match=r"access\.denied"):
        if act == "state":
            rulings.state_facts(hall.as_(who), task.id, {"land_use": "05"}, "依据")
        else:
            rulings.override_task(hall.as_(who), task.id, "依据")


@pytest.mark.parametrize(
    ("raw", "code"),
    [({"land_use": "9999"}, "rules.bad_value"), ({"months_resident": "6"}, "rulings.not_needed")],
)
def test_what_is_stated_must_be_asked_for_and_readable(hall: Hall, unused: str, raw: dict, code: str) -> None:
    with pytest.raises(Fault, match=r"rulings\.undetermined"):
        hall.publish(get_offering(unused))
    with pytest.raises(Fault, match=code):
        rulings.state_facts(hall.as_("clerk"), FactTask.objects.get().id, raw, "依据")


def test_an_applicant_who_declares_a_ground_does_not_pass(hall: Hall) -> None:
    offering = hall.offer()
    forms = [
        RegistrationForm(hall.parties["north"], grounds=("price_in_arrears",)),
        RegistrationForm(hall.parties["south"]),
    ]
    bad, good = market.file_registrations(hall.system, offering.id, forms)
    with pytest.raises(Fault, match=r"rulings\.refused") as caught:
        market.qualify_registrations(hall.as_("clerk"), offering.id, [bad.id])
    assert caught.value.params["row"] == "price_in_arrears"
    assert "国土资发〔2010〕34号" in caught.value.params["clauses"]
    (passed,) = market.qualify_registrations(hall.as_("clerk"), offering.id, [good.id])
    assert passed.state == "qualified"
    entry = next(e for e in read_stream(offering.stream) if e.kind == "RegistrationQualified")
    assert '"row":"otherwise"' in entry.data and "arrears" not in entry.data


def test_a_bundle_lets_anyone_decide_the_rulings_again(hall: Hall) -> None:
    offering = hall.run_out(hall.offer())
    market.publish_result(hall.as_("reviewer"), offering.id)
    raw, law = bundle_offering(get_offering(offering.id)), packs.default_pack().law
    laws = {law.book.hash: law}.get
    report = verify(raw, laws=laws)
    (check,) = [each for each in report.checks if each.name == "rulings"]
    assert report.ok and check.params == {"decided": 2, "other": 0, "overridden": 0}
    bundle = open_bundle(raw)[1]
    assert bundle is not None
    bundle.of_kind("NoticePublished")[0].data["rulings"][1]["facts"]["grant_years"] = 71
    with pytest.raises(Fault, match=r"verify\.rulings\.differs"):
        check_rulings(bundle, laws)
    assert check_rulings(bundle, lambda _: None) == {"decided": 0, "other": 2, "overridden": 0}


def test_a_preview_says_what_the_guard_would_and_stores_nothing(hall: Hall, unused: str) -> None:
    offering = get_offering(unused)
    for stated, expected in (({}, [True, False]), ({"land_use": "05"}, [True, True])):
        if stated:
            with pytest.raises(Fault, match=r"rulings\.undetermined"):
                hall.publish(offering)
            rulings.state_facts(hall.as_("clerk"), FactTask.objects.get().id, stated, "规划条件通知书")
        before = Ruling.objects.count()
        assert [each.permits for each in preview_notice(offering, hall.clock.now_ms())] == expected
        assert Ruling.objects.count() == before
    (row,) = market.file_registrations(
        hall.system,
        hall.offer("T-2").id,
        [RegistrationForm(hall.parties["north"], grounds=("price_in_arrears",))],
    )
    (found,) = preview_qualification(row)
    assert not found.permits and found.decision.row == "price_in_arrears"


def test_the_version_that_decided_is_kept_whether_it_permitted_or_not(hall: Hall, unused: str) -> None:
    digest = packs.default_pack().hash
    with pytest.raises(Fault, match=r"rulings\.undetermined"):
        hall.publish(get_offering(unused))
    assert get_version(digest).kept_ms == hall.clock.now_ms()
    assert files_hash(read_archive(version_archive(digest))) == digest
    hall.publish(hall.draft("T-9"))
    assert rulings.packs_that_ruled() == {digest}


@pytest.fixture
def two_uses(hall: Hall) -> str:
    """Give a draft of a parcel with a use everybody knows and one nobody does."""
    uses = [{"code": "05", "name": "商服用地", "term_years": "40"}, {"name": "说不清", "term_years": "40"}]
    return hall.draft(entry_id=hall.entry(uses=uses).id).id


def test_what_is_stated_of_one_use_says_nothing_of_the_other(hall: Hall, two_uses: str) -> None:
    offering = get_offering(two_uses)
    with pytest.raises(Fault, match=r"rulings\.undetermined"):
        hall.publish(offering)
    (task,) = FactTask.objects.all()
    rulings.state_facts(hall.as_("clerk"), task.id, {"land_use": "06"}, "规划条件通知书")
    said = list_notices(hall.publish(offering).id)[0].body["rulings"]
    assert [each["facts"].get("land_use") for each in said if each["rule"] == LAND] == ["05", "06"]


def test_a_decision_on_one_use_permits_no_other(hall: Hall) -> None:
    uses = [{"name": "说不清甲", "term_years": "40"}, {"name": "说不清乙", "term_years": "50"}]
    offering = get_offering(hall.draft(entry_id=hall.entry(uses=uses).id).id)
    with pytest.raises(Fault, match=r"rulings\.undetermined"):
        hall.publish(offering)
    rulings.override_task(hall.as_("reviewer"), FactTask.objects.get().id, "会审纪要〔2026〕3号")
    with pytest.raises(Fault, match=r"rulings\.undetermined"):
        hall.publish(offering)
    assert FactTask.objects.filter(state="open").count() == 1


def test_a_person_s_decision_holds_while_what_is_known_stays_the_same(hall: Hall, unused: str) -> None:
    offering = get_offering(unused)
    with pytest.raises(Fault, match=r"rulings\.undetermined"):
        hall.publish(offering)
    rulings.override_task(hall.as_("reviewer"), FactTask.objects.get().id, "会审纪要〔2026〕3号")
    form = hall.form(offering.entry_id, start_price_fen=offering.start_price_fen * 2)
    market.revise_offering(hall.as_("clerk"), offering.id, form)
    with pytest.raises(Fault, match=r"rulings\.undetermined"):
        hall.publish(offering)


def test_a_bundle_with_a_stated_fact_is_decided_again_alike(hall: Hall, unused: str) -> None:
    with pytest.raises(Fault, match=r"rulings\.undetermined"):
        hall.publish(get_offering(unused))
    rulings.state_facts(hall.as_("clerk"), FactTask.objects.get().id, {"land_use": "05"}, "规划条件通知书")
    offering = hall.run_out(hall.publish(get_offering(unused)))
    market.publish_result(hall.as_("reviewer"), offering.id)
    law = packs.default_pack().law
    report = verify(bundle_offering(get_offering(offering.id)), laws={law.book.hash: law}.get)
    assert [each.code for each in report.checks if not each.ok] == []
