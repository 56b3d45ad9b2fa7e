"""A ceremony without people: the same seed gives the same log, and it serves simulated offerings only."""

from dataclasses import replace

from jishi.apps.market import api as market
from jishi.apps.sealing import api as sealing
from jishi.platform.entropy import SeededEntropy
from tests.apps.market.hall import failed_checks
from tests.apps.sealing.chamber import PRICES, Chamber
from tests.apps.sealing.test_committee import code_of, entries


def test_a_simulated_ceremony_opens_and_verifies(chamber: Chamber) -> None:
    chamber.system = replace(chamber.system, simulated=True)
    offering, entropy = chamber.offer_sealed(), SeededEntropy("day")
    sealing.simulate_committee(chamber.system, offering.id, entropy)
    chamber.move(offering.listing_start)
    rows = chamber.admit(chamber.advance(offering), *PRICES)
    for name, row in rows.items():
        filed = sealing.simulate_filing(chamber.system, row, {"price_fen": PRICES[name]}, entropy)
        assert filed.answer.accepted
    chamber.move(offering.listing_end)
    opened = sealing.simulate_opening(chamber.system, offering.id)
    assert opened.awaits != "unseal" and failed_checks(opened) == {}
    found = sealing.read_ceremony(opened)
    assert found is not None and found.to_json()["simulated"] and len(found.openings) == len(PRICES)
    assert not any(member.kept for member in found.members)
    (formed,) = entries(offering, "CommitteeFormed")
    assert formed["simulated"]
    same = SeededEntropy("day")
    from jishi.kernel.sealing.committee import make_member_key

    keys = [make_member_key("x25519", same.draw)["public"] for _ in range(3)]
    assert formed["committee"]["members"] == keys


def test_a_real_offering_refuses_it(chamber: Chamber) -> None:
    offering = chamber.offer_sealed()
    entropy = SeededEntropy("day")
    assert code_of(sealing.simulate_committee, chamber.system, offering.id, entropy) == "ceremony.simulated"
    assert code_of(sealing.simulate_opening, chamber.system, offering.id) == "ceremony.simulated"
    assert market.get_offering(offering.id).state == "noticed"
