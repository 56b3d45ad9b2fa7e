"""What may be done with parties: register, represent, join; each in one transaction with its evidence."""

from jishi.apps.parties.actions.joint import consent_joint_bid, form_joint_bid
from jishi.apps.parties.actions.registration import (
    change_contact,
    erase_party,
    register_parties,
    register_party,
)
from jishi.apps.parties.actions.representation import add_representative, authorise_agent, revoke_agent

__all__ = [
    "add_representative",
    "authorise_agent",
    "change_contact",
    "consent_joint_bid",
    "erase_party",
    "form_joint_bid",
    "register_parties",
    "register_party",
    "revoke_agent",
]
