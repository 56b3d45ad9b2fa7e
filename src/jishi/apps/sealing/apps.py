"""Register the sealing room and what opens bids as soon as enough keys are published."""

from django.apps import AppConfig


class SealingConfig(AppConfig):
    """Name the sealing application."""

    name = "jishi.apps.sealing"
    label = "sealing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let bids whose keys are there be opened by whoever finds them due, should the request that opens fall."""
        from jishi.apps.sealing.actions.opening import DUE, open_due
        from jishi.platform.deadline import on_due

        on_due(DUE, open_due)
