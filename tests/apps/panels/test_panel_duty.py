"""A tender whose panel is missing waits in the inbox of whoever may convene it, then of whoever may draw it."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jishi.apps.panels import api as panels
from jishi.platform.context import Context, Permit
from jishi.web.desk.inbox import Item, read_inbox
from tests.apps.market.hall import HERE
from tests.apps.panels.board import Board, CaseOwner
from tests.apps.panels.test_tender_panel import Tender
from tests.apps.sealing.chamber import Chamber

THERE = "222401"


@pytest.fixture
def tender(chamber: Chamber, owner: CaseOwner) -> Tender:
    """Give a scored tender with its bids in."""
    return Tender(chamber, Board(chamber, owner))


def acting(tender: Tender, role: str, division: str = HERE) -> Context:
    """Give the context of an officer of a division."""
    ctx = tender.chamber.as_(role)
    return replace(ctx, actor=replace(ctx.actor, system=False, permits=(Permit(role, division),)))


def waiting(tender: Tender, role: str, division: str = HERE) -> list[Item]:
    """Give what waits for an officer about the tender's panel."""
    page = reverse("desk:panel_new", args=["offering", tender.id])
    return [each for each in read_inbox(acting(tender, role, division)).items if each.url == page]


def test_the_panel_waits_for_the_clerk_then_for_the_reviewer(tender: Tender) -> None:
    (row,) = waiting(tender, "clerk")
    assert str(row.step) and row.due_ms == tender.offering.listing_end and not row.late
    assert not waiting(tender, "reviewer") and not waiting(tender, "treasurer")
    assert not waiting(tender, "clerk", THERE), "another office's tender"
    tender.convene()
    assert not waiting(tender, "clerk") and not waiting(tender, "reviewer"), (
        "nothing to draw while bids are sealed"
    )
    tender.open()
    assert tender.offering.awaits == "seat"
    (row,) = waiting(tender, "reviewer")
    assert not waiting(tender, "clerk") and not waiting(tender, "reviewer", THERE)
    tender.board.draw(panels.find_running("offering", tender.id))  # type: ignore[arg-type]
    assert not waiting(tender, "reviewer") and not waiting(tender, "clerk")


def test_a_panel_not_convened_while_bids_were_sealed_waits_on(tender: Tender) -> None:
    tender.open()
    (row,) = waiting(tender, "clerk")
    assert not waiting(tender, "reviewer")
    assert row.due_day is not None and row.clauses, "by the day of the result"


def test_who_convened_a_panel_is_not_asked_to_draw_it(tender: Tender) -> None:
    panel = tender.convene()
    tender.open()
    type(panel).objects.filter(pk=panel.id).update(convened_by=acting(tender, "reviewer").actor.user_id)
    assert not waiting(tender, "reviewer")


def test_a_tender_by_price_asks_for_no_panel(chamber: Chamber, owner: CaseOwner) -> None:
    tender = Tender.__new__(Tender)
    offering, _rows = chamber.start("T-price")
    tender.chamber, tender.id = chamber, offering.id
    assert not waiting(tender, "clerk")


def test_many_tenders_cost_no_more_queries(tender: Tender, django_assert_max_num_queries: Any) -> None:
    with CaptureQueriesContext(
        connection,
    ) as one:
        read_inbox(acting(tender, "clerk"))
    tender.chamber.offer_sealed("T-10", terms=tender.offering.terms)
    with django_assert_max_num_queries(len(one)):
        assert len([each for each in read_inbox(acting(tender, "clerk")).items if "panel" in each.url]) == 2


def test_the_lot_leads_to_its_panel_and_back(tender: Tender) -> None:
    client, lot = Client(), reverse("public:offering", args=[tender.id])
    way = reverse("public:panel-of", args=[tender.id])
    assert f'href="{way}"' not in client.get(lot).content.decode()
    tender.convene()
    assert f'href="{way}"' in client.get(lot).content.decode()
    page = client.get(way, follow=True).content.decode()
    assert f'href="{lot}"' in page.split("<h1")[1].split("</h1>")[0]
