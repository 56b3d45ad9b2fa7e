"""Register panels: offerings as owners, and what opens the record of a draw once its owner is decided."""

from typing import Any

from django.apps import AppConfig

from jishi.platform.context import Context


class PanelsConfig(AppConfig):
    """Name the panels application."""

    name = "jishi.apps.panels"
    label = "panels"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let offerings convene panels, and open records when they end."""
        from jishi.apps.market import api as market
        from jishi.apps.panels.actions.drawing import DUE, open_due
        from jishi.apps.panels.owner import register_owner
        from jishi.apps.panels.tender import KIND, TenderOwner
        from jishi.platform.deadline import on_due

        register_owner(KIND, TenderOwner())
        market.on_event(market.OfferingClosed, _offering_closed)
        on_due(DUE, open_due)


def _offering_closed(ctx: Context, event: Any) -> None:
    from jishi.apps.panels.actions.drawing import DUE
    from jishi.apps.panels.reads import list_panels_of
    from jishi.apps.panels.tender import KIND
    from jishi.platform.deadline import set_deadline

    for panel in list_panels_of(KIND, event.offering_id):
        if panel.state == "closed" and panel.opened_ms is None:
            set_deadline(DUE, panel.id, event.at_ms)
