"""Register the packs room as a Django application; what needs no database works without it."""

from django.apps import AppConfig


class PacksConfig(AppConfig):
    """Name the packs application."""

    name = "jishi.apps.packs"
    label = "packs"
    default_auto_field = "django.db.models.BigAutoField"
