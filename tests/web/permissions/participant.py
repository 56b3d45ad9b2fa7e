"""The participant's room: what a party has is shown to those who act for it, and to nobody of the staff."""

from collections.abc import Mapping
from typing import Any

from jishi.apps.parties import api as parties
from jishi.apps.sealing.models import Committee, Member
from jishi.apps.settlement import api as settlement
from jishi.platform.context import Context
from tests.web.permissions.row import MEMBERS, NOBODY, Given, Row
from tests.web.world import World

NORTH, SOUTH = frozenset({"bidder"}), frozenset({"rival"})
BOTH = NORTH | SOUTH
OWNERS = (("north's", "north", NORTH), ("south's", "south", SOUTH))


def party(name: str) -> Given:
    """Fill in a party."""
    return lambda world: {"party_id": world.parties[name]}


def representative(name: str) -> Given:
    """Fill in the legal representative of a party."""
    return lambda world: {
        "representative_id": parties.representatives_of(world.parties[name], Context().now_ms())[0].id
    }


def joint(world: World) -> Mapping[str, Any]:
    """Fill in a joint bid that north leads and south is asked to join."""
    shares = [(world.parties["north"], 600_000), (world.parties["south"], 400_000)]
    return {"joint_id": parties.form_joint_bid(Context(), world.parties["north"], shares).id}


def offering(stage: str) -> Given:
    """Fill in the offering in a stage."""
    return lambda world: {"offering_id": world.offerings[stage]}


def registration(name: str) -> Given:
    """Fill in a party's registration on the lot in free quoting."""
    return lambda world: {"registration_id": world.registrations["free", name]}


def contract(world: World) -> Mapping[str, Any]:
    """Fill in north's contract and one of its instalments."""
    found = settlement.find_contract(world.offerings["contracted"])
    assert found is not None
    return {"contract_id": found.id, "instalment_id": settlement.list_instalments(found.id)[0].id}


def seat(world: World) -> Mapping[str, Any]:
    """Seat "member" in the opening committee of a lot."""
    lot = world.offerings["free"]
    made = Committee.objects.create(offering_id=lot, suite="x25519", threshold=2, bid_size=256, named_ms=0)
    Member.objects.create(committee=made, index=1, person=world.users["member"].pk, seat="notary")
    return {"offering_id": lot}


ROWS = [
    *(Row(f"me/{path}", MEMBERS) for path in ("", "security/", "parties/new/", "joint/new/")),
    *(Row("me/parties/<str:party_id>/", may, whose, target=party(name)) for whose, name, may in OWNERS),
    *(
        Row("me/agents/<str:representative_id>/revoke/", may, whose, "POST", representative(name))
        for whose, name, may in OWNERS
    ),
    Row("me/joint/<str:joint_id>/", BOTH, "of both", target=joint),
    *(
        Row(
            "me/joint/<str:joint_id>/consent/",
            may,
            f"for {name}",
            "POST",
            joint,
            lambda world, name=name: {"party": world.parties[name]},
        )
        for _whose, name, may in OWNERS
    ),
    *(
        Row(f"me/seats/<str:offering_id>/{path}", may, on, method, target)
        for path, method in (("", "GET"), ("key/", "POST"), ("hand-over/", "POST"))
        for on, target, may in (("own", seat, frozenset({"member"})), ("none", offering("free"), NOBODY))
    ),
    Row("me/apply/<str:offering_id>/", MEMBERS, "public", target=offering("notice")),
    Row("me/apply/<str:offering_id>/", NOBODY, "draft", target=offering("draft")),
    *(
        Row(f"me/registrations/<str:registration_id>/{path}", may, whose, method, registration(name))
        for path, method in (
            *(("", "GET"), ("pay/", "POST"), ("guarantee/", "POST"), ("withdraw/", "POST")),
            *(("seal/", "GET"), ("seal/", "POST")),
        )
        for whose, name, may in OWNERS
    ),
    *(
        Row(f"me/{path}", NORTH, "north's", method, contract)
        for path, method in (
            ("contracts/<str:contract_id>/", "GET"),
            ("contracts/<str:contract_id>/pdf/", "GET"),
            ("contracts/<str:contract_id>/sign/", "POST"),
            ("instalments/<str:instalment_id>/", "GET"),
            ("instalments/<str:instalment_id>/pay/", "POST"),
        )
    ),
]
