"""Register the market and its deadline handler."""

from django.apps import AppConfig


class MarketConfig(AppConfig):
    """Name the market application."""

    name = "jishi.apps.market"
    label = "market"

    def ready(self) -> None:
        """Let due offerings be advanced by whoever finds them due."""
        from jishi.apps.market.actions.advancing import advance_offerings
        from jishi.apps.market.actions.bidding import advance_offering
        from jishi.platform.deadline import on_due

        on_due("offering", advance_offering, advance_offerings)
