"""A question that names a lot: by number or title, picked from one's own, filled in from the lot's page."""

import pytest
from django.test import Client
from django.urls import reverse

from jishi.apps.market.reads import get_offering, list_own_registrations
from jishi.apps.procedures import api as procedures
from jishi.platform.context import Context
from tests.web.case import PDF
from tests.web.test_case_filing import acting, english
from tests.web.world import World

pytestmark = pytest.mark.django_db
COMPLAINT = "supervision.complaint"
LOT_ON = {"division": "220102", "subject_title": "标的", "on_platform": "yes"}
SHOWN = "division,subject_title,on_platform,offering"


def begin(world: World, client: Client, offering: str = "") -> str:
    """Begin a complaint, from a lot's page if one is named; give the draft."""
    address = reverse("participant:case_new", args=[COMPLAINT]) + (
        f"?offering={offering}" if offering else ""
    )
    assert client.get(address).status_code == 200
    made = client.post(address, {"party": world.parties["north"], "go": "on"})
    assert made.status_code == 302, made.content.decode()
    return str(made.headers["Location"].split("/")[3])


def part(case: str, name: str = "trade") -> str:
    """Give the address of a part of a draft."""
    return reverse("participant:filing", args=[case, name])


def lot_field(page: str) -> str:
    """Give what a page shows of the question for the lot."""
    return page.split('for="id_offering"')[1].split("</form>")[0]


def test_the_page_of_a_lot_leads_to_a_form_that_knows_it(world: World) -> None:
    client, lot = english(world, "bidder"), get_offering(world.offerings["free"])
    link = f"{reverse('participant:case_new', args=[COMPLAINT])}?offering={lot.id}"
    assert f'href="{link}"' in client.get(reverse("public:offering", args=[lot.id])).content.decode()
    assert lot.title in client.get(link).content.decode()
    case = begin(world, client, lot.id)
    page = client.get(part(case)).content.decode()
    assert f'value="{lot.number}"' in lot_field(page) and f'value="{lot.title}"' in page
    assert reverse("public:offering", args=[lot.id]) in lot_field(page)
    view = procedures.view_for(acting(world, "bidder"), case)
    assert view.said["form"]["on_platform"] is True and view.row.division == lot.division


def test_a_draft_lot_is_neither_filled_in_nor_found(world: World) -> None:
    client, lot = english(world, "bidder"), get_offering(world.offerings["draft"])
    case = begin(world, client, lot.id)
    assert procedures.view_for(acting(world, "bidder"), case).said["form"] == {}
    for typed in (lot.id, lot.number, lot.title):
        answer = client.post(part(case), {**LOT_ON, "offering": typed, "shown": SHOWN, "go": "on"})
        assert answer.status_code == 422 and "verdict" not in lot_field(answer.content.decode())


@pytest.mark.parametrize("by", ["number", "title", "id"])
def test_a_lot_is_named_by_number_title_or_id_and_shown_with_a_link(world: World, by: str) -> None:
    client, lot = english(world, "bidder"), get_offering(world.offerings["free"])
    case = begin(world, client)
    typed = {**LOT_ON, "offering": getattr(lot, by), "shown": SHOWN}
    found = lot_field(client.post(part(case), {**typed, "redraw": "yes"}).content.decode())
    assert reverse("public:offering", args=[lot.id]) in found and lot.title in found
    assert client.post(part(case), {**typed, "go": "on"}).status_code == 302
    review = client.get(part(case, "review")).content.decode()
    assert f"{lot.number} {lot.title}" in review and reverse("public:offering", args=[lot.id]) in review


def test_own_lots_come_first_and_a_pick_is_taken_into_the_input(world: World) -> None:
    client, case = english(world, "bidder"), begin(world, english(world, "bidder"))
    lot = list_own_registrations([world.parties["north"]])[0].offering
    found = lot_field(client.post(part(case), {**LOT_ON, "redraw": "yes"}).content.decode())
    assert "Lots you applied for" in found and f'value="{lot.number}"' in found
    picked = {**LOT_ON, "offering": "something else", "offering-pick": lot.number, "shown": SHOWN}
    redrawn = lot_field(client.post(part(case), {**picked, "redraw": "yes"}).content.decode())
    assert f'value="{lot.number}"' in redrawn and "something else" not in redrawn
    assert client.post(part(case), {**picked, "go": "on"}).status_code == 302
    assert procedures.view_for(acting(world, "bidder"), case).said["form"]["offering"] == lot.number
    other = world.client("member")
    assert other.get(part(case)).status_code == 404


def test_a_name_that_names_no_lot_says_what_would(world: World) -> None:
    client, lot = english(world, "bidder"), get_offering(world.offerings["free"])
    case = begin(world, client)
    near = client.post(part(case), {**LOT_ON, "offering": lot.number[:-1], "shown": SHOWN, "go": "on"})
    said = lot_field(near.content.decode())
    assert near.status_code == 422 and "does not say which lot" in said and lot.number in said
    assert "Lots with these words" in said or "Lots you applied for" in said
    none = client.post(part(case), {**LOT_ON, "offering": "no such lot", "shown": SHOWN, "go": "on"})
    assert "No public lot has the number or title" in lot_field(none.content.decode())


def test_a_filed_complaint_keeps_the_lot_by_its_id_and_the_desk_follows_it(world: World) -> None:
    lot = get_offering(world.offerings["free"])
    form = {
        "division": "220102", "subject_title": lot.title, "on_platform": True, "offering": lot.number,
        "complaint_matter": "other", "known_on": "2020-11-25", "objection_made": False,
        "is_interested_party": True, "claim": "更正",
    }  # fmt: skip
    filing = procedures.Filing(COMPLAINT, form, party=world.parties["north"])
    row = procedures.file_case(acting(world, "bidder"), filing, [("proof", "a.pdf", PDF)])
    assert procedures.open_case(Context(), row.id).form["offering"] == lot.id
    for client, name in ((world.client("clerk"), "desk:case"), (world.client("bidder"), "participant:case")):
        page = client.get(reverse(name, args=[row.id])).content.decode()
        assert f'{reverse("public:offering", args=[lot.id])}">{lot.number} {lot.title}</a>' in page
