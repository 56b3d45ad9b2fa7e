"""A winner who does not sign: when it may be declared, what it frees, what the log says."""

import json
from datetime import date

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.models import Offering
from jishi.apps.market.reads import find_results, get_offering, list_notices
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform.evidence import read_stream
from tests.apps.market.hall import DAY_MS, Hall, failed_checks

CLAUSES = ["国土资发〔2010〕34号"]
WHY = "竞得人逾期未签订出让合同"


@pytest.fixture
def confirmed(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Offering:
    """Give a confirmed sale of 2026-04-05; no money takes part, so settlement is left out."""
    from jishi.apps.market import events

    monkeypatch.setitem(events._handlers, events.SaleConfirmed, [])
    monkeypatch.setitem(events._handlers, events.SaleDefaulted, [])
    offering = hall.sell()
    market.confirm_sale(hall.as_("reviewer"), offering.id)
    return get_offering(offering.id)


def test_after_the_last_day_to_sign_the_lot_is_free_again(hall: Hall, confirmed: Offering) -> None:
    market.publish_result(hall.as_("reviewer"), confirmed.id)
    with pytest.raises(Fault, match=r"market\.default\.early") as caught:
        market.declare_default(hall.as_("reviewer"), confirmed.id, WHY)
    last = date.fromisoformat(caught.value.params["day"])
    assert last == date(2026, 4, 20)  # ten working days after Sunday 5 April, a festival
    hall.move(hall.clock.now_ms() + (last - date(2026, 4, 5)).days * DAY_MS)
    with pytest.raises(Fault, match=r"market\.default\.early"):
        market.declare_default(hall.as_("reviewer"), confirmed.id, WHY)  # still on that day
    hall.move(hall.clock.now_ms() + DAY_MS)
    offering = market.declare_default(hall.as_("reviewer"), confirmed.id, WHY)
    assert offering.state == get_offering(offering.id).state == "defaulted"
    assert registers.get_entry(offering.entry_id).state == "planned"
    body = find_results().rows[0].body
    assert (body["result"], body["reason"], body["clauses"]) == ("defaulted", WHY, CLAUSES)
    assert body["winner"] == hall.parties["south"]
    entry = read_stream(offering.stream)[-1]
    assert (entry.kind, json.loads(entry.data)) == (
        "SaleDefaulted",
        {"alias": offering.outcome["winner"], "cause": "unsigned", "clauses": CLAUSES},
    )
    assert failed_checks(offering) == {}
    form = hall.form(offering.entry_id, "T-1-2")
    again = market.relist_offering(hall.as_("clerk"), offering.id, form)
    assert again.listing_round == 2
    hall.publish(again)


def test_a_written_refusal_needs_no_waiting(hall: Hall, confirmed: Offering) -> None:
    for day in (date(2026, 4, 4), date(2026, 4, 6)):
        with pytest.raises(Fault, match=r"market\.default\.refusal_day"):
            market.declare_default(hall.as_("reviewer"), confirmed.id, WHY, refused_day=day)
    market.declare_default(hall.as_("reviewer"), confirmed.id, WHY, refused_day=date(2026, 4, 5))
    notice = list_notices(confirmed.id)[-1]
    assert (notice.kind, notice.body["cause"]) == ("default", "refused")
    assert notice.body["winner"] is None, "the result was not out: the winner is not named"


def test_only_a_confirmed_sale_can_fail_so_and_only_once(hall: Hall, confirmed: Offering) -> None:
    unsold = hall.run_out(hall.offer("T-2"))
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        market.declare_default(hall.as_("reviewer"), unsold.id, WHY)
    day = date(2026, 4, 5)
    with pytest.raises(Fault, match=r"market\.reason_missing"):
        market.declare_default(hall.as_("reviewer"), confirmed.id, " ", refused_day=day)
    own = hall.as_("reviewer", parties=(hall.parties["north"],))
    with pytest.raises(Fault, match=r"market\.own_case"):
        market.declare_default(own, confirmed.id, WHY, refused_day=day)
    hall.move(hall.clock.now_ms() + 40 * DAY_MS)
    market.declare_default(hall.as_("reviewer"), confirmed.id, WHY)
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        market.declare_default(hall.as_("reviewer"), confirmed.id, WHY)
