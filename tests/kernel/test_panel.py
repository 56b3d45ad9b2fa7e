"""Panels drawn by lot: found whenever there is one, nobody recused, everybody else told why not."""

import json
import re
from collections import Counter
from hashlib import sha256
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.draw import rank, seed_for
from jishi.kernel.panel.demand import Demand, Expert, Recusal, check_demand, commit_pool
from jishi.kernel.panel.seating import Panel, draw_panel, dump_panel, replace_member
from tests.house.tree import DOCS

SEED = "5a" * 32
ROAD, LAW = "road", "law"
FREE = Recusal()


def expert(name: str, organisation: str = "", *specialities: str) -> Expert:
    return Expert(name, organisation or f"employer of {name}", frozenset(specialities or (ROAD,)))


POOL = [expert(f"e{number}") for number in range(9)] + [expert(f"l{number}", "", LAW) for number in range(4)]
FIVE = Demand(((ROAD, 3), (LAW, 1)), 5, (expert("owner", "owner"),), (2, 3), substitutes=2)


def sitting(panel: Panel) -> list[str]:
    return [each.expert for each in panel.members]


def test_who_comes_first_in_the_ranking_of_the_speciality_sits() -> None:
    panel = draw_panel(POOL, FIVE, FREE, SEED)
    road = rank(seed_for(SEED, "panel/road"), {f"e{number}": 1 for number in range(9)})
    law = rank(seed_for(SEED, "panel/law"), {f"l{number}": 1 for number in range(4)})
    assert sitting(panel) == ["owner", *road[:3], law[0]]
    assert [each.expert for each in panel.substitutes] == [*road[3:5], *law[1:3]]
    assert {name: (why.code, why.params["place"]) for name, why in panel.excluded.items()} == {
        **{name: ("panel.out.not_drawn", place) for place, name in enumerate(road[5:], start=6)},
        law[3]: ("panel.out.not_drawn", 4),
    }
    assert json.loads(json.dumps(dump_panel(panel)))["members"][1]["expert"] == road[0]


def test_everybody_who_keeps_out_is_told_why() -> None:
    pool = [*POOL, expert("x", "bidder"), expert("y", "", "music"), expert("z")]
    recusal = Recusal({"z": ("relative",), "x": ("penalised",)}, {"bidder": "employer"})
    excluded = draw_panel(pool, FIVE, recusal, SEED).excluded
    assert (excluded["x"].code, excluded["x"].params) == (
        "panel.out.recused",
        {"grounds": ["penalised", "employer"]},
    )
    assert excluded["y"].code == "panel.out.speciality"
    assert excluded["z"].params == {"grounds": ["relative"]}


def test_no_more_than_the_limit_come_from_one_organisation() -> None:
    pool = [expert(f"a{number}", "one") for number in range(20)] + [expert(f"b{n}") for n in range(4)]
    panel = draw_panel(pool, Demand(((ROAD, 5),), 5, most_same=2), FREE, SEED)
    assert Counter(each.organisation for each in panel.members)["one"] <= 2
    assert any(why.code == "panel.out.organisation" for why in panel.excluded.values())


def test_the_last_one_who_can_fill_a_seat_is_kept_for_it() -> None:
    pool = [expert("both", "", ROAD, LAW), *(expert(f"e{number}") for number in range(4))]
    demand = Demand(((ROAD, 4), (LAW, 1)), 5)
    panel = draw_panel(pool, demand, FREE, SEED)
    assert next(each.speciality for each in panel.members if each.expert == "both") == LAW
    assert not panel.excluded


@pytest.mark.parametrize(
    ("demand", "code"),
    [
        (Demand(((ROAD, 4),), 3), "panel.even"),
        (Demand(((ROAD, 3),), 5), "panel.small"),
        (Demand(((ROAD, 3), (ROAD, 2)), 5), "panel.seats"),
        (Demand(((ROAD, 5), (LAW, 0)), 5), "panel.seats"),
        (Demand(((ROAD, 3),), 5, (expert("p"), expert("q")), (2, 3)), "panel.few_experts"),
        (Demand(((ROAD, 3),), 5, (expert("p", "o"), expert("q", "o")), most_same=1), "panel.same"),
        (Demand(((ROAD, 4),), 5, (expert("p", "bidder"),)), "panel.representative_recused"),
        (Demand(((ROAD, 5),), 5, expert_share=(3, 2)), "ballot.share"),
    ],
)
def test_a_panel_that_may_not_be_formed_is_refused(demand: Demand, code: str) -> None:
    with pytest.raises(Fault) as caught:
        check_demand(demand, Recusal({}, {"bidder": "employer"}))
    assert caught.value.code == code


def test_two_thirds_of_five_are_four() -> None:
    check_demand(Demand(((ROAD, 4),), 5, (expert("p"),), (2, 3)), FREE)
    check_demand(Demand(((ROAD, 6),), 5, (expert("p"), expert("q"), expert("r")), (2, 3)), FREE)


@pytest.mark.parametrize(
    ("pool", "recusal", "code"),
    [
        ([*POOL, POOL[0]], FREE, "panel.twice"),
        (POOL, Recusal({"nobody": ("relative",)}), "panel.unknown"),
        (POOL[:8], FREE, "panel.unfillable"),
        (POOL, Recusal({f"l{number}": ("relative",) for number in range(4)}), "panel.unfillable"),
    ],
)
def test_a_pool_that_cannot_fill_the_panel_is_refused(pool: Any, recusal: Recusal, code: str) -> None:
    with pytest.raises(Fault) as caught:
        draw_panel(pool, FIVE, recusal, SEED)
    assert caught.value.code == code


