"""Parties are known by a checked code, once, and their personal data stand nowhere in the clear."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from jishi.apps.parties import api as parties
from jishi.apps.parties.actions import registration
from jishi.apps.parties.api import PartyForm
from jishi.apps.parties.models import Party
from jishi.kernel.codes.resident import make_resident
from jishi.kernel.codes.uscc import make_uscc
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit
from jishi.platform import evidence
from jishi.platform.context import ANYONE, Actor, Context, Permit
from jishi.platform.entropy import SeededEntropy
from jishi.platform.models import EvidenceEntry, User

pytestmark = pytest.mark.django_db

FIRM = PartyForm("organisation", "演示置业有限公司", make_uscc("91220100MA0000001"), "王五", "13912345678")
PERSON = PartyForm("person", "张三丰", make_resident("220102", date(1980, 5, 1), 12))


def firm(number: int) -> PartyForm:
    return PartyForm("organisation", f"演示公司{number}", make_uscc(f"91220100{number:09d}"))


def test_an_organisation_is_shown_in_full(ctx: Context) -> None:
    info = parties.register_party(ctx, replace(FIRM, name="  演示置业有限公司 ", code=FIRM.code.lower()))
    assert (info.name, info.code_masked, info.simulated) == (FIRM.name, FIRM.code, False)
    assert parties.get_party(info.id) == info
    assert parties.find_party_by_code("organisation", FIRM.code) == info


def test_a_person_is_shown_masked_and_stored_sealed(ctx: Context) -> None:
    info = parties.register_party(ctx, PERSON)
    assert info.name == "张**"
    assert info.code_masked == PERSON.code[:6] + "********" + PERSON.code[-4:]
    stored = json.dumps(list(Party.objects.values()), ensure_ascii=False)
    assert PERSON.name not in stored and PERSON.code not in stored


def test_the_evidence_holds_a_commitment_and_no_opening(ctx: Context) -> None:
    info = parties.register_party(ctx, PERSON)
    (entry,) = evidence.read_stream(f"party/{info.id}")
    assert entry.kind == "PartyRegistered"
    salt = Party.objects.get().salt
    told = json.loads(entry.data)
    assert told["commitment"] == commit("jishi.party/1", salt, {"kind": "person", "code": PERSON.code})
    for secret in (PERSON.name, PERSON.code, salt):
        assert secret not in entry.data


def test_a_simulated_party_is_marked(ctx: Context) -> None:
    info = parties.register_party(replace(ctx, simulated=True), FIRM)
    assert info.simulated
    assert json.loads(evidence.read_stream(f"party/{info.id}")[0].data)["simulated"] is True


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (
            replace(FIRM, code=FIRM.code[:-1] + ("0" if FIRM.code[-1] != "0" else "1")),
            "codes.uscc.check_digit",
        ),
        (replace(FIRM, code="123"), "codes.uscc.length"),
        (replace(PERSON, code=FIRM.code), "codes.resident.sign"),
        (replace(FIRM, kind="firm"), "parties.kind.unknown"),
        (replace(FIRM, name="  "), "parties.text.empty"),
        (replace(FIRM, name="长" * 121), "parties.text.long"),
    ],
)
def test_bad_input_is_refused_by_row_and_stores_nothing(ctx: Context, form: PartyForm, code: str) -> None:
    with pytest.raises(Fault) as caught:
        parties.register_parties(ctx, [firm(1), form])
    assert caught.value.code == code
    assert caught.value.params["row"] == 2
    assert not Party.objects.exists() and not EvidenceEntry.objects.exists()


def test_a_code_is_registered_once(ctx: Context) -> None:
    parties.register_party(ctx, PERSON)
    with pytest.raises(Fault) as caught:
        parties.register_parties(ctx, [firm(1), PERSON])
    assert (caught.value.code, caught.value.params["row"]) == ("parties.code.taken", 2)
    assert PERSON.code not in str(caught.value)
    with pytest.raises(Fault, match="parties.code.taken"):
        parties.register_parties(ctx, [firm(2), firm(2)])
    assert Party.objects.count() == 1


def test_a_race_for_one_code_has_one_winner(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    parties.register_party(ctx, FIRM)
    monkeypatch.setattr(registration, "known_indexes", _blind_once(registration.known_indexes))
    with pytest.raises(Fault, match="parties.code.taken"):
        parties.register_party(ctx, FIRM)


def _blind_once(real: Callable[[list[str]], set[str]]) -> Callable[[list[str]], set[str]]:
    """See nothing the first time, as when the other request commits a moment later."""
    looks: list[int] = []

    def look(indexes: list[str]) -> set[str]:
        looks.append(1)
        return set() if len(looks) == 1 else real(indexes)

    return look


def test_a_stranger_may_not_register_and_a_member_becomes_legal_representative(ctx: Context) -> None:
    with pytest.raises(Fault, match="access.denied"):
        parties.register_party(replace(ctx, actor=ANYONE), FIRM)
    user = User.objects.create_user("a@example.com")
    info = parties.register_party(replace(ctx, actor=Actor(user_id=user.pk)), FIRM)
    assert parties.parties_of(user.pk, ctx.now_ms()) == (info.id,)
    (seen,) = parties.representatives_of(info.id, ctx.now_ms())
    assert (seen.email, seen.role) == ("a@example.com", "legal")


def test_only_those_who_may_read_get_the_facts(ctx: Context) -> None:
    info = parties.register_party(ctx, replace(PERSON, contact_phone="13912345678"))
    facts = parties.contract_facts(replace(ctx, actor=Actor(user_id=1, parties=(info.id,))), info.id)
    assert (facts.name, facts.code, facts.contact_phone) == (PERSON.name, PERSON.code, "13912345678")
    with pytest.raises(Fault, match="access.denied"):
        parties.contract_facts(replace(ctx, actor=Actor(user_id=1, parties=("other",))), info.id)
    with pytest.raises(Fault, match="access.denied"):
        parties.contract_facts(replace(ctx, actor=ANYONE), info.id)


def test_a_contact_changes_and_identity_stays(ctx: Context) -> None:
    info = parties.register_party(ctx, PERSON)
    parties.change_contact(
        replace(ctx, actor=Actor(user_id=1, parties=(info.id,))), info.id, "赵六", "13800000000"
    )
    facts = parties.contract_facts(ctx, info.id)
    assert (facts.name, facts.code, facts.contact_name) == (PERSON.name, PERSON.code, "赵六")


def test_erasure_leaves_the_evidence_and_nothing_personal(ctx: Context) -> None:
    info = parties.register_party(ctx, PERSON)
    before = [row.leaf_hash for row in evidence.read_stream(f"party/{info.id}")]
    clerk = Actor(user_id=None, permits=(Permit("clerk", "220000"),))
    with pytest.raises(Fault, match="access.denied"):
        parties.erase_party(replace(ctx, actor=clerk), info.id)
    parties.erase_party(ctx, info.id)
    for use in (parties.contract_facts, lambda ctx, party: parties.change_contact(ctx, party, "a", "b")):
        with pytest.raises(Fault, match="personal.erased"):
            use(ctx, info.id)
    row = Party.objects.get()
    assert (row.name, row.code, row.code_index, row.salt, row.sealed) == ("*", "*", None, "", "")
    assert [row.leaf_hash for row in evidence.read_stream(f"party/{info.id}")][:1] == before


def test_parties_are_listed_in_pages_to_officers(ctx: Context) -> None:
    parties.register_parties(ctx, [firm(number) for number in range(25)])
    first = parties.list_parties(ctx, "演示公司", size=20)
    rest = parties.list_parties(ctx, "演示公司", first.next, size=20)
    assert len({party.id for party in (*first.rows, *rest.rows)}) == 25
    assert first.total == 25 and rest.next is None
    with pytest.raises(Fault, match="access.denied"):
        parties.list_parties(replace(ctx, actor=Actor(user_id=1, parties=("p",))))


def test_the_same_seed_gives_the_same_ids(ctx: Context) -> None:
    info = parties.register_party(replace(ctx, entropy=SeededEntropy("s")), FIRM)
    assert info.id == SeededEntropy("s").draw(16).hex()


def test_many_parties_take_few_queries(ctx: Context, django_assert_max_num_queries) -> None:
    born = date(1960, 1, 1)
    people = [
        PartyForm("person", "张三", make_resident("220102", born + timedelta(days=day), 7))
        for day in range(400)
    ]
    with django_assert_max_num_queries(20):
        parties.register_parties(ctx, people)


@pytest.mark.slow
def test_twenty_thousand_parties_are_registered_in_one_call(ctx: Context) -> None:
    forms = [firm(number) for number in range(20_000)]
    started = time.process_time()
    assert len(parties.register_parties(ctx, forms)) == 20_000
    assert time.process_time() - started < 10  # about 1.5 s on an idle core
