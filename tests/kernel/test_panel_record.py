"""The record of a draw: a hand-worked draw, what the verifier says of true and of forged records, properties."""

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.verify import verify
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.draw import commit_secret, seed_of
from jishi.kernel.panel.demand import Demand, Expert, Recusal, commit_pool
from jishi.kernel.panel.record import FORMAT, check_record, dump_demand, dump_pool, leave, plain_member
from jishi.kernel.panel.seating import draw_panel

POOL = [Expert(f"p{n}", f"o{n}", frozenset({"road"})) for n in range(9)]
DEMAND = Demand(seats=(("road", 5),), least_size=5, expert_share=(2, 3), substitutes=4)
SECRET, SALT = "5a" * 32, "0f" * 32


def make(contributions: dict[str, str], recused: dict[str, list[str]], leaving: list[int]) -> dict[str, Any]:
    """Return the record of a draw after which those in the seats `leaving` left, one after another."""
    recusal = Recusal(recused)
    panel = draw_panel(POOL, DEMAND, recusal, seed_of("n1", SECRET, contributions))
    changes: list[dict[str, Any]] = []
    known = {each: tuple(grounds) for each, grounds in recused.items()}
    for seat in leaving:
        left = panel.members[seat].expert
        known[left] = ("interest",)
        panel, seated = leave(panel, DEMAND, left, Recusal(known))
        changes.append({"left": left, "grounds": ["interest"], "known": {}, "seated": seated})
    return {
        "format": FORMAT, "panel": "n1", "contributions": contributions, "secret": SECRET, "secret_salt": SALT,
        "secret_commitment": commit_secret("n1", SECRET, SALT), "pool": dump_pool(POOL),
        "demand": dump_demand(DEMAND), "recusal": {"experts": recused, "organisations": {}}, "pool_salt": SALT,
        "pool_commitment": commit_pool(POOL, DEMAND, recusal, SALT), "changes": changes,
        "members": [plain_member(each) for each in panel.members],
    }  # fmt: skip


RECORD = make({"office/1": "ab" * 32, "sealed/B1": "cd" * 32}, {"p3": ["relative"]}, [0])


def test_a_draw_worked_by_hand() -> None:
    # Seed, then the seed of the field, then words of 13 hexadecimal digits; the last ticket fills the gap.
    text = (
        '{"contributions":[["office/1","' + "ab" * 32 + '"],["sealed/B1","' + "cd" * 32 + '"]],'
        '"domain":"jishi.seed/1","lot":"n1","secret":"' + SECRET + '"}'
    )
    seed = sha256(text.encode()).hexdigest()
    own = sha256(f"{seed}:panel/road".encode()).hexdigest()
    left, order = [f"p{n}" for n in (0, 1, 2, 4, 5, 6, 7, 8)], []
    for place in range(8):
        word = int(sha256(f"{own}/{place}".encode()).hexdigest()[:13], 16)
        at = word % len(left)
        order.append(left[at])
        left[at] = left[-1]
        left.pop()
    assert [each["alias"] for each in RECORD["members"]] == [order[5], *order[1:5]]
    assert [each["place"] for each in RECORD["members"]] == [6, 2, 3, 4, 5]


def test_the_verifier_draws_again() -> None:
    report = verify(canonical_bytes(RECORD))
    assert report.ok and [check.code for check in report.checks] == ["verify.canonical.ok", "verify.panel.ok"]
    assert report.checks[1].params == {"pool": 9, "contributions": 2, "members": 5}


def test_a_record_that_is_not_open_is_told_so() -> None:
    sealed = {**RECORD, "secret": None, "pool": None}
    assert [check.code for check in verify(canonical_bytes(sealed)).checks][1] == "verify.panel.absent"


@pytest.mark.parametrize(
    ("field", "value"),
    [("secret", "00" * 32), ("pool_salt", "00" * 32), ("members", []), ("changes", []), ("contributions", {"a": "b"}),
     ("pool", 3), ("demand", None), ("panel", "n2"), ("format", "jishi.panel_record/2")],
)  # fmt: skip
def test_a_forged_record_fails(field: str, value: Any) -> None:
    assert not verify(canonical_bytes({**RECORD, field: value})).ok


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(["office/1", "office/2", "sealed/B1"]), st.binary(min_size=32, max_size=32),
                    min_size=1),
    st.dictionaries(st.sampled_from([f"p{n}" for n in range(9)]), st.just(["employer"]), max_size=3),
    st.lists(st.integers(0, 4), max_size=4),
)  # fmt: skip
def test_every_true_record_passes_and_for_its_own_panel_alone(
    parts: dict[str, bytes], recused: dict[str, list[str]], leaving: list[int]
) -> None:
    try:
        record = make({name: value.hex() for name, value in parts.items()}, recused, leaving)
    except Fault as fault:  # a seat nobody could take, left a second time
        assert fault.code == "panel.not_member"
        return
    gone = {each["left"] for each in record["changes"] if each["seated"] is None}
    record["members"] = [each for each in record["members"] if each["alias"] not in gone]
    panel = check_record(json.loads(json.dumps(record)))
    assert panel is not None
    assert not {each.expert for each in panel.members} & recused.keys()
    with pytest.raises(Fault, match=r"panel\.record\.secret"):
        check_record({**record, "panel": "n2"})