def test_a_substitute_of_the_same_speciality_takes_the_seat() -> None:
    panel = draw_panel(POOL, FIVE, FREE, SEED)
    first, second = (each.expert for each in panel.substitutes if each.speciality == ROAD)
    leaving = next(each.expert for each in panel.members if each.speciality == ROAD)
    ill = replace_member(panel, FIVE, leaving, Recusal({leaving: ("ill",)}))
    assert sitting(ill) == [first if name == leaving else name for name in sitting(panel)]
    assert ill.excluded[leaving].params == {"grounds": ["ill"]}
    assert first not in [each.expert for each in ill.substitutes]
    related = replace_member(panel, FIVE, leaving, Recusal({first: ("relative",)}))
    assert second in sitting(related) and related.excluded[first].code == "panel.out.recused"
    with pytest.raises(Fault, match="panel.not_member"):
        replace_member(ill, FIVE, leaving, FREE)
    with pytest.raises(Fault, match="panel.no_substitute"):
        replace_member(panel, FIVE, leaving, Recusal({first: ("ill",), second: ("ill",)}))
    with pytest.raises(Fault, match="panel.no_substitute"):
        replace_member(panel, FIVE, "owner", FREE)


def test_every_trio_is_as_likely_as_any_other() -> None:
    pool, demand = [expert(name) for name in "abcde"], Demand(((ROAD, 3),), 3)
    seeds = [sha256(f"{number}".encode()).hexdigest() for number in range(3_000)]
    seen = Counter(tuple(sorted(sitting(draw_panel(pool, demand, FREE, seed)))) for seed in seeds)
    distance = sum((seen[trio] - 300) ** 2 / 300 for trio in combinations("abcde", 3))
    assert chi2.sf(distance, 9) > 1e-3


def test_the_commitment_of_a_pool_holds_all_but_its_order() -> None:
    salt = "00" * 32
    said = commit_pool(POOL, FIVE, FREE, salt)
    assert said == commit_pool(POOL[::-1], FIVE, FREE, salt)
    others = [
        commit_pool(POOL[1:], FIVE, FREE, salt),
        commit_pool(POOL, FIVE._replace(most_same=1), FREE, salt),
        commit_pool(POOL, FIVE, Recusal({"e1": ("relative",)}), salt),
        commit_pool(POOL, FIVE, FREE, "01" * 32),
    ]
    assert len({said, *others}) == 5


def test_the_documented_example_draws_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.+?)```", (DOCS / "panels.md").read_text("utf-8"), re.DOTALL)
    exec(code, {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"^# (.+)$", code, re.MULTILINE)


NAMES, FIELDS, EMPLOYERS = "abcdefg", (ROAD, LAW, "art"), ("one", "two", "three")
pools = st.lists(
    st.tuples(st.sampled_from(EMPLOYERS), st.sets(st.sampled_from(FIELDS), min_size=1)), max_size=7
).map(
    lambda drawn: [
        Expert(name, own, frozenset(fields)) for name, (own, fields) in zip(NAMES, drawn, strict=False)
    ]
)
demands = st.builds(
    lambda counts, most, more: Demand(
        tuple((field, count) for field, count in zip(FIELDS, counts, strict=True) if count),
        1,
        (),
        (0, 1),
        most,
        more,
    ),
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)),
    st.none() | st.integers(1, 3),
    st.integers(0, 2),
)


@settings(max_examples=200)
@given(pools, demands, st.dictionaries(st.sampled_from(NAMES), st.just(("relative",))), st.randoms())
def test_a_panel_is_found_whenever_there_is_one_and_is_as_asked(pool, demand, recused, random) -> None:
    assume(demand.size % 2)
    recusal = Recusal({name: why for name, why in recused.items() if name in {each.id for each in pool}})
    fit = [each for each in pool if each.id not in recusal.experts]
    try:
        panel = draw_panel(pool, demand, recusal, SEED)
    except Fault as fault:
        assert fault.code == "panel.unfillable"
        assert not any(_fills(row, demand) for row in permutations(fit, demand.size))
        return
    by_id = {each.id: each for each in pool}
    row = [by_id[each.expert] for each in panel.members]
    assert _fills(row, demand) and len(set(row)) == demand.size
    outside = {each.expert for each in panel.substitutes} | panel.excluded.keys()
    assert not outside & set(sitting(panel)) and outside | set(sitting(panel)) == by_id.keys()
    assert not recusal.experts.keys() & {each.expert for each in (*panel.members, *panel.substitutes)}
    assert (
        max(Counter(each.speciality for each in panel.substitutes).values(), default=0) <= demand.substitutes
    )
    random.shuffle(pool)
    assert draw_panel(pool, demand, recusal, SEED) == panel


def _fills(row: Any, demand: Demand) -> bool:
    """Tell whether experts in this order fill the seats in theirs."""
    wanted = [speciality for speciality, count in demand.seats for _ in range(count)]
    fits = all(speciality in each.specialities for speciality, each in zip(wanted, row, strict=True))
    most = max(Counter(each.organisation for each in row).values(), default=0)
    return fits and (demand.most_same is None or most <= demand.most_same)
