"""Register the parties room as a Django application."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """Name the parties application."""

    name = "jishi.apps.parties"
    label = "parties"
    default_auto_field = "django.db.models.BigAutoField"
