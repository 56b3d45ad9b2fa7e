"""The committee: never one alone, sound keys only, and a private key that is its own."""

import pytest

from jishi.kernel.fault import Fault
from jishi.kernel.sealing.committee import (
    check_private_key,
    check_public_key,
    compose_committee,
    make_member_key,
    read_committee,
)
from tests.kernel.forged_envelope import seeded

KEYS = [make_member_key("x25519", seeded(f"member {n}")) for n in range(3)]
GOOD = compose_committee("x25519", "JL-1", [key["public"] for key in KEYS], threshold=2)
FIELD = 2**255 - 19


def test_the_digest_binds_every_field():
    known = read_committee(GOOD).digest
    changes: list[dict[str, object]] = [
        {"lot": "JL-2"},
        {"threshold": 3},
        {"bid_size": 1024},
        {"members": GOOD["members"][::-1]},
        {"members": GOOD["members"][:2]},
    ]
    assert len({known, *(read_committee({**GOOD, **change}).digest for change in changes)}) == 6


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "other"}, "sealing.committee.shape"),
        ({"more": 1}, "sealing.committee.shape"),
        ({"suite": "rot13"}, "sealing.suite"),
        ({"suite": ["sm"]}, "sealing.suite"),
        ({"lot": ""}, "sealing.committee.lot"),
        ({"lot": 1}, "sealing.committee.lot"),
        ({"bid_size": 100}, "sealing.committee.bid_size"),
        ({"bid_size": 256.0}, "sealing.committee.bid_size"),
        ({"threshold": 1}, "sealing.committee.threshold"),
        ({"threshold": 4}, "sealing.committee.threshold"),
        ({"threshold": True}, "sealing.committee.threshold"),
        ({"members": "x"}, "sealing.committee.members"),
        ({"members": GOOD["members"][:1]}, "sealing.committee.members"),
        ({"members": [f"{n:064x}" for n in range(33)]}, "sealing.committee.members"),
        ({"members": GOOD["members"] + GOOD["members"][:1]}, "sealing.committee.twice"),
        ({"members": [*GOOD["members"], "xy"]}, "sealing.committee.key"),
        ({"members": [*GOOD["members"], None]}, "sealing.committee.key"),
    ],
)
def test_refuses_a_committee(change, code):
    with pytest.raises(Fault) as caught:
        read_committee({**GOOD, **change})
    assert caught.value.code == code


def test_refuses_what_is_no_object():
    values: tuple[object, ...] = (None, [], "x", {})
    for value in values:
        with pytest.raises(Fault, match=r"sealing\.committee\.shape"):
            read_committee(value)


LOW_ORDER = [  # RFC 7748 points whose product is zero for every key
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    FIELD - 1,
]


@pytest.mark.parametrize("number", [*LOW_ORDER, FIELD, FIELD + 9, 2**255 + 9])
def test_refuses_keys_of_low_order_and_second_spellings(number):
    with pytest.raises(Fault, match=r"sealing\.committee\.key"):
        check_public_key("x25519", number.to_bytes(32, "little").hex())


@pytest.mark.parametrize("suite", ["x25519", "sm"])
def test_a_private_key_is_held_to_its_registered_public_key(suite):
    mine, other = (make_member_key(suite, seeded(name)) for name in ("mine", "other"))
    committee = read_committee(
        compose_committee(suite, "JL-1", [mine["public"], other["public"]], threshold=2)
    )
    assert check_private_key(committee, mine["public"], mine["private"]).hex() == mine["private"]
    for private in (other["private"], "", "zz", mine["private"].upper() + "0", "00" * 32, "ff" * 32):
        with pytest.raises(Fault, match=r"sealing\.key\.mismatch"):
            check_private_key(committee, mine["public"], private)
    with pytest.raises(Fault, match=r"sealing\.key\.unknown"):
        check_private_key(committee, "00", mine["private"])


def test_a_member_key_is_that_of_its_randomness():
    assert KEYS[0] == make_member_key("x25519", seeded("member 0"))
    assert KEYS[0]["private"] == seeded("member 0")(32).hex()
