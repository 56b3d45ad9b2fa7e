"""What sibling rooms and pages may use of the sealing."""

from jishi.apps.sealing.actions.committee import Seat, committee_of, name_committee, register_key
from jishi.apps.sealing.actions.filing import Filing, file_envelope
from jishi.apps.sealing.actions.opening import end_keys, hand_over, is_ready, open_bids
from jishi.apps.sealing.actions.simulation import simulate_committee, simulate_filing, simulate_opening
from jishi.apps.sealing.bid_form import bid_fields_of
from jishi.apps.sealing.models import Committee, Member
from jishi.apps.sealing.reads import (
    HAND_OVER,
    REGISTER,
    Ceremony,
    Duty,
    find_committee,
    find_filings,
    find_person,
    find_seat,
    is_sealed,
    list_duties,
    list_members,
    list_owed_by_simulated,
    read_ceremony,
    sealing_of,
)

__all__ = [
    "HAND_OVER", "REGISTER", "Ceremony", "Committee", "Duty", "Filing", "Member", "Seat", "bid_fields_of",
    "committee_of", "end_keys", "file_envelope", "find_committee", "find_filings", "find_person", "find_seat",
    "hand_over", "is_ready", "is_sealed", "list_duties", "list_members", "list_owed_by_simulated", "name_committee",
    "open_bids", "read_ceremony", "register_key", "sealing_of", "simulate_committee", "simulate_filing",
    "simulate_opening",
]  # fmt: skip
