"""The participant's room: each party's papers are its own; the list is everyone's own."""

from collections.abc import Callable

from tests.web.permissions.row import MEMBERS, NOBODY, Row
from tests.web.permissions.target import contract, instalment, joint, offering, registration, representative
from tests.web.world import World

NORTH, SOUTH, BOTH = frozenset({"bidder"}), frozenset({"rival"}), frozenset({"bidder", "rival"})
ABSENT = "0" * 32


def party(name: str) -> Callable[[World], dict[str, str]]:
    """Fill in a party."""
    return lambda world: {"party_id": world.parties[name]}


def consenting(world: World) -> dict[str, str]:
    """Consent for "south"."""
    return {"party": world.parties["south"]}


ROWS = [
    *(Row(f"me/{path}", MEMBERS, "own") for path in ("", "security/", "parties/new/")),
    Row("me/parties/<str:party_id>/", NORTH, "of north", target=party("north")),
    Row("me/parties/<str:party_id>/", SOUTH, "of south", target=party("south")),
    Row("me/agents/<str:representative_id>/revoke/", NORTH, "of north", "POST", target=representative),
    Row("me/joint/new/", MEMBERS, "own"),
    Row("me/joint/<str:joint_id>/", BOTH, "of both", target=joint),
    Row("me/joint/<str:joint_id>/consent/", SOUTH, "of south", "POST", target=joint, body=consenting),
    Row("me/apply/<str:offering_id>/", MEMBERS, "public", target=offering("far_free")),
    Row("me/apply/<str:offering_id>/", NOBODY, "draft", target=offering("draft")),
    *(
        Row(
            f"me/registrations/<str:registration_id>/{step}",
            who,
            f"of {name}",
            method,
            target=registration(stage, name),
        )
        for step, method, stage in (
            ("", "GET", "free"),
            ("pay/", "POST", "registration"),
            ("guarantee/", "POST", "registration"),
            ("withdraw/", "POST", "registration"),
        )
        for name, who in (("north", NORTH), ("south", SOUTH))
    ),
    *(
        Row(f"me/contracts/<str:contract_id>/{step}", NORTH, "of north", target=contract)
        for step in ("", "pdf/")
    ),
    Row("me/contracts/<str:contract_id>/sign/", NORTH, "of north", "POST", target=contract),
    Row("me/instalments/<str:instalment_id>/", NORTH, "of north", target=instalment),
    Row("me/instalments/<str:instalment_id>/pay/", NORTH, "of north", "POST", target=instalment),
]
