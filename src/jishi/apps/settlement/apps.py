"""Register settlement and what it does when the market moves."""

from django.apps import AppConfig


class SettlementConfig(AppConfig):
    """Name the settlement application."""

    name = "jishi.apps.settlement"
    label = "settlement"

    def ready(self) -> None:
        """Open, release, apply and keep deposits in the transaction in which the market decides."""
        from jishi.apps.market import api as market
        from jishi.apps.settlement.actions import deposit, forfeit, overdue
        from jishi.platform.deadline import on_due

        market.on_event(market.RegistrationsQualified, deposit.open_sub_accounts)
        market.on_event(market.RegistrationsReleased, deposit.release_registrations)
        market.on_event(market.OfferingClosed, deposit.release_losers)
        market.on_event(market.SaleConfirmed, deposit.apply_deposits)
        market.on_event(market.SaleDefaulted, forfeit.forfeit_deposit)
        on_due("held_deposit", deposit.admit_held)
        on_due(overdue.INSTALMENT, overdue.note_overdue)
