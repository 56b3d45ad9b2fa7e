"""Register the market, its deadline handler, and what it does when somebody may no longer act for a party."""

from django.apps import AppConfig


class MarketConfig(AppConfig):
    """Name the market application."""

    name = "jishi.apps.market"
    label = "market"

    def ready(self) -> None:
        """Let due offerings be advanced by whoever finds them due; an ended authority or way in ends its tickets."""
        from jishi.apps.market.actions.advancing import advance_offerings
        from jishi.apps.market.actions.bidding import advance_offering
        from jishi.apps.market.actions.ticket import end_tickets, end_tickets_of
        from jishi.apps.parties.api import on_authority_ended
        from jishi.platform.account import on_ways_ended
        from jishi.platform.deadline import on_due

        on_authority_ended(end_tickets)
        on_ways_ended(end_tickets_of)
        on_due("offering", advance_offering, advance_offerings)
